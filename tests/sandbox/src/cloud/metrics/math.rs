//! Metric math (CloudWatch User Guide, "Using math expressions with CloudWatch metrics"): arithmetic, comparison and
//! logic, and the functions `FILL`, `IF`, `SUM`, `AVG`, `MIN`, `MAX`, `ABS`, `CEIL`, `FLOOR`, `METRICS` and `PERIOD`.

/// One number a window; `None` where there is no datapoint.
pub(crate) type Series = Vec<Option<f64>>;

/// What an expression, or a part of it, is worth.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Worth {
    Scalar(f64),
    Series(Series),
    Many(Vec<Series>),
}

/// A parsed expression.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expression {
    Number(f64),
    Name(String),
    Text(String),
    List(Vec<Expression>),
    Negated(Box<Expression>),
    Binary(Operator, Box<Expression>, Box<Expression>),
    Call(String, Vec<Expression>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
    And,
    Or,
}

/// Where an expression finds the metrics it names.
pub(crate) trait Source {
    /// The series of an id.
    fn series(&self, id: &str) -> Result<Worth, String>;
    /// All metrics of the request, for `METRICS()`.
    fn all(&self) -> Vec<Series>;
    /// The period of an id in seconds, for `PERIOD()`.
    fn period(&self, id: &str) -> f64;
}

/// Parses an expression.
pub(crate) fn parse(text: &str) -> Result<Expression, String> {
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens, at: 0, depth: 0 };
    let expression = parser.level(0)?;
    match parser.tokens.get(parser.at) {
        None => Ok(expression),
        Some(token) => Err(format!("unexpected {token:?} in expression '{text}'")),
    }
}

/// The ids an expression names.
pub(crate) fn names(expression: &Expression) -> Vec<&str> {
    match expression {
        Expression::Name(name) => vec![name],
        Expression::Number(_) | Expression::Text(_) => Vec::new(),
        Expression::Negated(inner) => names(inner),
        Expression::Binary(_, left, right) => [names(left), names(right)].concat(),
        Expression::List(items) | Expression::Call(_, items) => items.iter().flat_map(names).collect(),
    }
}

/// Works out an expression.
pub(crate) fn worth(expression: &Expression, source: &impl Source) -> Result<Worth, String> {
    match expression {
        Expression::Number(number) => Ok(Worth::Scalar(*number)),
        Expression::Text(text) => Err(format!("text '{text}' has no place here")),
        Expression::Name(name) => source.series(name),
        Expression::List(items) => {
            let parts: Result<Vec<Worth>, String> = items.iter().map(|item| worth(item, source)).collect();
            let series = parts?.into_iter().filter_map(|part| match part {
                Worth::Series(series) => Some(series),
                _ => None,
            });
            Ok(Worth::Many(series.collect()))
        }
        Expression::Negated(inner) => each(&worth(inner, source)?, |value| -value),
        Expression::Binary(operator, left, right) => {
            combined(&worth(left, source)?, &worth(right, source)?, |left, right| applied(*operator, left, right))
        }
        Expression::Call(name, arguments) => called(name, arguments, source),
    }
}

