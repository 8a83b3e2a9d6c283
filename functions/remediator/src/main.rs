//! The remediator: the only function that changes anything in ECS, and only when every guardrail agrees.

use std::sync::Arc;

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use paramedic_edge::log;
use remediator::{Desk, handler};
use serde_json::value::RawValue;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    log::start();
    let desk = Arc::new(Desk::from_env()?);
    run(service_fn(move |event: LambdaEvent<Box<RawValue>>| {
        let desk = Arc::clone(&desk);
        async move { handler::handle(&desk, event.payload.get().as_bytes(), event.context.deadline()).await }
    }))
    .await
}
