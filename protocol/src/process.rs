//! Bodies of `process/execute` and `process/code-run`.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Whether a shell can read a variable of this name back: letters, digits and `_`, not beginning with a digit.
#[must_use]
pub fn is_env_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The most that the output in one answer may take as JSON; a toolbox kills what prints more. Split output
/// travels twice, and one byte takes up to six: this holds 100 MiB of the costliest bytes.
pub const OUTPUT_LIMIT: usize = 1216 << 20;
/// The most that a client reads of one answer: above `OUTPUT_LIMIT` by what charts and the rest may take, so
/// that too much output always ends in the toolbox's advice and never in an answer that cannot be read.
pub const ANSWER_LIMIT: usize = OUTPUT_LIMIT + (64 << 20);

/// `POST /process/execute`: a shell command.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExecuteRequest {
    /// Given to a shell: pipes, variables, quotes and `&&` work.
    pub command: String,
    /// Working directory; the sandbox's own when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cwd: Option<String>,
    /// Added to the sandbox's environment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub envs: Option<BTreeMap<String, String>>,
    /// Whole seconds until the process group is killed; absent or 0 means never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<u64>,
}

/// `POST /process/code-run`: source text for an interpreter.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CodeRunRequest {
    /// The program.
    pub code: String,
    /// `python`, `javascript` or `typescript`.
    pub language: String,
    /// Arguments of the program, each passed on as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub argv: Option<Vec<String>>,
    /// Added to the sandbox's environment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub envs: Option<BTreeMap<String, String>>,
    /// Whole seconds until the process group is killed; absent or 0 means never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<u64>,
}

/// The answer to both. `stdout` and `stderr` are there when `X-Daytona-Split-Output: true` was sent and
/// the toolbox is ours; other servers answer with `result` alone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ExecuteResponse {
    /// The exit code; 128 + n when signal n ended the process.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub exit_code: i32,
    /// stdout and stderr as they were written, interleaved.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub result: String,
    /// stdout alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stdout: Option<String>,
    /// stderr alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stderr: Option<String>,
    /// Charts a code run produced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artifacts: Option<Artifacts>,
}

/// What a code run left besides text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Artifacts {
    /// Charts in the form of the 0.14.0 documents; kept as JSON, since its shape differs by chart type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub charts: Option<Vec<serde_json::Value>>,
}

#[cfg(test)]
mod tests {
    use super::is_env_name;

    #[test]
    fn names_of_variables_are_what_a_shell_can_read() {
        for good in ["A", "_", "_a1", "PATH"] {
            assert!(is_env_name(good), "{good}");
        }
        for bad in ["", "1A", "A B", "A=B", "A-B", "\u{c4}", "A\0"] {
            assert!(!is_env_name(bad), "{bad:?}");
        }
    }
}