fn called(name: &str, arguments: &[Expression], source: &impl Source) -> Result<Worth, String> {
    let argument = |at: usize| -> Result<&Expression, String> {
        arguments.get(at).ok_or_else(|| format!("{name} lacks argument {}", at + 1))
    };
    match name {
        "METRICS" => Ok(Worth::Many(source.all())),
        "PERIOD" => match argument(0)? {
            Expression::Name(id) => Ok(Worth::Scalar(source.period(id))),
            _ => Err("PERIOD wants the id of a metric".to_owned()),
        },
        "FILL" => match (worth(argument(0)?, source)?, argument(1)?) {
            (Worth::Series(series), Expression::Name(way)) if way == "REPEAT" => Ok(Worth::Series(repeated(series))),
            (Worth::Series(series), filler) => {
                let filler = worth(filler, source)?;
                let filled = series.iter().enumerate().map(|(at, value)| value.or_else(|| point(&filler, at)));
                Ok(Worth::Series(filled.collect()))
            }
            (other, _) => Ok(other),
        },
        "IF" => {
            let condition = worth(argument(0)?, source)?;
            let (yes, no) = (worth(argument(1)?, source)?, worth(argument(2)?, source)?);
            let chosen = |condition: f64, at: usize| point(if condition == 0.0 { &no } else { &yes }, at);
            match condition {
                Worth::Scalar(0.0) => Ok(no),
                Worth::Scalar(_) => Ok(yes),
                Worth::Series(series) => Ok(Worth::Series(
                    series.iter().enumerate().map(|(at, value)| value.and_then(|value| chosen(value, at))).collect(),
                )),
                Worth::Many(_) => Err("IF wants one condition".to_owned()),
            }
        }
        "ABS" => each(&worth(argument(0)?, source)?, f64::abs),
        "CEIL" => each(&worth(argument(0)?, source)?, f64::ceil),
        "FLOOR" => each(&worth(argument(0)?, source)?, f64::floor),
        "SUM" => folded(worth(argument(0)?, source)?, |values| values.iter().sum()),
        "AVG" => folded(worth(argument(0)?, source)?, |values| values.iter().sum::<f64>() / values.len() as f64),
        "MIN" => folded(worth(argument(0)?, source)?, |values| values.iter().copied().fold(f64::INFINITY, f64::min)),
        "MAX" => {
            folded(worth(argument(0)?, source)?, |values| values.iter().copied().fold(f64::NEG_INFINITY, f64::max))
        }
        other => Err(format!("function {other} is not modelled")),
    }
}

/// Over several series: window by window, without those that have no datapoint there. Over one: to a single number.
fn folded(worth: Worth, fold: impl Fn(&[f64]) -> f64) -> Result<Worth, String> {
    let fold = |values: Vec<f64>| if values.is_empty() { None } else { Some(fold(&values)) };
    match worth {
        Worth::Scalar(number) => Ok(Worth::Scalar(number)),
        Worth::Series(series) => {
            fold(series.into_iter().flatten().collect()).map(Worth::Scalar).ok_or_else(|| "no datapoints".to_owned())
        }
        Worth::Many(many) => {
            let windows = many.iter().map(Vec::len).max().unwrap_or(0);
            let values = |at: usize| many.iter().filter_map(|series| series.get(at).copied().flatten()).collect();
            Ok(Worth::Series((0..windows).map(|at| fold(values(at))).collect()))
        }
    }
}

fn repeated(series: Series) -> Series {
    let mut last = None;
    series
        .into_iter()
        .map(|value| {
            last = value.or(last);
            last
        })
        .collect()
}

fn point(worth: &Worth, at: usize) -> Option<f64> {
    match worth {
        Worth::Scalar(number) => Some(*number),
        Worth::Series(series) => series.get(at).copied().flatten(),
        Worth::Many(_) => None,
    }
}

fn each(worth: &Worth, change: impl Fn(f64) -> f64) -> Result<Worth, String> {
    match worth {
        Worth::Scalar(number) => Ok(Worth::Scalar(change(*number))),
        Worth::Series(series) => Ok(Worth::Series(series.iter().map(|value| value.map(&change)).collect())),
        Worth::Many(_) => Err("an array has no place here".to_owned()),
    }
}

/// A window without a datapoint on either side has none in the result; nor has a division by zero.
fn combined(left: &Worth, right: &Worth, combine: impl Fn(f64, f64) -> f64) -> Result<Worth, String> {
    let windows = match (left, right) {
        (Worth::Scalar(left), Worth::Scalar(right)) => return Ok(Worth::Scalar(combine(*left, *right))),
        (Worth::Many(_), _) | (_, Worth::Many(_)) => return Err("an array has no place here".to_owned()),
        (Worth::Series(series), _) | (_, Worth::Series(series)) => series.len(),
    };
    let value = |at: usize| {
        let value = combine(point(left, at)?, point(right, at)?);
        value.is_finite().then_some(value)
    };
    Ok(Worth::Series((0..windows).map(value).collect()))
}

