#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use serde_json::{Value, json};

use super::*;
use crate::cloud::{ApiRequest, Cloud, Settings};

const SERVICE: &str = "arn:aws:ecs:eu-west-1:123456789012:service/main/web";
const TASK: &str = "arn:aws:ecs:eu-west-1:123456789012:task/main/a1";
const TABLE: &str = "arn:aws:dynamodb:eu-west-1:123456789012:table/t";

/// An account with one function, `fixer`, whose role has these statements beside those that Lambda needs.
fn account(statements: Value) -> Roles {
    let mut roles = Roles::of("123456789012", "eu-west-1");
    let by_lambda = json!([{
        "Sid": "Logs", "Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": "arn:aws:logs:eu-west-1:123456789012:log-group:fixer:*",
    }]);
    let document = |statements: Value| json!({"Version": "2012-10-17", "Statement": statements});
    let managed = "arn:aws:iam::123456789012:policy/logs";
    let policy = json!({"PolicyDocument": document(by_lambda)});
    roles.note(&made("AWS::IAM::ManagedPolicy", managed, policy)).unwrap();
    let inline = json!({"PolicyName": "p", "PolicyDocument": document(statements)});
    let role = json!({"ManagedPolicyArns": [managed], "Policies": [inline]});
    roles.note(&made("AWS::IAM::Role", "fixer-role", role)).unwrap();
    roles
}

fn made(kind: &str, id: &str, properties: Value) -> Value {
    json!({"op": "create", "type": kind, "physical_id": id, "properties": properties})
}

fn function() -> Value {
    let role = "arn:aws:iam::123456789012:role/fixer-role";
    made("AWS::Lambda::Function", "fixer", json!({"Role": role, "LoggingConfig": {"LogGroup": "fixer"}}))
}

fn roles(statements: Value) -> Roles {
    let mut roles = account(statements);
    roles.note(&function()).unwrap();
    roles
}

fn said(roles: &mut Roles, asked: &Asked) -> String {
    roles.ask("fixer", asked).map_or_else(|refused| refused.to_string(), |()| "allowed".to_owned())
}

fn tagged(action: &str, arn: &str, tag: &str) -> Asked {
    Asked::new(action, arn.to_owned()).with("aws:resourcetag/paramedic", vec![tag.to_owned()])
}

fn remedies() -> Value {
    let demanded = json!({"StringEquals": {"aws:ResourceTag/paramedic": "remediate"}});
    json!([
        {"Sid": "Redeploy", "Effect": "Allow", "Action": "ecs:UpdateService", "Resource": [SERVICE], "Condition": demanded},
        {"Sid": "Replace", "Effect": "Allow", "Action": "ecs:StopTask",
         "Resource": "arn:aws:ecs:eu-west-1:123456789012:task/*", "Condition": demanded},
    ])
}

#[test]
fn a_task_without_the_tag_cannot_be_stopped_and_iam_says_so_in_its_own_words() {
    let mut roles = roles(remedies());
    assert_eq!(said(&mut roles, &tagged("ecs:StopTask", TASK, "remediate")), "allowed");
    let sentence = "User: arn:aws:sts::123456789012:assumed-role/fixer-role/fixer is not authorized to perform: \
         ecs:StopTask on resource: arn:aws:ecs:eu-west-1:123456789012:task/main/a1 because no identity-based policy \
         allows the ecs:StopTask action";
    assert_eq!(said(&mut roles, &Asked::new("ecs:StopTask", TASK.to_owned())), sentence);
    assert_eq!(said(&mut roles, &tagged("ecs:StopTask", TASK, "observe")), sentence);
    assert_eq!(roles.refused().count(), 2);
}

#[test]
fn a_service_outside_of_those_named_cannot_be_updated_though_it_bears_the_tag() {
    let mut roles = roles(remedies());
    assert_eq!(said(&mut roles, &tagged("ecs:UpdateService", SERVICE, "remediate")), "allowed");
    let other = SERVICE.replace("/web", "/shop");
    assert!(said(&mut roles, &tagged("ecs:UpdateService", &other, "remediate")).contains("is not authorized"));
    assert!(said(&mut roles, &Asked::new("ecs:UpdateService", SERVICE.to_owned())).contains("is not authorized"));
}

