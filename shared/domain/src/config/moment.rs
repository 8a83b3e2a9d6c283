//! Dates and times as they stand in the file: TOML's own or as text, so that `2026-01-05` and `"2026-01-05"` are the same.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::{Deserialize, Deserializer, de};
use toml::value::Datetime;

/// A date or a time as it was written.
#[derive(Clone, Debug)]
pub(super) struct Moment(pub(super) String);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Either)
    }
}

struct Either;

impl<'de> de::Visitor<'de> for Either {
    type Value = Moment;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a date or a time")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Moment, E> {
        Ok(Moment(text.to_owned()))
    }

    /// TOML's own dates reach a visitor as a map that only their own type can read.
    fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Moment, A::Error> {
        Ok(Moment(Datetime::deserialize(MapAccessDeserializer::new(map))?.to_string()))
    }
}
