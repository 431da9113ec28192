//! Bodies of the session routes, `process/session/...`, and the form of a command's log.
//!
//! A log is bytes: records, each a marker ([`STDOUT_MARKER`] or [`STDERR_MARKER`]) and text. A record is a
//! whole line with its newline, or a part of one: what a program printed before it paused, or a piece of an
//! endless line. So a marker switches the stream wherever it stands, as in the published clients, and text
//! belongs to the stream of the marker before it. A last line gains a newline. No record splits a character.
//!
//! `offset=N` on the logs route is an extension: it asks for the raw bytes from byte N on, with markers,
//! whatever the client's version. The plain answer is then `application/octet-stream` and carries
//! [`crate::headers::LOG_NEXT`], the offset to continue at. A WebSocket, or a plain request with
//! `follow=true`, sends bytes until the command has ended; who was cut off after N + n bytes resumes at
//! N + n. An offset behind the log's end is a 400. Frames are then larger than the published 1,024 bytes.

use serde::{Deserialize, Serialize};

/// Begins text of standard output.
pub const STDOUT_MARKER: [u8; 3] = [1; 3];
/// Begins text of standard error.
pub const STDERR_MARKER: [u8; 3] = [2; 3];
/// WebSocket subprotocol that carries an SDK version, where headers cannot be set: this, then the version.
pub const VERSION_SUBPROTOCOL: &str = "X-Daytona-SDK-Version~";

/// `POST /process/session`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateSessionRequest {
    /// Any text but the empty one; `entrypoint` is reserved.
    pub session_id: String,
}

/// A session and its commands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Session {
    /// As given at creation.
    pub session_id: String,
    /// In order of execution from this toolbox; in any order from others.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub commands: Vec<Command>,
}

/// A command of a session.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Command {
    /// A UUID.
    pub id: String,
    /// Its text; this toolbox shortens what is longer than 16 KiB.
    pub command: String,
    /// Absent while it runs or waits for its turn; -1 when its session ended before it could run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
}

/// `POST /process/session/{id}/exec`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionExecuteRequest {
    /// Sourced by the session's shell.
    pub command: String,
    /// Answer at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_async: Option<bool>,
    /// The older name of `run_async`; either one is enough.
    #[serde(default, rename = "async", skip_serializing_if = "Option::is_none")]
    pub legacy_async: Option<bool>,
    /// Keep input that is sent to the command out of its log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suppress_input_echo: Option<bool>,
}

/// The answer to it: `cmd_id` alone for an asynchronous command.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SessionExecuteResponse {
    /// Names the command from now on.
    pub cmd_id: String,
    /// The log: with markers for clients of version 0.27.0 and later or with split output, else without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
    /// stdout alone, in the split form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stdout: Option<String>,
    /// stderr alone, in the split form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stderr: Option<String>,
    /// The exit code; 128 + n when signal n ended it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
}

/// `GET .../logs` in the split form.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SessionCommandLogsResponse {
    /// The log with its markers.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub output: String,
    /// stdout alone.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub stdout: String,
    /// stderr alone.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub stderr: String,
}

/// `POST .../input`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionSendInputRequest {
    /// Written to the command's input; a newline is added when it does not end with one.
    pub data: String,
}
