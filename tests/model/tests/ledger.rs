//! The ledger in every order of events: two remediators, deaths, lost answers, and a clock.
#![allow(clippy::panic, clippy::print_stdout)]

use model::remediators::Remediators;

#[test]
fn two_remediators_at_once() {
    // A little longer than the lease of a claim, still within the cooldown, and beyond it.
    let remediators = Remediators { diagnoses: 2, faults: 2, waits: vec![91, 600, 300] };
    match model::check::check("ledger", remediators) {
        Ok(figures) => println!("{figures}"),
        Err(broken) => panic!("{broken}"),
    }
}
