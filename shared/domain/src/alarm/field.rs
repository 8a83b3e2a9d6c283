//! Tolerant reading of JSON fields. What identifies an alarm is required; all else is taken where it is readable and left
//! out where it is not, since an alarm with an odd field is still an alarm.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{AlarmState, Why, text};
use crate::id::{AccountId, Arn, Region};

/// A JSON object.
pub(super) type Object = Map<String, Value>;

/// Longest alarm name: `AlarmName` in the API reference's `PutMetricAlarm`.
pub(super) const NAME: usize = 255;
/// Longest description, likewise.
pub(super) const DESCRIPTION: usize = 1024;
/// Longest `StateReason` of the API reference's `MetricAlarm`. ECS's reasons are kept to the same.
pub(super) const REASON: usize = 1023;
/// Longest `AlarmArn` of the API reference's `MetricAlarm`.
const ARN: usize = 1600;
/// Most tags of one alarm, and dimensions of one metric, that are kept; AWS allows 50 and 30.
const PAIRS: usize = 50;
/// Longest value of a dimension; tags are shorter.
const VALUE: usize = 1024;

/// A string that must be there.
pub(super) fn required<'a>(object: &'a Object, field: &str) -> Result<&'a str, Why> {
    match object.get(field) {
        None | Some(Value::Null) => Err(Why::missing(field)),
        Some(Value::String(text)) if text.is_empty() => Err(Why::missing(field)),
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(Why::wrong(field, "a string")),
    }
}

/// An object that must be there.
pub(super) fn required_object<'a>(object: &'a Object, field: &str) -> Result<&'a Object, Why> {
    match object.get(field) {
        None | Some(Value::Null) => Err(Why::missing(field)),
        Some(Value::Object(inner)) => Ok(inner),
        Some(_) => Err(Why::wrong(field, "an object")),
    }
}

/// A string, if it is one and says anything.
pub(super) fn string<'a>(object: &'a Object, field: &str) -> Option<&'a str> {
    object.get(field).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// A string cut to `limit` characters.
pub(super) fn bounded(object: &Object, field: &str, limit: usize) -> Option<String> {
    string(object, field).map(|found| text::bounded(found, limit))
}

/// An object, if it is one.
pub(super) fn object<'a>(object: &'a Object, field: &str) -> Option<&'a Object> {
    object.get(field).and_then(Value::as_object)
}

/// The members of an array; none if it is not one.
pub(super) fn items<'a>(object: &'a Object, field: &str) -> &'a [Value] {
    object.get(field).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A number, or a string that is one.
pub(super) fn number(object: &Object, field: &str) -> Option<f64> {
    let value = object.get(field)?;
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok()).filter(|number| number.is_finite())
}

/// A whole number, also where it is written `60.0`.
pub(super) fn whole(object: &Object, field: &str) -> Option<u32> {
    let number = number(object, field)?;
    // Both bounds are exact in an f64, so the conversion neither wraps nor cuts.
    (number >= 0.0 && number <= f64::from(u32::MAX) && number.fract() == 0.0).then_some(number as u32)
}

/// A moment such as `2026-01-02T03:04:05.678+0000` or `2026-01-02T03:04:05Z`.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    text.trim().parse().ok()
}

/// An alarm's state that must be there.
pub(super) fn state(object: &Object, field: &str) -> Result<AlarmState, Why> {
    AlarmState::read(required(object, field)?).ok_or_else(|| Why::wrong(field, "ALARM, OK or INSUFFICIENT_DATA"))
}

/// The ARN of an alarm, with the parts that name it.
pub(super) struct AlarmArn {
    pub(super) arn: Arn,
    pub(super) region: Region,
    pub(super) account: AccountId,
    pub(super) name: String,
}

impl AlarmArn {
    /// `arn:PARTITION:cloudwatch:REGION:ACCOUNT:alarm:NAME`. Region and account become parts of keys, so their form is
    /// checked; an ARN that is too long is refused rather than cut, since it is an identity.
    pub(super) fn read(text: &str, field: &str) -> Result<Self, Why> {
        Self::split(text).ok_or_else(|| Why::wrong(field, "the ARN of an alarm"))
    }

    fn split(text: &str) -> Option<Self> {
        if text.chars().count() > ARN {
            return None;
        }
        let mut parts = text.splitn(7, ':');
        let (arn, _partition, service) = (parts.next()?, parts.next()?, parts.next()?);
        let (region, account, kind, name) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let whole = arn == "arn" && service == "cloudwatch" && kind == "alarm" && !name.is_empty();
        (whole && is_region(region) && is_account(account)).then(|| Self {
            arn: Arn::new(text),
            region: Region::new(region),
            account: AccountId::new(account),
            name: text::bounded(name, NAME),
        })
    }
}

/// Whether it has the form of a region's code. New regions appear, so the list is not checked.
pub(super) fn is_region(text: &str) -> bool {
    let plain = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    plain && text.len() <= 32 && text.contains('-')
}

/// Whether it is twelve digits.
pub(super) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Tags or dimensions: a map of strings, or a list of pairs whose members are called `Key` or `Name` and `Value` in any
/// case. SNS writes dimensions as `{"value": …, "name": …}`, direct messages as a map.
pub(super) fn pairs(value: Option<&Value>) -> BTreeMap<String, String> {
    let kept = |key: &str, value: &str| (text::bounded(key, NAME), text::bounded(value, VALUE));
    match value {
        Some(Value::Object(map)) => {
            map.iter().filter_map(|(key, value)| Some(kept(key, value.as_str()?))).take(PAIRS).collect()
        }
        Some(Value::Array(list)) => list
            .iter()
            .filter_map(|pair| {
                let pair = pair.as_object()?;
                let key = ["name", "Name", "key", "Key"].iter().find_map(|field| string(pair, field))?;
                let value = ["value", "Value"].iter().find_map(|field| pair.get(*field)?.as_str())?;
                Some(kept(key, value))
            })
            .take(PAIRS)
            .collect(),
        _ => BTreeMap::new(),
    }
}