fn applied(operator: Operator, left: f64, right: f64) -> f64 {
    let truth = |holds: bool| if holds { 1.0 } else { 0.0 };
    match operator {
        Operator::Add => left + right,
        Operator::Subtract => left - right,
        Operator::Multiply => left * right,
        Operator::Divide => left / right,
        Operator::Power => left.powf(right),
        Operator::Less => truth(left < right),
        Operator::LessOrEqual => truth(left <= right),
        Operator::Greater => truth(left > right),
        Operator::GreaterOrEqual => truth(left >= right),
        Operator::Equal => truth(left == right),
        Operator::NotEqual => truth(left != right),
        Operator::And => truth(left != 0.0 && right != 0.0),
        Operator::Or => truth(left != 0.0 || right != 0.0),
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Number(f64),
    Word(String),
    Text(String),
    Sign(String),
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut found = Vec::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let mut rest = |first: char, accepted: fn(char) -> bool| {
            let mut word = String::from(first);
            while let Some(next) = letters.next_if(|next| accepted(*next)) {
                word.push(next);
            }
            word
        };
        match letter {
            letter if letter.is_whitespace() => {}
            letter if letter.is_ascii_digit() || letter == '.' => {
                let word = rest(letter, |next| next.is_ascii_digit() || next == '.');
                found.push(Token::Number(word.parse().map_err(|_| format!("'{word}' is not a number"))?));
            }
            letter if letter.is_alphabetic() || letter == '_' => {
                found.push(Token::Word(rest(letter, |next| next.is_alphanumeric() || next == '_')));
            }
            quote @ ('"' | '\'') => {
                let mut word = String::new();
                loop {
                    match letters.next() {
                        Some(next) if next == quote => break,
                        Some(next) => word.push(next),
                        None => return Err("a text is not closed".to_owned()),
                    }
                }
                found.push(Token::Text(word));
            }
            '<' | '>' | '=' | '!' | '&' | '|' => {
                found.push(Token::Sign(rest(letter, |next| matches!(next, '=' | '&' | '|'))));
            }
            '+' | '-' | '*' | '/' | '^' | '(' | ')' | '[' | ']' | ',' => found.push(Token::Sign(letter.to_string())),
            other => return Err(format!("unexpected '{other}'")),
        }
    }
    Ok(found)
}

/// How deeply expressions may nest.
const DEEPEST: usize = 64;

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

impl Parser {
    fn operator(&self, level: usize) -> Option<Operator> {
        let text = match self.tokens.get(self.at)? {
            Token::Sign(text) | Token::Word(text) => text.as_str(),
            _ => return None,
        };
        Some(match (level, text) {
            (0, "||" | "OR") => Operator::Or,
            (1, "&&" | "AND") => Operator::And,
            (2, "<") => Operator::Less,
            (2, "<=") => Operator::LessOrEqual,
            (2, ">") => Operator::Greater,
            (2, ">=") => Operator::GreaterOrEqual,
            (2, "==") => Operator::Equal,
            (2, "!=") => Operator::NotEqual,
            (3, "+") => Operator::Add,
            (3, "-") => Operator::Subtract,
            (4, "*") => Operator::Multiply,
            (4, "/") => Operator::Divide,
            (5, "^") => Operator::Power,
            _ => return None,
        })
    }

