//! Search expressions (CloudWatch User Guide, "CloudWatch search expression syntax"): a schema of namespace and dimension
//! names, and terms that all have to hold. Boolean operators are not modelled.

use super::math::{self, Expression};
use super::{MetricId, Metrics, Statistic};

/// A search, its statistic, and the period in seconds where it gives one.
#[derive(Debug, PartialEq)]
pub(super) struct Search {
    namespace: String,
    /// Sorted; a metric is found only when it has exactly these.
    dimensions: Vec<String>,
    terms: Vec<Term>,
    pub(super) statistic: Statistic,
    pub(super) period: Option<f64>,
}

/// `Name="value"` wants the whole value, `Name=value` and a bare word want a part of it.
#[derive(Debug, PartialEq)]
struct Term {
    name: Option<String>,
    value: String,
    is_exact: bool,
}

impl Search {
    /// From an expression; `None` when it is not a search, and an error when it is one that is not understood.
    pub(super) fn read(text: &str) -> Option<Result<Search, String>> {
        match math::parse(text) {
            Ok(Expression::Call(name, arguments)) if name == "SEARCH" => Some(Search::of(&arguments)),
            _ => None,
        }
    }

    fn of(arguments: &[Expression]) -> Result<Search, String> {
        let (Some(Expression::Text(what)), Some(Expression::Text(statistic))) = (arguments.first(), arguments.get(1))
        else {
            return Err("SEARCH wants a text and a statistic".to_owned());
        };
        let period = match arguments.get(2) {
            Some(Expression::Number(seconds)) => Some(*seconds),
            _ => None,
        };
        let (schema, rest) = what
            .trim()
            .strip_prefix('{')
            .and_then(|what| what.split_once('}'))
            .ok_or("the sandbox models searches with a schema only")?;
        let unquoted = |part: &str| part.trim().trim_matches('"').to_owned();
        let mut names = schema.split(',').map(unquoted);
        let namespace = names.next().unwrap_or_default();
        let mut dimensions: Vec<String> = names.collect();
        dimensions.sort();
        let terms: Vec<Term> = words(rest).iter().map(|word| Term::of(word)).collect();
        if terms.iter().any(|term| term.name.is_none() && matches!(term.value.as_str(), "OR" | "NOT")) {
            return Err("the sandbox models searches without OR and NOT only".to_owned());
        }
        let terms = terms.into_iter().filter(|term| term.name.is_some() || term.value != "AND").collect();
        let statistic =
            Statistic::parse(statistic).ok_or_else(|| format!("statistic '{statistic}' is not modelled"))?;
        Ok(Search { namespace, dimensions, terms, statistic, period })
    }

    /// The metrics found, at most 500 as in CloudWatch.
    pub(super) fn found<'a>(&'a self, metrics: &'a Metrics) -> impl Iterator<Item = &'a MetricId> {
        metrics.ids().filter(|id| self.finds(id)).take(500)
    }

    fn finds(&self, id: &MetricId) -> bool {
        let names = id.dimensions.iter().map(|(name, _)| name);
        id.namespace == self.namespace
            && names.eq(self.dimensions.iter())
            && self.terms.iter().all(|term| term.holds(id))
    }
}

impl Term {
    fn of(word: &str) -> Term {
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (Some(name.trim_matches('"').to_owned()), value),
            None => (None, word),
        };
        let is_exact = value.len() > 1 && value.starts_with('"') && value.ends_with('"');
        Term { name, value: value.trim_matches('"').to_owned(), is_exact }
    }

    fn holds(&self, id: &MetricId) -> bool {
        let fits = |value: &str| if self.is_exact { value == self.value } else { value.contains(&self.value) };
        let of_dimension = |name: &str| id.dimensions.iter().any(|(key, value)| key == name && fits(value));
        match self.name.as_deref() {
            Some("MetricName") => fits(&id.name),
            Some("Namespace") => fits(&id.namespace),
            Some(name) => of_dimension(name),
            None => fits(&id.name) || id.dimensions.iter().any(|(_, value)| fits(value)),
        }
    }
}

/// Words between spaces; a quoted part keeps its spaces, and its quotes.
fn words(text: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut is_quoted = false;
    for letter in text.chars() {
        is_quoted ^= letter == '"';
        if letter.is_whitespace() && !is_quoted {
            found.push(String::new());
        } else if let Some(word) = found.last_mut() {
            word.push(letter);
        }
    }
    found.retain(|word| !word.is_empty());
    found
}

/// The label of a found metric: the caller's with its dynamic parts filled in (CloudWatch User Guide, "Using dynamic
/// labels"), or else the values of the dimensions that tell it from the other metrics found.
pub(super) fn label(wanted: Option<&str>, id: &MetricId, all: &[&MetricId]) -> String {
    if let Some(wanted) = wanted {
        let mut text = wanted.replace("${PROP('MetricName')}", &id.name).replace("${LABEL}", &id.name);
        for (name, value) in &id.dimensions {
            text = text.replace(&format!("${{PROP('Dim.{name}')}}"), value);
        }
        return text;
    }
    let differs = |dimension: &&(String, String)| all.iter().any(|other| !other.dimensions.contains(*dimension));
    let values: Vec<&str> = id.dimensions.iter().filter(differs).map(|(_, value)| value.as_str()).collect();
    if values.is_empty() { id.name.clone() } else { values.join(" ") }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::cloud::clock::Moment;

    fn metrics() -> Metrics {
        let mut metrics = Metrics::default();
        let mut put = |name: &str, dimensions: &[(&str, &str)]| {
            metrics.record("N", name, dimensions, 1.0, 1, Moment::from_millis(0));
        };
        put("Memory", &[("Service", "shop"), ("Task", "one")]);
        put("Memory", &[("Service", "shop"), ("Task", "two")]);
        put("Memory", &[("Service", "shop-admin"), ("Task", "three")]);
        put("Memory", &[("Service", "shop")]);
        put("Cpu", &[("Service", "shop"), ("Task", "one")]);
        metrics
    }

    fn found(text: &str) -> Vec<String> {
        let metrics = metrics();
        let search = Search::read(text).unwrap().unwrap();
        let ids: Vec<&MetricId> = search.found(&metrics).collect();
        ids.iter().map(|id| label(None, id, &ids)).collect()
    }

    #[test]
    fn a_search_finds_the_metrics_with_exactly_its_dimensions() {
        assert_eq!(
            found("SEARCH('{N,Task,Service} MetricName=\"Memory\" Service=\"shop\"', 'Average', 60)"),
            ["one", "two"]
        );
        assert_eq!(found("SEARCH('{N,Service} Memory', 'Average')"), ["Memory"]);
    }

    #[test]
    fn a_term_without_quotes_is_content_with_a_part() {
        assert_eq!(found("SEARCH('{N,Service,Task} MetricName=\"Memory\" Service=shop', 'Average')").len(), 3);
    }

    #[test]
    fn a_dynamic_label_is_filled_in() {
        let id = MetricId::new("N", "Memory", vec![("Task".to_owned(), "one".to_owned())]);
        assert_eq!(label(Some("${PROP('Dim.Task')}"), &id, &[&id]), "one");
    }

    #[test]
    fn what_is_not_modelled_is_refused_and_what_is_no_search_is_left_alone() {
        assert!(Search::read("SEARCH('{N,Service} A OR B', 'Average')").unwrap().is_err());
        assert!(Search::read("a + b").is_none());
    }
}
