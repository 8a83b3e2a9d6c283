//! What the application writes. The wording is in the manner of common libraries and varies with the seed, so that
//! nothing can be built on one phrase.

use super::CacheReach;
use crate::cloud::chance::Chance;
use crate::cloud::ecs::Container;
use crate::cloud::emission::Emission;
use crate::cloud::turn::Turn;
use serde_json::json;

/// Which credential the application holds.
#[derive(Debug, Clone, Copy)]
enum Credential {
    SigningKey,
    DatabasePassword,
    ApiKey,
}

/// How a line looks.
#[derive(Debug, Clone, Copy)]
enum Dialect {
    Plain,
    Bracketed,
    Json,
}

/// An application's way of logging.
#[derive(Debug, Clone, Copy)]
pub(super) struct Voice {
    credential: Credential,
    dialect: Dialect,
}

impl Voice {
    pub(super) fn new(chance: &mut Chance) -> Voice {
        let credentials = [Credential::SigningKey, Credential::DatabasePassword, Credential::ApiKey];
        let dialects = [Dialect::Plain, Dialect::Bracketed, Dialect::Json];
        Voice {
            credential: chance.pick(&credentials).copied().unwrap_or(Credential::SigningKey),
            dialect: chance.pick(&dialects).copied().unwrap_or(Dialect::Plain),
        }
    }

    /// A request that went well.
    pub(super) fn served(self, turn: &mut Turn<'_>) -> String {
        let route = route(turn.chance);
        let millis = 20 + turn.chance.index(140);
        self.line("info", &format!("{route} 200 {millis}ms"), turn)
    }

    /// A request that failed since the credential is not valid any more.
    pub(super) fn credential_refused(self, turn: &mut Turn<'_>) -> String {
        let route = route(turn.chance);
        let (short, user, host) = (turn.chance.hex(8), turn.chance.digits(6), 4 + turn.chance.index(250));
        let wordings = match self.credential {
            Credential::SigningKey => [
                format!("JsonWebTokenError: invalid signature (kid {short}) while serving {route}"),
                format!("{route} failed: UnauthorizedError: token signature verification failed for user {user}"),
                format!("Error: cannot mint session for user {user}: signing key {short} was retired"),
                format!("{route} 500 auth middleware rejected request: invalid token (kid {short})"),
            ],
            Credential::DatabasePassword => [
                "error: password authentication failed for user \"app\"".to_owned(),
                format!("{route} failed: AccessDeniedError: Access denied for user 'app'@'10.0.10.{host}'"),
                format!("FATAL: password authentication failed for user \"app\" (connection {short})"),
                format!("{route} 500 could not check out a connection: authentication failed"),
            ],
            Credential::ApiKey => [
                format!("AuthenticationError: 401 Incorrect API key provided (request {short})"),
                format!("{route} failed: upstream answered 401 Unauthorized: invalid_api_key"),
                format!("Request failed with status code 403: API key not valid (request {short})"),
                format!("{route} 500 provider refused the credential: The security token included is invalid"),
            ],
        };
        let wording = turn.chance.pick(&wordings).cloned().unwrap_or_default();
        self.line("error", &wording, turn)
    }

    /// A request that failed since the cache cannot be reached.
    pub(super) fn cache_lost(self, cache: &CacheReach, turn: &mut Turn<'_>) -> String {
        let route = route(turn.chance);
        let CacheReach { address, port, .. } = cache;
        let wordings = [
            format!("Error: connect ECONNREFUSED {address}:{port}"),
            format!("[ioredis] Unhandled error event: Error: connect ETIMEDOUT {address}:{port}"),
            format!("{route} failed: MaxRetriesPerRequestError: Reached the max retries per request limit (20)"),
            format!("Redis connection to {address}:{port} failed - read ECONNRESET"),
            format!("{route} 500 job store unavailable: Connection is closed ({address})"),
        ];
        let wording = turn.chance.pick(&wordings).cloned().unwrap_or_default();
        self.line("error", &wording, turn)
    }

    /// A request that failed since the cache refuses or is too slow.
    pub(super) fn cache_fails(self, words: &str, turn: &mut Turn<'_>) -> String {
        let route = route(turn.chance);
        self.line("error", &format!("{route} failed: {words}"), turn)
    }

    /// A request that failed since something else did not answer in time.
    pub(super) fn gave_up(self, on: &str, turn: &mut Turn<'_>) -> String {
        let (route, short) = (route(turn.chance), turn.chance.hex(8));
        let wordings = [
            format!("{route} failed: timeout of 5000ms exceeded while waiting for {on}"),
            format!("AxiosError: timeout of 5000ms exceeded (https://{on}/v1, request {short})"),
            format!("{route} 504 upstream {on} did not answer within 5000ms"),
        ];
        let wording = turn.chance.pick(&wordings).cloned().unwrap_or_default();
        self.line("error", &wording, turn)
    }

    /// A request that failed by a mistake of the application itself.
    pub(super) fn broken(self, turn: &mut Turn<'_>) -> String {
        let (route, row) = (route(turn.chance), 10 + turn.chance.index(400));
        let wordings = [
            format!(
                "TypeError: Cannot read properties of undefined (reading 'items') at render (/app/dist/search.js:{row}:17)"
            ),
            format!("{route} 500 Unhandled rejection: RangeError: Invalid array length"),
            format!("{route} failed: ReferenceError: catalogue is not defined (/app/dist/routes.js:{row}:9)"),
        ];
        let wording = turn.chance.pick(&wordings).cloned().unwrap_or_default();
        self.line("error", &wording, turn)
    }

    /// A request that the application refused.
    pub(super) fn refused(self, turn: &mut Turn<'_>) -> String {
        let (route, host) = (route(turn.chance), 4 + turn.chance.index(250));
        let wordings = [
            format!("{route} 400 ValidationError: \"query\" is required (client 198.51.100.{host})"),
            format!("{route} 401 no session (client 198.51.100.{host})"),
            format!("{route} 404 not found (client 198.51.100.{host})"),
        ];
        let wording = turn.chance.pick(&wordings).cloned().unwrap_or_default();
        self.line("warn", &wording, turn)
    }

    /// Any failure, in its own words.
    pub(super) fn error(self, words: &str, turn: &Turn<'_>) -> String {
        self.line("error", words, turn)
    }

    fn line(self, level: &str, text: &str, turn: &Turn<'_>) -> String {
        let at = turn.now.iso();
        match self.dialect {
            Dialect::Plain => format!("{at} {} {text}", level.to_uppercase()),
            Dialect::Bracketed => format!("[{at}] [{level}] {text}"),
            Dialect::Json => json!({"level": level, "time": turn.now.millis(), "msg": text}).to_string(),
        }
    }
}

fn route(chance: &mut Chance) -> &'static str {
    let routes = ["GET /api/search", "POST /api/search", "GET /api/jobs", "POST /api/session", "GET /api/profile"];
    chance.pick(&routes).copied().unwrap_or("GET /")
}

/// Writes a line of a container to the stream the `awslogs` driver would name: `<prefix>/<container>/<task id>` (ECS
/// Developer Guide, "Send Amazon ECS logs to CloudWatch").
pub(super) fn write(container: &Container, task: &str, message: String, turn: &mut Turn<'_>) {
    if let Some((group, prefix)) = &container.log {
        let stream = format!("{prefix}/{}/{task}", container.name);
        turn.outbox.push(Emission::Log { at: turn.now.timestamp(), group: group.clone(), stream, message });
    }
}
