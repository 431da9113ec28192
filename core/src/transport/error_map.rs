//! The one place where an outcome that is not success becomes an [`Error`].
//!
//! It must survive anything: empty bodies (real servers send them), HTML pages, bodies that never end,
//! text full of control characters. At most 64 KiB of an error body are read, and what is repeated in a
//! message is cut and cleaned, since sandboxed code may have written it.

mod reason;
mod transport_reason;

pub(super) use transport_reason::{from_body, from_transport, origin};

use super::Kind;
use crate::{Error, ErrorCode};
use daytona_protocol::error::{QUOTA_EXCEEDED, toolbox};
use daytona_protocol::git::without_credentials;
use daytona_protocol::headers;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, StatusCode};
use std::fmt;
use std::time::{Duration, SystemTime};

/// As much of an error's body as is read.
const BODY_LIMIT: usize = 64 * 1024;
/// How long an error's body may take; its status is known already.
const BODY_PATIENCE: Duration = Duration::from_secs(10);

/// What an error should say about the call that failed.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    pub(crate) verb: String,
    pub(super) kind: Kind,
    /// `api_key (from …)`.
    pub(super) credential: String,
    /// `api_url (from …)`.
    pub(super) api_url: String,
    /// Where a redirect led that the credential did not follow.
    pub(super) redirected_to: Option<String>,
}

impl Context {
    pub(crate) fn error(&self, code: ErrorCode, reason: impl fmt::Display) -> Error {
        Error::failed(code, &self.verb, reason)
    }
}

/// A response that is neither 2xx nor a redirect.
pub(super) async fn from_response(context: &Context, mut response: reqwest::Response) -> Error {
    let mut body = Vec::new();
    let read = async {
        while let Ok(Some(chunk)) = response.chunk().await {
            let room = BODY_LIMIT - body.len();
            body.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if body.len() == BODY_LIMIT {
                break;
            }
        }
    };
    // A body that stalls takes nothing away from what the status said.
    let _ = tokio::time::timeout(BODY_PATIENCE, read).await;
    from_parts(context, response.status(), response.headers(), &body)
}

