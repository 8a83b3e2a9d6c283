//! How a command ends that says more than that it was done or not.

use std::error::Error;
use std::process::ExitCode;

use crate::screen;

/// It was understood and answered, and is not done: the answer says why.
pub(crate) const NOT_DONE: u8 = 3;

/// A command's end: what it says by its exit code.
pub(crate) type Ending = Result<ExitCode, Box<dyn Error>>;

/// Tells what went wrong, which has this exit code.
pub(crate) fn end(ending: Ending, failed: u8) -> ExitCode {
    match ending {
        Ok(code) => code,
        Err(error) => {
            screen::failure(error.as_ref());
            ExitCode::from(failed)
        }
    }
}

/// The exit codes of what is asked of the router.
pub(crate) const ASKED: &str = "Exit codes: 0 done, 1 failed, and nobody may say that it was done, 2 wrong usage, 3 answered \
                                and not done.\nProgress and errors go to standard error, results to standard output; \
                                nothing is coloured.";

/// The exit codes of what is only read.
pub(crate) const READ: &str = "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 there is no such thing.\nProgress and errors \
                               go to standard error, results to standard output; nothing is coloured.";
