//! What a command or program left behind.

use crate::{Error, ErrorCode, Result};
use daytona_protocol::process as wire;

/// How much of stderr an error message repeats; the whole of it is in [`Error::stderr`].
const STDERR_IN_MESSAGE: usize = 2048;

/// The outcome of a process that ran to its end, whatever its exit code.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExecuteResponse {
    /// Its exit code; 128 + n when signal n ended it.
    pub exit_code: i32,
    /// stdout and stderr as they were written, interleaved.
    pub result: String,
    /// stdout alone; the same as `result` where the server does not tell them apart.
    pub stdout: String,
    /// stderr alone; empty where the server does not tell them apart.
    pub stderr: String,
    /// Charts a code run showed, in the form of the documents.
    pub charts: Vec<serde_json::Value>,
}

impl ExecuteResponse {
    /// Turns a non-zero exit code into an error.
    ///
    /// # Errors
    /// `ProcessExecution` with the exit code and stderr.
    pub fn check(&self) -> Result<()> {
        if self.exit_code == 0 {
            return Ok(());
        }
        let said = if self.stderr.trim().is_empty() { &self.result } else { &self.stderr };
        let said = tail(said.trim_end(), STDERR_IN_MESSAGE);
        let reason = match said {
            "" => format!("the process exited with code {}", self.exit_code),
            said => format!("the process exited with code {}: {said}", self.exit_code),
        };
        Err(Error::failed(ErrorCode::ProcessExecution, "run the process", reason).with_facts(|facts| {
            facts.exit_code = Some(self.exit_code);
            facts.stderr = Some(self.stderr.clone());
        }))
    }
}

impl From<wire::ExecuteResponse> for ExecuteResponse {
    fn from(wire: wire::ExecuteResponse) -> Self {
        Self {
            exit_code: wire.exit_code,
            stdout: wire.stdout.unwrap_or_else(|| wire.result.clone()),
            stderr: wire.stderr.unwrap_or_default(),
            result: wire.result,
            charts: wire.artifacts.and_then(|artifacts| artifacts.charts).unwrap_or_default(),
        }
    }
}

/// The last `limit` bytes of `text`, cut at a character.
fn tail(text: &str, limit: usize) -> &str {
    let mut start = text.len().saturating_sub(limit);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    &text[start..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_reports_exit_code_and_stderr() {
        assert!(ExecuteResponse::default().check().is_ok());
        let failed = ExecuteResponse { exit_code: 3, stderr: "boom\n".into(), ..Default::default() };
        let error = failed.check().expect_err("a non-zero exit");
        assert_eq!(error.code(), ErrorCode::ProcessExecution);
        assert_eq!(error.exit_code(), Some(3));
        assert_eq!(error.stderr(), Some("boom\n"));
        assert_eq!(error.message(), "Failed to run the process: the process exited with code 3: boom");
    }

    #[test]
    fn a_server_without_split_output_has_it_all_in_stdout() {
        let wire: wire::ExecuteResponse =
            serde_json::from_str(r#"{"exitCode":0,"result":"x"}"#).expect("parses");
        assert_eq!(ExecuteResponse::from(wire).stdout, "x");
    }

    #[test]
    fn the_tail_never_splits_a_character() {
        assert_eq!(tail("aäää", 3), "ä");
        assert_eq!(tail("short", 100), "short");
    }
}
