//! The Query protocol: form-encoded members in, XML out (Smithy specification, "AWS Query protocol").

use super::{Answer, ApiError, ApiResponse, Input, blob};
use crate::cloud::clock::{Moment, TIME};
use serde_json::{Map, Value};
use std::fmt::Write as _;

/// Reads a request's body. `A.member.1.B=x` becomes a list of structures.
pub(super) fn read(body: &[u8]) -> Result<Input, ApiError> {
    let text = std::str::from_utf8(body)
        .map_err(|error| ApiError::sender("MalformedQueryString", format!("the body is not UTF-8: {error}")))?;
    let mut root = Map::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        insert(&mut root, &decoded(key), decoded(value));
    }
    Ok(Input(folded(Value::Object(root))))
}

/// Writes an answer.
pub(super) fn write(service: &str, operation: &str, answer: &Answer, request_id: &str) -> ApiResponse {
    let mut xml = String::from("<?xml version=\"1.0\"?>");
    let status = match answer {
        Ok(value) => {
            let namespace = namespace(service);
            xml.push_str(&format!("<{operation}Response xmlns=\"{namespace}\"><{operation}Result>"));
            write_members(&mut xml, value);
            xml.push_str(&format!("</{operation}Result><ResponseMetadata><RequestId>{request_id}</RequestId>"));
            xml.push_str(&format!("</ResponseMetadata></{operation}Response>"));
            200
        }
        Err(error) => {
            let side = if error.status >= 500 { "Receiver" } else { "Sender" };
            let (code, message) = (escaped(&error.code), escaped(&error.message));
            xml.push_str(&format!("<ErrorResponse><Error><Type>{side}</Type><Code>{code}</Code>"));
            xml.push_str(&format!("<Message>{message}</Message></Error><RequestId>{request_id}</RequestId>"));
            xml.push_str("</ErrorResponse>");
            error.status
        }
    };
    let body = xml.into_bytes();
    ApiResponse { status, content_type: "text/xml".to_owned(), headers: Vec::new(), body, hangs: false }
}

fn insert(map: &mut Map<String, Value>, key: &str, value: String) {
    match key.split_once('.') {
        None => {
            map.insert(key.to_owned(), Value::String(value));
        }
        Some((head, rest)) => {
            let entry = map.entry(head.to_owned()).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = entry {
                insert(inner, rest, value);
            }
        }
    }
}

/// Turns the numbered maps into lists and drops the `member` between a list's name and its numbers.
fn folded(value: Value) -> Value {
    let Value::Object(mut map) = value else { return value };
    if map.len() == 1
        && let Some(members) = map.remove("member")
    {
        return folded(members);
    }
    let mut numbered: Vec<(usize, &Value)> =
        map.iter().filter_map(|(key, member)| Some((key.parse().ok()?, member))).collect();
    if !map.is_empty() && numbered.len() == map.len() {
        numbered.sort_by_key(|(number, _)| *number);
        return Value::Array(numbered.into_iter().map(|(_, member)| folded(member.clone())).collect());
    }
    Value::Object(map.into_iter().map(|(key, member)| (key, folded(member))).collect())
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let hex = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
                let (high, low) = (hex(rest.next()), hex(rest.next()));
                if let (Some(high), Some(low)) = (high, low) {
                    bytes.push((high * 16 + low) as u8);
                }
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn write_members(xml: &mut String, value: &Value) {
    if let Value::Object(map) = value {
        for (name, member) in map {
            write_member(xml, name, member);
        }
    }
}

fn write_member(xml: &mut String, name: &str, value: &Value) {
    // Writing to a String does not fail.
    let _ = match value {
        Value::Null => Ok(()),
        Value::Object(_) if blob::text(value).is_some() => {
            write!(xml, "<{name}>{}</{name}>", blob::text(value).unwrap_or_default())
        }
        Value::Object(map) if map.contains_key(TIME) => {
            let millis = map.get(TIME).and_then(Value::as_i64).unwrap_or_default();
            write!(xml, "<{name}>{}</{name}>", Moment::from_millis(millis).iso())
        }
        Value::Object(_) => {
            xml.push_str(&format!("<{name}>"));
            write_members(xml, value);
            write!(xml, "</{name}>")
        }
        Value::Array(items) => {
            xml.push_str(&format!("<{name}>"));
            items.iter().for_each(|item| write_member(xml, item_name(name), item));
            write!(xml, "</{name}>")
        }
        Value::String(text) => write!(xml, "<{name}>{}</{name}>", escaped(text)),
        other => write!(xml, "<{name}>{other}</{name}>"),
    };
}

/// What the items of a list are called. ElastiCache gives its lists' items names; the others say `member`.
fn item_name(list: &str) -> &'static str {
    match list {
        "ReplicationGroups" => "ReplicationGroup",
        "CacheClusters" => "CacheCluster",
        "CacheNodes" => "CacheNode",
        "NodeGroups" => "NodeGroup",
        "NodeGroupMembers" => "NodeGroupMember",
        "MemberClusters" => "ClusterId",
        "Events" => "Event",
        "TagList" => "Tag",
        _ => "member",
    }
}

fn namespace(service: &str) -> &'static str {
    match service {
        "elasticloadbalancing" => "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
        "elasticache" => "http://elasticache.amazonaws.com/doc/2015-02-02/",
        _ => "http://monitoring.amazonaws.com/doc/2010-08-01/",
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn numbered_members_become_lists_in_their_order() {
        let body =
            b"Action=DescribeAlarms&AlarmNames.member.2=b%20c&AlarmNames.member.1=a&Targets.member.1.Id=10.0.0.1";
        let input = read(body).unwrap();
        assert_eq!(input.texts("AlarmNames"), ["a", "b c"]);
        assert_eq!(input.items("Targets").first().unwrap().text("Id").as_deref(), Some("10.0.0.1"));
    }

    #[test]
    fn lists_are_named_as_the_service_names_them_and_text_is_escaped() {
        let answer = Ok(json!({"CacheClusters": [{"CacheClusterId": "a<b"}], "At": Moment::from_millis(0).value()}));
        let response = write("elasticache", "DescribeCacheClusters", &answer, "r");
        let xml = String::from_utf8(response.body).unwrap();
        assert!(xml.contains("<CacheClusters><CacheCluster><CacheClusterId>a&lt;b</CacheClusterId></CacheCluster>"));
        assert!(xml.contains("<At>1970-01-01T00:00:00.000Z</At>"));
    }
}
