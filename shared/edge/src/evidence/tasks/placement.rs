//! Where and as what a task runs, whether DescribeTasks or an event of ECS tells it.

use paramedic_domain::alarm::text;
use paramedic_domain::evidence::{ImageRun, Placement};

use crate::evidence::definition;

/// The longest name, image or address that is kept.
const NAME: usize = 255;

/// What is told of a task's place, as it was told.
#[derive(Default)]
pub(in crate::evidence) struct Placed<'a> {
    /// The ARN of its task definition.
    pub(in crate::evidence) definition: Option<&'a str>,
    pub(in crate::evidence) zone: Option<&'a str>,
    /// The details of its network interface by name.
    pub(in crate::evidence) interface: Vec<(&'a str, &'a str)>,
    pub(in crate::evidence) capacity_provider: Option<&'a str>,
    pub(in crate::evidence) launch_type: Option<&'a str>,
    /// Each container's name, image and digest.
    pub(in crate::evidence) images: Vec<(&'a str, &'a str, Option<&'a str>)>,
}

impl Placed<'_> {
    /// Bounded and escaped. A task that was started with a launch type has no capacity provider ("Task", Amazon ECS API
    /// Reference), so the launch type stands in.
    pub(in crate::evidence) fn told(&self) -> Placement {
        let name = |given: &str| text::escaped(given, NAME);
        let address = self.interface.iter().find(|(detail, _)| *detail == "privateIPv4Address");
        Placement {
            task_definition: self.definition.map(definition::short).unwrap_or_default(),
            zone: self.zone.map(name),
            address: address.map(|(_, address)| name(address)),
            capacity: self.capacity_provider.or(self.launch_type).map(name),
            images: self
                .images
                .iter()
                .map(|(container, image, digest)| ImageRun {
                    container: name(container),
                    image: name(image),
                    digest: digest.map(name),
                })
                .collect(),
        }
    }
}
