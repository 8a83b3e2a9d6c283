#![allow(clippy::unwrap_used)]

use aws_sdk_cloudformation::types::Parameter;

use super::*;

fn stack_with(key: &str, value: &str) -> Stack {
    Stack::builder().parameters(Parameter::builder().parameter_key(key).parameter_value(value).build()).build()
}

fn given(key: &str, value: &str) -> BTreeMap<String, String> {
    BTreeMap::from([(key.to_owned(), value.to_owned())])
}

#[test]
fn a_stack_that_pages_nobody_is_warned_about() {
    let warning = nobody_is_paged(&BTreeMap::new(), Some(&stack_with("OpsEmail", ""))).unwrap();
    assert!(warning.contains("\nhint: ") && warning.contains("--ops-email"), "{warning}");
    assert!(nobody_is_paged(&given("OpsEmail", ""), Some(&stack_with("OpsEmail", "ops@example.com"))).is_some());
}

#[test]
fn an_address_given_now_or_earlier_or_a_number_is_enough() {
    assert_eq!(nobody_is_paged(&given("OpsPhone", "+15550100"), None), None);
    assert_eq!(nobody_is_paged(&BTreeMap::new(), Some(&stack_with("OpsEmail", "ops@example.com"))), None);
}
