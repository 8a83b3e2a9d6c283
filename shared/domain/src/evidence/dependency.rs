//! Whether what the service depends on is well. Diagnosis and guardrails ask the same question, so it is answered once.

use jiff::SignedDuration;

use super::{Evidence, Metrics, Reading};

/// How many periods of silence of the cache's metrics count as silence.
const SILENT_PERIODS: i32 = 3;

/// How clients word that they do not get through.
const UNREACHED: &[&str] = &[
    "ECONNREFUSED",
    "ETIMEDOUT",
    "ECONNRESET",
    "EHOSTUNREACH",
    "ENOTFOUND",
    "onnection refused",
    "onnection is closed",
    "onnection lost",
    "ocket closed",
    "timed out",
    "timeout",
];
/// How the engine itself words that it takes no more connections (`networking.c` of Valkey and Redis OSS); nothing else
/// words it so.
const REFUSED: &[&str] = &["max number of clients reached"];

/// The state of the service's cache, as far as the evidence tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dependency {
    /// The configuration names none.
    None,
    /// Read, and nothing speaks against it.
    Well,
    /// At least one fact says that it cannot be reached.
    Down {
        /// The cache's id.
        id: String,
        /// The facts.
        facts: Vec<String>,
    },
    /// It could not be read.
    Unread {
        /// Why.
        why: String,
    },
}

impl Evidence {
    /// Whether the cache is well, going by its status, by the silence of its metrics and by what the tasks log about it.
    pub fn dependency(&self) -> Dependency {
        let cache = match &self.cache {
            Reading::NotConfigured => return Dependency::None,
            Reading::Unread { why } => return Dependency::Unread { why: why.clone() },
            Reading::Read(cache) => cache,
        };
        let mut facts = Vec::new();
        if !cache.serving() {
            facts.push(format!("cache {} is \"{}\"", cache.id, cache.status));
        }
        if self.metrics.read().is_some_and(silent) {
            facts.push(format!("cache {} reports no metrics any more while the load balancer does", cache.id));
        }
        // What tasks logged before the last two periods may be over.
        let period = self.metrics.read().and_then(|metrics| metrics.requests.spacing());
        let recent = self.gathered_at - period.unwrap_or(SignedDuration::from_mins(1)) * 2;
        if let Some(line) = self.errors.read().and_then(|shapes| {
            let endpoint = cache.endpoint.as_deref().filter(|endpoint| !endpoint.is_empty());
            shapes.iter().find(|shape| {
                let about_cache = endpoint.is_some_and(|endpoint| shape.shape.contains(endpoint))
                    || shape.shape.to_ascii_lowercase().contains("redis");
                let says = |words: &[&str]| words.iter().any(|word| shape.shape.contains(word));
                shape.last_at >= recent && (says(REFUSED) || (about_cache && says(UNREACHED)))
            })
        }) {
            facts.push(format!("tasks log that they cannot reach cache {} ({} times)", cache.id, line.count));
        }
        // Being modified interrupts nobody by itself, but it goes together with the other signs.
        if !facts.is_empty() && cache.serving() && cache.status != "available" {
            facts.push(format!("cache {} is \"{}\"", cache.id, cache.status));
        }
        if facts.is_empty() { Dependency::Well } else { Dependency::Down { id: cache.id.clone(), facts } }
    }
}

/// The cache's metrics stopped although the load balancer's go on.
fn silent(metrics: &Metrics) -> bool {
    let (Some(requests), Some(period), Some(cache)) =
        (metrics.requests.latest(), metrics.requests.spacing(), metrics.cache_connections.latest())
    else {
        return false;
    };
    requests.at.duration_since(cache.at) > period * SILENT_PERIODS
}