    fn level(&mut self, level: usize) -> Result<Expression, String> {
        if level > 5 {
            return self.atom();
        }
        let mut left = self.level(level + 1)?;
        while let Some(operator) = self.operator(level) {
            self.at += 1;
            let right = self.level(level + 1)?;
            left = Expression::Binary(operator, Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn is_next(&mut self, sign: &str) -> bool {
        let is_next = matches!(self.tokens.get(self.at), Some(Token::Sign(text)) if text == sign);
        self.at += usize::from(is_next);
        is_next
    }

    fn atom(&mut self) -> Result<Expression, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("the expression nests too deeply".to_owned());
        }
        let token = self.tokens.get(self.at).cloned().ok_or_else(|| "the expression ends too early".to_owned())?;
        self.at += 1;
        let expression = match token {
            Token::Number(number) => Expression::Number(number),
            Token::Text(text) => Expression::Text(text),
            Token::Word(word) if self.is_next("(") => Expression::Call(word, self.items(")")?),
            Token::Word(word) => Expression::Name(word),
            Token::Sign(sign) => match sign.as_str() {
                "(" => {
                    let inner = self.level(0)?;
                    if !self.is_next(")") {
                        return Err("a parenthesis is not closed".to_owned());
                    }
                    inner
                }
                "[" => Expression::List(self.items("]")?),
                "-" => Expression::Negated(Box::new(self.atom()?)),
                other => return Err(format!("unexpected '{other}'")),
            },
        };
        self.depth -= 1;
        Ok(expression)
    }

    fn items(&mut self, end: &str) -> Result<Vec<Expression>, String> {
        let mut items = Vec::new();
        if self.is_next(end) {
            return Ok(items);
        }
        loop {
            items.push(self.level(0)?);
            if self.is_next(end) {
                return Ok(items);
            }
            if !self.is_next(",") {
                return Err(format!("'{end}' or ',' is missing"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    struct Fixed;

    impl Source for Fixed {
        fn series(&self, id: &str) -> Result<Worth, String> {
            match id {
                "requests" => Ok(Worth::Series(vec![Some(100.0), Some(50.0), Some(0.0), None])),
                "errors" => Ok(Worth::Series(vec![Some(7.0), None, None, None])),
                other => Err(format!("no {other}")),
            }
        }
        fn all(&self) -> Vec<Series> {
            vec![vec![Some(1.0), None], vec![Some(2.0), Some(3.0)]]
        }
        fn period(&self, _id: &str) -> f64 {
            60.0
        }
    }

    fn value(text: &str) -> Result<Worth, String> {
        worth(&parse(text)?, &Fixed)
    }

    #[test]
    fn the_share_of_errors_is_zero_where_none_were_reported_and_missing_where_nothing_was() {
        let share = value("100 * FILL(errors, 0) / requests").unwrap();
        assert_eq!(share, Worth::Series(vec![Some(7.0), Some(0.0), None, None]));
        let guarded = value("IF(requests > 0, 100 * FILL(errors, 0) / requests, 0)").unwrap();
        assert_eq!(guarded, Worth::Series(vec![Some(7.0), Some(0.0), Some(0.0), None]));
    }

    #[test]
    fn operators_bind_as_in_arithmetic() {
        assert_eq!(value("1 + 2 * 3 - 4 / 2"), Ok(Worth::Scalar(5.0)));
        assert_eq!(value("(1 + 2) * -3"), Ok(Worth::Scalar(-9.0)));
        assert_eq!(value("2 > 1 AND 1 >= 1 || 0"), Ok(Worth::Scalar(1.0)));
    }

    #[test]
    fn aggregates_go_over_arrays_by_window_and_over_a_series_as_a_whole() {
        assert_eq!(value("SUM(METRICS())"), Ok(Worth::Series(vec![Some(3.0), Some(3.0)])));
        assert_eq!(value("MAX(requests) / PERIOD(requests)"), Ok(Worth::Scalar(100.0 / 60.0)));
        assert_eq!(value("SUM([errors, errors])"), Ok(Worth::Series(vec![Some(14.0), None, None, None])));
    }

    #[test]
    fn nonsense_is_refused_with_its_reason() {
        for text in ["", "1 +", "(1", "RATE(requests)", "unknown * 2", "1 2", &"(".repeat(500)] {
            assert!(value(text).is_err(), "{text} was accepted");
        }
    }
}
