//! The roles of the account, as the stacks make them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::document::{self, PolicyError, Statement};
use super::evaluation::{Verdict, judge};
use super::refusal::sentence;
use super::request::{Asked, NotUnderstood};
use super::used::Used;

/// What Lambda itself does with a function's role ("Lambda execution role", "Using Lambda with Amazon SQS", AWS Lambda
/// Developer Guide).
const WRITES_LOG: [&str; 2] = ["logs:CreateLogStream", "logs:PutLogEvents"];
const POLLS: [&str; 3] = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];

/// A function's role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Its name.
    pub name: String,
    /// The statements of all its policies.
    pub statements: Vec<Statement>,
}

/// The roles of an account, and what functions asked of theirs.
#[derive(Debug, Clone, Default)]
pub struct Roles {
    account: String,
    region: String,
    /// The properties of managed policies, by ARN.
    policies: BTreeMap<String, Value>,
    /// The properties of roles, by name.
    roles: BTreeMap<String, Value>,
    /// The name of each function's role.
    functions: BTreeMap<String, String>,
    used: BTreeMap<String, Used>,
}

/// Why a function's call is not let through.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The role does not allow it; IAM's sentence.
    #[error("{0}")]
    ByRole(String),
    /// The sandbox cannot tell.
    #[error(transparent)]
    NotUnderstood(#[from] NotUnderstood),
    /// A policy of the role cannot be judged by.
    #[error(transparent)]
    Policy(#[from] PolicyError),
}

impl Roles {
    /// An account in which there are none.
    #[must_use]
    pub fn of(account: &str, region: &str) -> Self {
        Self { account: account.to_owned(), region: region.to_owned(), ..Self::default() }
    }

    /// Whether [`Roles::note`] is to hear of this.
    #[must_use]
    pub fn notes(body: &Value) -> bool {
        let kind = body.get("type").and_then(Value::as_str).unwrap_or_default();
        kind.starts_with("AWS::IAM::") || kind.starts_with("AWS::Lambda::")
    }

    /// Takes note of what CloudFormation made, changed or deleted: `{"op", "type", "physical_id", "properties"}`.
    ///
    /// # Errors
    /// When a function's role is not understood, or does not allow what Lambda itself does with it. On AWS the logs would
    /// be missing and the event source mapping refused.
    pub fn note(&mut self, body: &Value) -> Result<(), Refused> {
        let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let properties = body.get("properties").cloned().unwrap_or_default();
        let property = |at: &str| properties.pointer(at).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (id, is_gone) = (text("physical_id"), text("op") == "delete");
        match text("type").as_str() {
            "AWS::IAM::ManagedPolicy" => put(&mut self.policies, id, (!is_gone).then_some(properties)),
            "AWS::IAM::Role" => put(&mut self.roles, id, (!is_gone).then_some(properties)),
            "AWS::Lambda::Function" if is_gone => put(&mut self.functions, id, None),
            "AWS::Lambda::Function" => {
                put(&mut self.functions, id.clone(), Some(last(&property("/Role"), '/').to_owned()));
                let (Self { region, account, .. }, group) = (&*self, property("/LoggingConfig/LogGroup"));
                let stream = format!("arn:aws:logs:{region}:{account}:log-group:{group}:log-stream:one");
                self.ask_all(&id, &WRITES_LOG, &stream)?;
            }
            "AWS::Lambda::EventSourceMapping" if !is_gone => {
                self.ask_all(last(&property("/FunctionName"), ':'), &POLLS, &property("/EventSourceArn"))?;
            }
            _ => {}
        }
        Ok(())
    }

    fn ask_all(&mut self, function: &str, actions: &[&str], resource: &str) -> Result<(), Refused> {
        actions.iter().try_for_each(|action| self.ask(function, &Asked::new(action, resource.to_owned())))
    }

    /// Asks a function's role, and remembers what it answered.
    ///
    /// # Errors
    /// When the role does not allow it, or the sandbox cannot tell.
    pub fn ask(&mut self, function: &str, asked: &Asked) -> Result<(), Refused> {
        let role = self.role_of(function)?;
        let verdict = judge(&role.statements, asked)?;
        let used = self.used.entry(function.to_owned()).or_default();
        if verdict == Verdict::Allowed {
            used.allowed.insert(asked.clone());
            return Ok(());
        }
        let caller = format!("arn:aws:sts::{}:assumed-role/{}/{function}", self.account, role.name);
        let sentence = sentence(&caller, asked, &verdict);
        used.refused.insert(asked.clone(), sentence.clone());
        Err(Refused::ByRole(sentence))
    }

    /// The role of a function, as it is now.
    ///
    /// # Errors
    /// When there is none, or one of its policies is not understood.
    pub fn role_of(&self, function: &str) -> Result<Role, PolicyError> {
        let name = self.functions.get(function).ok_or_else(|| PolicyError(format!("{function} has no role")))?;
        let properties = self.roles.get(name).ok_or_else(|| PolicyError(format!("no stack made the role {name}")))?;
        let list = |member: &str| properties.get(member).and_then(Value::as_array).cloned().unwrap_or_default();
        let mut statements = Vec::new();
        for arn in list("ManagedPolicyArns") {
            let policy = arn.as_str().and_then(|arn| self.policies.get(arn));
            let policy = policy.ok_or_else(|| PolicyError(format!("{arn} of {name}, which no stack made")))?;
            statements.extend(document::of(policy)?);
        }
        for policy in list("Policies") {
            statements.extend(document::of(&policy)?);
        }
        Ok(Role { name: name.clone(), statements })
    }

    /// What was asked of a function's role.
    #[must_use]
    pub fn used_by(&self, function: &str) -> Used {
        self.used.get(function).cloned().unwrap_or_default()
    }

    /// Everything that was refused, with IAM's sentence.
    pub fn refused(&self) -> impl Iterator<Item = &str> {
        self.used.values().flat_map(|used| used.refused.values()).map(String::as_str)
    }
}

fn put<T>(all: &mut BTreeMap<String, T>, id: String, value: Option<T>) {
    match value {
        Some(value) => drop(all.insert(id, value)),
        None => drop(all.remove(&id)),
    }
}

fn last(text: &str, mark: char) -> &str {
    text.rsplit(mark).next().unwrap_or(text)
}
