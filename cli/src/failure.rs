//! How a command that failed says so: `error: <message>` and, where there is one, a hint.

use std::cell::Cell;
use std::fmt;
use std::io::Write;
use std::process::ExitCode;

/// The result of a command.
pub(crate) type Outcome<T = ExitCode> = Result<T, Failure>;

/// Why a command failed.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    hint: Option<String>,
    code: u8,
    said: Cell<bool>,
}

impl Failure {
    pub(crate) fn new(message: impl fmt::Display) -> Self {
        Self { message: message.to_string(), hint: None, code: 1, said: Cell::new(false) }
    }

    pub(crate) fn hint(mut self, hint: impl fmt::Display) -> Self {
        self.hint = Some(hint.to_string());
        self
    }

    pub(crate) fn code(mut self, code: u8) -> Self {
        self.code = code;
        self
    }

    /// Prints it, once.
    pub(crate) fn say(&self) {
        if self.said.replace(true) {
            return;
        }
        let mut text = format!("error: {}\n", self.message);
        if let Some(hint) = &self.hint {
            text.push_str(&format!("hint: {hint}\n"));
        }
        // Where stderr is closed there is nobody to tell; the exit code still speaks.
        let _ = std::io::stderr().write_all(text.as_bytes());
    }

    /// Prints it, unless it was, and gives the process's exit code.
    pub(crate) fn report(&self) -> ExitCode {
        self.say();
        ExitCode::from(self.code)
    }
}

impl From<daytona_core::Error> for Failure {
    fn from(error: daytona_core::Error) -> Self {
        let failure = Self::new(error.message());
        match error.request_id() {
            // The server's log has more than its answer, where it is the server that failed.
            Some(id) if error.code() == daytona_core::ErrorCode::Server => {
                failure.hint(format!("the server's log names this request {id}"))
            }
            _ => failure,
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::new(error)
    }
}