#[test]
fn what_is_forbidden_stays_so_whatever_allows_it() {
    let mut roles = roles(json!([
        {"Sid": "Ledger", "Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": TABLE},
        {"Sid": "Switch", "Effect": "Deny", "Action": "dynamodb:*Item", "Resource": "*",
         "Condition": {"ForAnyValue:StringEquals": {"dynamodb:LeadingKeys": "switch"}}},
    ]));
    let put =
        |key: &str| Asked::new("dynamodb:PutItem", TABLE.to_owned()).with("dynamodb:leadingkeys", vec![key.to_owned()]);
    assert_eq!(said(&mut roles, &put("service#web")), "allowed");
    assert!(said(&mut roles, &put("switch")).ends_with("with an explicit deny in an identity-based policy"));
}

#[test]
fn items_of_one_kind_are_one_kind_and_a_request_without_a_key_is_none() {
    let mut roles = roles(json!([{
        "Sid": "Heard", "Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": TABLE,
        "Condition": {
            "ForAllValues:StringLike": {"dynamodb:LeadingKeys": "seen#*"}, "Null": {"dynamodb:LeadingKeys": "false"},
        },
    }]));
    let put = |keys: &[&str]| {
        let keys = keys.iter().map(|key| (*key).to_owned()).collect();
        Asked::new("dynamodb:PutItem", TABLE.to_owned()).with("dynamodb:leadingkeys", keys)
    };
    assert_eq!(said(&mut roles, &put(&["seen#1"])), "allowed");
    for refused in [&["seen#1", "switch"][..], &["switch"], &[]] {
        assert!(said(&mut roles, &put(refused)).contains("is not authorized"), "{refused:?}");
    }
}

