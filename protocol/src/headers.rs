//! Header names beyond the HTTP standard ones. Lower case, as HTTP libraries compare them.

/// Which client is speaking: `sdk-python`, `sdk-typescript`, `cli`.
pub const SOURCE: &str = "x-daytona-source";
/// Version of the SDK that is speaking. Servers choose the form of logs by it.
pub const SDK_VERSION: &str = "x-daytona-sdk-version";
/// The organization a JWT acts for. API keys carry their own.
pub const ORGANIZATION_ID: &str = "x-daytona-organization-id";
/// Identifies one request in server logs, answers and error messages.
pub const REQUEST_ID: &str = "x-request-id";
/// Asks the toolbox for stdout and stderr apart beside the merged result.
pub const SPLIT_OUTPUT: &str = "x-daytona-split-output";
/// Makes a repeated `POST /sandbox` answer with the sandbox of the first one.
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// Version of the API a server speaks, on each of its answers.
pub const API_VERSION: &str = "x-daytona-api-version";
/// Grants access to a sandbox's ports; never forwarded to what listens there.
pub const PREVIEW_TOKEN: &str = "x-daytona-preview-token";
/// Traffic that must not count as activity of the sandbox.
pub const SKIP_LAST_ACTIVITY: &str = "x-daytona-skip-last-activity-update";
/// Where a log continues after the answer that carries this: a count of raw bytes, for `offset=`. In the head
/// that opens a WebSocket it is the offset itself, and says that it was understood.
pub const LOG_NEXT: &str = "x-daytona-log-next";
