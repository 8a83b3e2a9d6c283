//! The escalation router: the only function that notifies people, and the owner of the incidents.

use std::sync::Arc;

use escalation_router::{Desk, handler};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use paramedic_edge::log;
use serde_json::value::RawValue;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    log::start();
    let desk = Arc::new(Desk::from_env()?);
    desk.warm_up().await;
    run(service_fn(move |event: LambdaEvent<Box<RawValue>>| {
        let desk = Arc::clone(&desk);
        async move { handler::handle(&desk, event.payload.get().as_bytes()).await }
    }))
    .await
}