#[test]
fn a_policy_that_is_not_understood_fails_the_deployment() {
    let strange = [
        json!({"Sid": "A", "Effect": "Allow", "NotAction": "ecs:*", "Resource": "*"}),
        json!({"Sid": "A", "Effect": "Allow", "Action": "ecs:*", "Resource": "${aws:username}"}),
        json!({"Sid": "A", "Effect": "Allow", "Action": "ecs:*", "Resource": []}),
        json!({"Sid": "A", "Effect": "Allow", "Action": "ecs:*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "true"}}}),
        json!({"Sid": "A", "Effect": "Allow", "Action": "ecs:*", "Resource": "*", "Condition": {"StringEquals": {"ecs:cluster": "a"}}}),
        json!({"Sid": "A", "Effect": "Perhaps", "Action": "ecs:*", "Resource": "*"}),
        json!({"Effect": "Allow", "Action": "ecs:*", "Resource": "*"}),
    ];
    for statement in strange {
        let refused = account(json!([statement])).note(&function()).unwrap_err();
        assert!(matches!(refused, Refused::Policy(_)), "{statement}: {refused}");
    }
}

#[test]
fn a_role_with_which_lambda_could_not_write_the_log_or_poll_the_queue_fails_the_deployment() {
    let mut roles = roles(json!([
        {"Sid": "Queue", "Effect": "Allow", "Action": ["sqs:ReceiveMessage", "sqs:GetQueueAttributes"], "Resource": "q"},
    ]));
    let mapping = |queue: &str| {
        made("AWS::Lambda::EventSourceMapping", "m", json!({"FunctionName": "fixer", "EventSourceArn": queue}))
    };
    let refused = roles.note(&mapping("q")).unwrap_err().to_string();
    assert!(refused.contains("sqs:DeleteMessage on resource: q"), "{refused}");
    let mut elsewhere = function();
    elsewhere["properties"]["LoggingConfig"]["LogGroup"] = json!("other");
    let refused = roles.note(&elsewhere).unwrap_err().to_string();
    assert!(refused.contains("logs:CreateLogStream on resource"), "{refused}");
}

#[test]
fn a_function_that_no_stack_made_may_do_nothing() {
    let refused = roles(remedies()).ask("stranger", &tagged("ecs:StopTask", TASK, "remediate")).unwrap_err();
    assert!(refused.to_string().contains("stranger has no role"), "{refused}");
}

#[test]
fn a_grant_that_nothing_needed_is_told_from_those_that_were() {
    let mut roles = roles(json!([
        {"Sid": "Ledger", "Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:PutItem"],
         "Resource": [TABLE, "arn:aws:dynamodb:eu-west-1:123456789012:table/t/index/due"]},
    ]));
    roles.ask("fixer", &Asked::new("dynamodb:GetItem", TABLE.to_owned())).unwrap();
    let statements = roles.role_of("fixer").unwrap().statements;
    let needed = Grant::needed(&statements, &roles.used_by("fixer"));
    let left: Vec<String> = Grant::all(&statements).difference(&needed).map(ToString::to_string).collect();
    assert_eq!(left, ["Ledger: dynamodb:PutItem", "Ledger: resource 2"]);
}

fn cloud() -> Cloud {
    Cloud::new(Settings { account: "123456789012".to_owned(), region: "eu-west-1".to_owned(), pace: 30, seed: 1 })
}

fn json_call(service: &str, target: &str, body: &Value) -> ApiRequest {
    let headers = [("x-amz-target", target), ("content-type", "application/x-amz-json-1.1")];
    ApiRequest {
        service: service.to_owned(),
        caller: "function-fixer".to_owned(),
        headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
        path: "/".to_owned(),
        body: body.to_string().into_bytes(),
    }
}

fn form_call(service: &str, body: &str) -> ApiRequest {
    let headers = vec![("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned())];
    ApiRequest { headers, body: body.as_bytes().to_vec(), ..json_call(service, "", &Value::Null) }
}

fn asks(method: &str, request: &ApiRequest) -> Vec<(String, String)> {
    let asked = asked(Signed { method, request }, &cloud()).unwrap();
    asked.into_iter().map(|one| (one.action, one.resource)).collect()
}

#[test]
fn each_call_is_judged_by_its_action_on_the_arn_that_aws_has_for_it() {
    let arn = |service: &str, resource: &str| format!("arn:aws:{service}:eu-west-1:123456789012:{resource}");
    let stop = json!({"cluster": arn("ecs", "cluster/main"), "task": "a1"});
    let items = json!({"TransactItems": [
        {"Put": {"TableName": "t", "Item": {"pk": {"S": "service#web"}}}},
        {"Put": {"TableName": "t", "Item": {"pk": {"S": "account"}}}},
    ]});
    let group = json!({"logGroupName": "/ecs/web"});
    let secret = json!({"SecretId": "web/db"});
    let cases = [
        (json_call("ecs", "E.StopTask", &stop), "ecs:StopTask", TASK.to_owned()),
        (json_call("ecs", "E.ListTasks", &stop), "ecs:ListTasks", "*".to_owned()),
        (json_call("dynamodb", "D.TransactWriteItems", &items), "dynamodb:PutItem", TABLE.to_owned()),
        (
            json_call("logs", "L.FilterLogEvents", &group),
            "logs:FilterLogEvents",
            arn("logs", "log-group:/ecs/web:log-stream:"),
        ),
        (
            json_call("secretsmanager", "s.GetSecretValue", &secret),
            "secretsmanager:GetSecretValue",
            arn("secretsmanager", "secret:web/db-AbCdEf"),
        ),
        (
            form_call("monitoring", "Action=SetAlarmState&AlarmName=beat"),
            "cloudwatch:SetAlarmState",
            arn("cloudwatch", "alarm:beat"),
        ),
        (form_call("sns", "Action=Publish&TopicArn=arn%3Atopic"), "sns:Publish", "arn:topic".to_owned()),
    ];
    for (request, action, resource) in cases {
        let asks = asks("POST", &request);
        assert!(!asks.is_empty() && asks.iter().all(|one| *one == (action.to_owned(), resource.clone())), "{asks:?}");
    }
    let path = "/2015-03-31/functions/paramedic-remediator/configuration".to_owned();
    let lambda = ApiRequest { path, ..json_call("lambda", "", &Value::Null) };
    let function = arn("lambda", "function:paramedic-remediator");
    assert_eq!(asks("GET", &lambda), [("lambda:GetFunctionConfiguration".to_owned(), function)]);
}

#[test]
fn a_call_that_is_not_known_is_never_let_through() {
    let unknown = [
        json_call("ecs", "E.DeleteService", &json!({"service": "web"})),
        json_call("ecs", "E.StopTask", &json!({"cluster": "main"})),
        json_call("dynamodb", "D.DeleteTable", &json!({"TableName": "t"})),
        json_call("dynamodb", "D.TransactWriteItems", &json!({"TransactItems": [{"Drop": {"TableName": "t"}}]})),
        json_call("sqs", "S.DeleteQueue", &json!({"QueueUrl": "q"})),
        json_call("iam", "I.CreateUser", &json!({})),
        form_call("elasticloadbalancing", "Action=DeregisterTargets"),
        json_call("lambda", "", &Value::Null),
    ];
    for request in unknown {
        let judged = asked(Signed { method: "POST", request: &request }, &cloud());
        assert!(judged.is_err(), "{request:?}: {judged:?}");
    }
}

#[test]
fn what_is_not_read_from_a_request_cannot_decide_about_it() {
    let mut roles = roles(json!([{
        "Sid": "Some", "Effect": "Allow", "Action": "dynamodb:Query", "Resource": TABLE,
        "Condition": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": "seen#*"}},
    }]));
    let query = json_call("dynamodb", "D.Query", &json!({"TableName": "t"}));
    let asked = asked(Signed { method: "POST", request: &query }, &cloud()).unwrap();
    let refused = roles.ask("fixer", &asked[0]).unwrap_err();
    assert!(matches!(refused, Refused::NotUnderstood(_)), "{refused}");
}

#[test]
fn a_refusal_has_the_shape_of_the_service_that_was_asked() {
    let text = |request: &ApiRequest| {
        let answer = refusal(request, "no".to_owned());
        (answer.status, String::from_utf8(answer.body).unwrap())
    };
    let (status, body) = text(&json_call("ecs", "E.StopTask", &json!({})));
    assert!(status == 400 && body.contains("\"__type\":\"AccessDeniedException\""), "{status} {body}");
    let (status, body) = text(&form_call("sns", "Action=Publish"));
    assert!(status == 403 && body.contains("<Code>AuthorizationError</Code>"), "{status} {body}");
    let (status, body) = text(&form_call("elasticloadbalancing", "Action=DescribeTargetHealth"));
    assert!(status == 403 && body.contains("<Code>AccessDenied</Code>"), "{status} {body}");
}

/// The actions that the statements of a resource of the template allow, each with the statement's `Sid`.
fn allowed_in(template: &str, resource: &str) -> Vec<String> {
    let text = template.split(&format!("\n  {resource}:\n")).nth(1).unwrap();
    let mut allowed = Vec::new();
    // The next resource begins at the margin of resources.
    let mut lines =
        text.lines().take_while(|line| line.is_empty() || line.starts_with("   ") || line.starts_with("  #"));
    let (mut id, mut is_allowed, mut in_list) = ("", false, false);
    for line in lines.by_ref().map(str::trim) {
        if let Some(sid) = line.strip_prefix("- Sid: ") {
            (id, is_allowed) = (sid, false);
        }
        is_allowed |= line == "Effect: Allow";
        let listed = line.strip_prefix("Action:").map(str::trim);
        let item = line.strip_prefix("- ").filter(|_| in_list);
        in_list = listed == Some("") || item.is_some();
        let actions = listed.or(item).unwrap_or_default().trim_matches(['[', ']']);
        let actions = actions.split(", ").filter(|action| is_allowed && !id.is_empty() && !action.is_empty());
        allowed.extend(actions.map(|action| format!("{id}: {action}")));
    }
    allowed
}

#[test]
fn the_template_grants_the_remediator_what_the_scenarios_need_and_nothing_else() {
    let template = infra_bootstrap::StackKind::Ops.template();
    let mut granted: Vec<String> =
        ["ReadEvidence", "RemediatorRole"].iter().flat_map(|resource| allowed_in(template, resource)).collect();
    granted.sort();
    let needed = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/roles/remediator.txt"));
    let needed: Vec<&str> = needed.lines().filter(|line| !line.contains(": resource ")).collect();
    assert_eq!(granted, needed);
}
