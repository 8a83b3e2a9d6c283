//! Calls of AWS's API that somebody makes: a deployment tool, a colleague at the console.

use jiff::Timestamp;
use serde_json::Value;

use crate::cloud::{ApiRequest, Cloud};

/// Who makes them.
const CALLER: &str = "operator";

/// A call of CloudWatch; gives the HTTP status.
pub(super) fn cloudwatch(cloud: &mut Cloud, operation: &str, input: &Value, now: Timestamp) -> u16 {
    let mut body = Vec::new();
    // What was JSON always encodes.
    let _encoded = ciborium::into_writer(input, &mut body);
    let headers = [("smithy-protocol", "rpc-v2-cbor"), ("content-type", "application/cbor")];
    let path = format!("/service/GraniteServiceVersion20100801/operation/{operation}");
    cloud.call(&request("monitoring", &headers, path, body), now).status
}

/// A call of a JSON service; gives the answer, which is an error's where the call was refused.
pub(super) fn json(cloud: &mut Cloud, service: &str, operation: &str, input: &Value, now: Timestamp) -> Value {
    let target = format!("Operator.{operation}");
    let headers = [("x-amz-target", target.as_str()), ("content-type", "application/x-amz-json-1.1")];
    let answer = cloud.call(&request(service, &headers, "/".to_owned(), input.to_string().into_bytes()), now);
    serde_json::from_slice(&answer.body).unwrap_or_default()
}

/// A call of Elastic Load Balancing with parameters as they are written in a URL.
pub(super) fn balancing(cloud: &mut Cloud, operation: &str, parameters: &[(&str, &str)], now: Timestamp) -> u16 {
    let escaped = |text: &str| text.replace('%', "%25").replace(':', "%3A").replace('/', "%2F").replace('&', "%26");
    let parameters: Vec<String> =
        parameters.iter().map(|(name, value)| format!("&{name}={}", escaped(value))).collect();
    let body = format!("Action={operation}{}", parameters.concat());
    cloud.call(&request("elasticloadbalancing", &[], "/".to_owned(), body.into_bytes()), now).status
}

fn request(service: &str, headers: &[(&str, &str)], path: String, body: Vec<u8>) -> ApiRequest {
    ApiRequest {
        service: service.to_owned(),
        caller: CALLER.to_owned(),
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        path,
        body,
    }
}