fn from_parts(context: &Context, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Error {
    let reason = reason::read(body);
    let code = code_of(context.kind, status, &reason);
    let said = match reason.message.clone() {
        // Git repeats the URL it was given, and other toolboxes than ours pass its words on as they are.
        Some(said) if context.kind == Kind::Git => without_credentials(&said),
        Some(said) => said,
        None => unspoken(context, status, headers, body),
    };
    let mut message = said.clone();
    if let Some(hint) = hint(context, code, status, reason.code.as_deref()) {
        message = format!("{}. {hint}", message.trim_end_matches('.'));
    }
    context.error(code, message).with_facts(|facts| {
        facts.status = Some(status.as_u16());
        facts.request_id =
            headers.get(headers::REQUEST_ID).and_then(|value| value.to_str().ok()).map(str::to_owned);
        facts.retry_after = retry_after(headers, SystemTime::now());
        facts.reason = Some(said);
        if code == ErrorCode::ProcessExecution {
            facts.exit_code = Some(-1);
        }
    })
}

/// The code, by the server's own code where it sends one, else by status.
fn code_of(kind: Kind, status: StatusCode, reason: &reason::Reason) -> ErrorCode {
    match reason.code.as_deref() {
        Some(
            toolbox::PROCESS_EXECUTION_TIMEOUT
            | toolbox::INTERPRETER_MISSING
            | toolbox::GIT_MISSING
            | toolbox::OUTPUT_TOO_LARGE,
        ) => {
            return ErrorCode::ProcessExecution;
        }
        Some(toolbox::GIT_TRANSPORT_FAILED) => return ErrorCode::Connection,
        Some(toolbox::NO_SPACE | QUOTA_EXCEEDED) => return ErrorCode::Quota,
        Some(code) => {
            if let Some(known) = ErrorCode::ALL.into_iter().find(|known| known.as_str() == code) {
                return known;
            }
        }
        None => {}
    }
    match (status.as_u16(), kind) {
        (408 | 413 | 422, Kind::Process) => ErrorCode::ProcessExecution,
        (400, _) if reason.is_quota() => ErrorCode::Quota,
        (400, _) if reason.is_failed_sandbox() => ErrorCode::SandboxState,
        (401, _) => ErrorCode::Authentication,
        (403, _) if reason.is_quota() => ErrorCode::Quota,
        (403, _) => ErrorCode::Authorization,
        (404 | 410, _) => ErrorCode::NotFound,
        (408, _) => ErrorCode::Timeout,
        (409, _) => ErrorCode::Conflict,
        (429, _) => ErrorCode::RateLimit,
        (507, _) => ErrorCode::Quota,
        (400..=499, _) => ErrorCode::Validation,
        _ => ErrorCode::Server,
    }
}

/// What to say when the server said nothing that fits a message.
fn unspoken(context: &Context, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> String {
    if body.iter().all(u8::is_ascii_whitespace) {
        return format!("the server answered {status} without saying why");
    }
    format!(
        "the server answered {status} with {}, which is not Daytona's API; check {}",
        content_type(headers),
        context.api_url
    )
}

fn hint(context: &Context, code: ErrorCode, status: StatusCode, said: Option<&str>) -> Option<String> {
    const REMOTE: &str = "the username and password (or token) given for the git remote";
    match (code, status.as_u16()) {
        _ if matches!(said, Some(toolbox::GIT_AUTH_FAILED | toolbox::GIT_FORBIDDEN)) => {
            Some(format!("Check {REMOTE}"))
        }
        // Other toolboxes use the codes of the proxy before them.
        (ErrorCode::Authentication | ErrorCode::Authorization, 401 | 403) if context.kind == Kind::Git => {
            Some(format!("Check {REMOTE}, or {}", context.credential))
        }
        (ErrorCode::Authentication | ErrorCode::Authorization, 401 | 403) if context.redirected_to.is_some() => {
            context.redirected_to.as_ref().map(|target| {
                format!(
                    "The request was redirected to {target}, where the credential is not sent; if that is your \
                     API, correct {}",
                    context.api_url
                )
            })
        }
        (ErrorCode::Authentication, _) => {
            Some(format!("Check {} and that it belongs to {}", context.credential, context.api_url))
        }
        (ErrorCode::Authorization, 403) => {
            Some(format!("{} may not do this; use one with the permission it needs", context.credential))
        }
        _ => None,
    }
}

/// A 2xx whose body is not the JSON it should be.
pub(super) fn from_json(context: &Context, content_type: &str, error: &serde_json::Error) -> Error {
    // The parser's own words may quote the document; where it stopped is enough.
    let what = if error.is_eof() { "ends too early" } else { "does not have the expected form" };
    let reason = format!(
        "the answer ({content_type}) {what} at line {}, column {}; check that {} is a Daytona API, /api included",
        error.line(),
        error.column(),
        context.api_url
    );
    context.error(ErrorCode::Server, reason)
}

pub(crate) fn content_type(headers: &HeaderMap) -> String {
    let text = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = text.split(';').next().unwrap_or_default().trim();
    if essence.is_empty() { "a body of no stated type".into() } else { essence.chars().take(100).collect() }
}

/// Seconds to wait: a number, or the time until a date.
fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<f64> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        return (seconds.is_finite() && seconds >= 0.0).then_some(seconds);
    }
    let at = httpdate::parse_http_date(text).ok()?;
    Some(at.duration_since(now).unwrap_or_default().as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn context(kind: Kind) -> Context {
        Context {
            verb: "list sandboxes".into(),
            kind,
            credential: "api_key (from DAYTONA_API_KEY in .env)".into(),
            api_url: "api_url (from the default)".into(),
            redirected_to: None,
        }
    }

    fn map(kind: Kind, status: u16, body: &str) -> Error {
        let status = StatusCode::from_u16(status).expect("a status");
        from_parts(&context(kind), status, &HeaderMap::new(), body.as_bytes())
    }

    #[test]
    fn every_status_has_its_code() {
        let cases = [
            (400, ErrorCode::Validation),
            (401, ErrorCode::Authentication),
            (403, ErrorCode::Authorization),
            (404, ErrorCode::NotFound),
            (405, ErrorCode::Validation),
            (408, ErrorCode::Timeout),
            (409, ErrorCode::Conflict),
            (410, ErrorCode::NotFound),
            (413, ErrorCode::Validation),
            (422, ErrorCode::Validation),
            (429, ErrorCode::RateLimit),
            (500, ErrorCode::Server),
            (502, ErrorCode::Server),
            (504, ErrorCode::Server),
            (507, ErrorCode::Quota),
            (599, ErrorCode::Server),
        ];
        for (status, code) in cases {
            let error = map(Kind::Plain, status, "");
            assert_eq!(error.code(), code, "{status}");
            assert_eq!(error.status(), Some(status));
            assert!(error.message().starts_with("Failed to list sandboxes: "), "{error}");
        }
    }

    #[test]
    fn a_process_that_could_not_finish_is_told_apart() {
        for status in [408, 413, 422] {
            let error = map(Kind::Process, status, r#"{"message":"request timeout"}"#);
            assert_eq!(error.code(), ErrorCode::ProcessExecution);
            assert_eq!(error.exit_code(), Some(-1));
        }
        let coded = map(Kind::Plain, 408, r#"{"code":"PROCESS_EXECUTION_TIMEOUT","message":"too slow"}"#);
        assert_eq!(coded.code(), ErrorCode::ProcessExecution);
    }

    #[test]
    fn the_servers_code_wins_over_the_status() {
        assert_eq!(
            map(Kind::Plain, 400, r#"{"code":"QUOTA_EXCEEDED","message":"x"}"#).code(),
            ErrorCode::Quota
        );
        assert_eq!(map(Kind::Plain, 400, r#"{"code":"FROM_THE_FUTURE"}"#).code(), ErrorCode::Validation);
        assert_eq!(
            map(Kind::Plain, 400, r#"{"message":"Total CPU limit exceeded. Maximum allowed: 4."}"#).code(),
            ErrorCode::Quota
        );
    }

    #[test]
    fn messages_say_what_and_what_to_do() {
        let error = map(Kind::Plain, 401, r#"{"message":"Invalid credentials"}"#);
        assert_eq!(
            error.message(),
            "Failed to list sandboxes: Invalid credentials. Check api_key (from DAYTONA_API_KEY in .env) and that \
             it belongs to api_url (from the default)"
        );
        let page = map(Kind::Plain, 502, "<html><body>Bad Gateway</body></html>");
        assert!(
            page.message().contains("502 Bad Gateway") && page.message().contains("check api_url"),
            "{page}"
        );
    }

    #[test]
    fn retry_after_reads_seconds_and_dates() {
        let now = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT").expect("a date");
        let read = |text: &'static str| {
            retry_after(&HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static(text))]), now)
        };
        assert_eq!(read("2"), Some(2.0));
        assert_eq!(read("0.5"), Some(0.5));
        assert_eq!(read("Sun, 06 Nov 1994 08:49:40 GMT"), Some(3.0));
        assert_eq!(read("Sun, 06 Nov 1994 08:00:00 GMT"), Some(0.0));
        assert_eq!(read("-1"), None);
        assert_eq!(read("soon"), None);
        assert_eq!(read("inf"), None);
    }
}
