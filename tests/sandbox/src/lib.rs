//! The sandbox: a local cloud in which the real templates are deployed and the real functions run.
//!
//! One HTTP server, the [`overlay`], is the endpoint of every AWS SDK. It answers for the services that no emulator models
//! ([`cloud`]), plays Slack, PagerDuty and the telephones ([`sinks`]), and passes everything else on to a pinned
//! [`ministack`]. A [`stage`] deploys Paramedic into it by its own deployer; [`scenarios`] strike the service it watches,
//! and [`judge`] says what came of that, from [`observed`] requests alone. Each function is held to its role by [`iam`].

pub mod causes;
pub mod cli;
pub mod cloud;
pub mod faults;
pub mod functions;
pub mod iam;
pub mod judge;
pub mod ministack;
pub mod observed;
pub mod overlay;
pub mod page;
pub mod rehearsal;
pub mod scenarios;
pub mod sinks;
pub mod stage;
pub mod timeline;
pub mod tools;
