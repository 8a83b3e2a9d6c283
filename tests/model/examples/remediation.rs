//! Goes through many worlds and says whether product and oracle agree on each: `remediation [WORLDS [SEED]]`.
#![allow(clippy::print_stdout)]

use std::process::ExitCode;
use std::time::Instant;

use model::remediation::run::run_on;

fn main() -> ExitCode {
    let given: Result<Vec<u64>, _> = std::env::args().skip(1).map(|argument| argument.parse()).collect();
    let (worlds, seed) = match given.as_deref() {
        Ok([]) => (1_000_000, 1),
        Ok([worlds]) => (*worlds, 1),
        Ok([worlds, seed]) => (*worlds, *seed),
        _ => {
            println!("usage: remediation [WORLDS [SEED]]");
            return ExitCode::from(2);
        }
    };
    let began = Instant::now();
    let threads = std::thread::available_parallelism().map_or(1, |threads| threads.get() as u64);
    let report = run_on(threads, seed, worlds);
    println!("{report}{:.1} s on {threads} threads", began.elapsed().as_secs_f64());
    if report.disagreements() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
