//! slack-actions: listens behind a Function URL to what people ask. It believes only what is signed, and tells the router.

use std::sync::Arc;

use jiff::Timestamp;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use paramedic_edge::log;
use serde_json::value::RawValue;
use slack_actions::{Desk, handler};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    log::start();
    let desk = Arc::new(Desk::from_env()?);
    // While it starts, a function has a whole core, and nobody waits three seconds for it yet.
    desk.prepare(Timestamp::now()).await;
    run(service_fn(move |event: LambdaEvent<Box<RawValue>>| {
        let desk = Arc::clone(&desk);
        async move { Ok::<_, Error>(handler::handle(&desk, event.payload.get().as_bytes(), Timestamp::now()).await) }
    }))
    .await
}
