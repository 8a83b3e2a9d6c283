//! The cache that the service depends on. Amazon ElastiCache API Reference.

mod events;
mod group;
mod member;

pub(super) use self::events::read as events;
pub(super) use self::group::read as group;
pub(super) use self::member::{first, second};
