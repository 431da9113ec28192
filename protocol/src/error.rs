//! Error codes shared by every layer and language, and the JSON bodies that carry them.
//!
//! `ErrorCode` is closed on purpose: a binding maps each variant to one class and has no catch-all arm, so
//! adding a code here fails to compile until every language knows it. Codes a newer server invents are
//! folded into one of ours by HTTP status.

use serde::{Deserialize, Serialize};

/// What kind of failure an operation met. The text form (`as_str`) is the same in every language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorCode {
    /// No credential, or one the server does not know (401).
    Authentication,
    /// The credential is known but not allowed to do this (403).
    Authorization,
    /// The sandbox, file or other thing does not exist (404).
    NotFound,
    /// It exists already, or is changing state just now (409).
    Conflict,
    /// An argument or configuration value is wrong (400, 422, or found before any request).
    Validation,
    /// Too many requests; see `retry_after` (429).
    RateLimit,
    /// The deadline passed.
    Timeout,
    /// The server could not be reached, or the connection broke.
    Connection,
    /// The organization's or the machine's limit is reached.
    Quota,
    /// A process could not be run to its end: timed out, killed, interpreter missing.
    ProcessExecution,
    /// The sandbox is in the error state, or reached it while being waited for.
    SandboxState,
    /// The local server cannot run here, or could not be started.
    LocalServer,
    /// The server failed or answered something that is not Daytona's API (5xx, malformed body).
    Server,
    /// The caller cancelled the operation.
    Cancelled,
}

impl ErrorCode {
    /// Every code, for tests that check each language against this list.
    pub const ALL: [Self; 14] = [
        Self::Authentication,
        Self::Authorization,
        Self::NotFound,
        Self::Conflict,
        Self::Validation,
        Self::RateLimit,
        Self::Timeout,
        Self::Connection,
        Self::Quota,
        Self::ProcessExecution,
        Self::SandboxState,
        Self::LocalServer,
        Self::Server,
        Self::Cancelled,
    ];

    /// The text users see as `error.code`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authentication => "AUTHENTICATION",
            Self::Authorization => "AUTHORIZATION",
            Self::NotFound => "NOT_FOUND",
            Self::Conflict => "CONFLICT",
            Self::Validation => "VALIDATION",
            Self::RateLimit => "RATE_LIMIT",
            Self::Timeout => "TIMEOUT",
            Self::Connection => "CONNECTION",
            Self::Quota => "QUOTA",
            Self::ProcessExecution => "PROCESS_EXECUTION",
            Self::SandboxState => "SANDBOX_STATE",
            Self::LocalServer => "LOCAL_SERVER",
            Self::Server => "SERVER",
            Self::Cancelled => "CANCELLED",
        }
    }
}

impl std::fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The code of a control plane that has no room for what was asked: memory, disk, user ids.
pub const QUOTA_EXCEEDED: &str = "QUOTA_EXCEEDED";

/// The codes the toolbox puts into `ErrorBody::code`, as published for the daemon.
pub mod toolbox {
    /// 404, something other than a file.
    pub const NOT_FOUND: &str = "NOT_FOUND";
    /// 400, a parameter is wrong.
    pub const BAD_REQUEST: &str = "BAD_REQUEST";
    /// 400, the body is not what the route takes.
    pub const INVALID_REQUEST_BODY: &str = "INVALID_REQUEST_BODY";
    /// 409.
    pub const CONFLICT: &str = "CONFLICT";
    /// 410, the command or its session has ended.
    pub const GONE: &str = "GONE";
    /// 403.
    pub const FORBIDDEN: &str = "FORBIDDEN";
    /// 500.
    pub const INTERNAL_SERVER_ERROR: &str = "INTERNAL_SERVER_ERROR";
    /// 404, no file at that path.
    pub const FILE_NOT_FOUND: &str = "FILE_NOT_FOUND";
    /// 403, the sandbox user may not touch that file.
    pub const FILE_ACCESS_DENIED: &str = "FILE_ACCESS_DENIED";
    /// 400, empty path, or a folder where a file is needed.
    pub const INVALID_FILE_PATH: &str = "INVALID_FILE_PATH";
    /// 500, reading or writing failed half-way.
    pub const FILE_READ_FAILED: &str = "FILE_READ_FAILED";
    /// 507, the sandbox's disk quota is used up.
    pub const NO_SPACE: &str = "NO_SPACE";
    /// 408, something other than a process did not answer in time.
    pub const TIMEOUT: &str = "TIMEOUT";
    /// 408, the process was killed at its deadline.
    pub const PROCESS_EXECUTION_TIMEOUT: &str = "PROCESS_EXECUTION_TIMEOUT";
    /// 422, the interpreter for the language is not in the sandbox.
    pub const INTERPRETER_MISSING: &str = "INTERPRETER_MISSING";
    /// 413, the process printed more than one answer may carry.
    pub const OUTPUT_TOO_LARGE: &str = "OUTPUT_TOO_LARGE";
    /// 401, the git remote wants credentials, or others.
    pub const GIT_AUTH_FAILED: &str = "GIT_AUTH_FAILED";
    /// 403, the git remote knows the credentials and refuses.
    pub const GIT_FORBIDDEN: &str = "GIT_FORBIDDEN";
    /// 404, no git repository there.
    pub const GIT_REPO_NOT_FOUND: &str = "GIT_REPO_NOT_FOUND";
    /// 404, no such branch, tag or commit.
    pub const GIT_BRANCH_NOT_FOUND: &str = "GIT_BRANCH_NOT_FOUND";
    /// 409, a branch of that name is there.
    pub const GIT_BRANCH_EXISTS: &str = "GIT_BRANCH_EXISTS";
    /// 409, the remote has commits that the pushed branch lacks.
    pub const GIT_PUSH_REJECTED: &str = "GIT_PUSH_REJECTED";
    /// 409, uncommitted changes would be lost.
    pub const GIT_DIRTY_WORKTREE: &str = "GIT_DIRTY_WORKTREE";
    /// 409, two histories that git cannot join by itself.
    pub const GIT_MERGE_CONFLICT: &str = "GIT_MERGE_CONFLICT";
    /// 422, a rule of the git remote forbids the push.
    pub const GIT_REMOTE_REJECTED: &str = "GIT_REMOTE_REJECTED";
    /// 502, the git remote cannot be reached.
    pub const GIT_TRANSPORT_FAILED: &str = "GIT_TRANSPORT_FAILED";
    /// 422, there is no git in the sandbox.
    pub const GIT_MISSING: &str = "GIT_MISSING";
}

/// The body of every error answer, from the control plane and from the toolbox alike.
///
/// All fields are optional when read: real servers answer some errors with an empty body.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct ErrorBody {
    /// Path of the request that failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// When it failed, ISO 8601.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<String>,
    /// The HTTP status, repeated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_code: Option<u16>,
    /// The reason phrase of the status (control plane only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What failed, on what, why, what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// A machine-readable code; see [`toolbox`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// HTTP method of the request that failed (toolbox only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Which part answered: `DAYTONA_API`, `DAYTONA_DAEMON`, `DAYTONA_PROXY`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}
