//! Everything the remediator works with, built once when the function starts.

use lambda_runtime::Error;
use paramedic_domain::config::Config;
use paramedic_edge::actor::Actor;
use paramedic_edge::aws::Aws;
use paramedic_edge::bus::Bus;
use paramedic_edge::evidence::{Reader, Site};
use paramedic_edge::place;
use paramedic_edge::store::Store;

/// The remediator's tools.
pub struct Desk {
    pub(crate) config: Config,
    pub(crate) reader: Reader,
    pub(crate) actor: Actor,
    pub(crate) store: Store,
    pub(crate) bus: Bus,
}

impl Desk {
    /// Builds the tools from the function's environment and the configuration beside its code.
    ///
    /// # Errors
    ///
    /// Fails if the configuration is refused or a variable of the template is missing.
    pub fn from_env() -> Result<Self, Error> {
        let place = place::Environment::read()?;
        let aws = Aws::from_env()?;
        Ok(Self {
            config: place.config()?,
            reader: aws.reader(Site::of(&place)),
            actor: aws.actor(),
            store: aws.store(&place.table),
            bus: aws.bus(&place),
        })
    }
}
