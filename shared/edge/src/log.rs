//! JSON log lines on standard output, which Lambda takes as they are (`LogFormat: JSON`).

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt;

/// The crates whose lines follow the chosen level. Everybody else's begin at WARN: the SDK's debug lines hold requests.
const OURS: &[&str] =
    &["paramedic_domain", "paramedic_edge", "escalation_router", "alert_enricher", "remediator", "slack_actions"];

/// Starts logging at the level of `AWS_LAMBDA_LOG_LEVEL` ("Configuring log level", AWS Lambda Developer Guide), INFO by
/// default. Does nothing if a subscriber is installed already.
pub fn start() {
    let asked = std::env::var("AWS_LAMBDA_LOG_LEVEL").unwrap_or_default();
    let _ = at_most(&asked, std::io::stdout).try_init();
}

/// Lines up to that level, written there.
pub(crate) fn at_most<W>(level: &str, to: W) -> impl SubscriberInitExt
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    // The runtime writes the time itself when it is absent, and the message's own fields stay at the top level.
    let lines = tracing_subscriber::fmt::layer().json().flatten_event(true).with_current_span(false).with_writer(to);
    tracing_subscriber::registry().with(lines).with(filter(level))
}

fn filter(asked: &str) -> Targets {
    let level = match asked.to_ascii_uppercase().as_str() {
        "TRACE" => LevelFilter::TRACE,
        "DEBUG" => LevelFilter::DEBUG,
        "WARN" => LevelFilter::WARN,
        "ERROR" | "FATAL" => LevelFilter::ERROR,
        _ => LevelFilter::INFO,
    };
    OURS.iter().fold(Targets::new().with_default(level.min(LevelFilter::WARN)), |targets, ours| {
        targets.with_target(*ours, level)
    })
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn at_debug_only_our_own_crates_speak_at_length() {
        let filter = filter("DEBUG");
        assert!(filter.would_enable("escalation_router", &Level::DEBUG));
        assert!(!filter.would_enable("aws_smithy_runtime", &Level::DEBUG));
        assert!(filter.would_enable("aws_smithy_runtime", &Level::WARN));
    }

    #[test]
    fn an_unknown_level_means_info() {
        let filter = filter("verbose");
        assert!(filter.would_enable("remediator", &Level::INFO));
        assert!(!filter.would_enable("remediator", &Level::DEBUG));
    }

    #[test]
    fn fatal_silences_warnings_everywhere() {
        let filter = filter("FATAL");
        assert!(!filter.would_enable("hyper_util", &Level::WARN));
        assert!(filter.would_enable("alert_enricher", &Level::ERROR));
    }
}
