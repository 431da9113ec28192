//! What is answered instead of the application: a page for people, JSON for programs.
//!
//! Nothing of a request is ever part of a page.

use super::Place;
use super::door::{COOKIE_NAME, wants_page};
use crate::clock;
use axum::body::Body;
use axum::response::Response;
use daytona_protocol::ErrorBody;
use daytona_protocol::headers::PREVIEW_TOKEN;
use daytona_protocol::preview::AUTH_QUERY;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY, SET_COOKIE,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, StatusCode, Uri};

/// Neither scripts nor frames: no other page can make its visitor press a button here.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'";

/// Why a preview cannot be shown.
#[derive(Debug)]
pub(super) enum Refusal {
    /// No credential, or none that is good here.
    NoEntry,
    /// The request is under another name, or comes from a page of another origin.
    NotOurs(&'static str),
    /// The port cannot be previewed.
    Port,
    /// It does not run.
    NotStarted(String),
    /// It runs, and nothing listens.
    NothingListens,
    /// Something listens, and does not speak HTTP to its end.
    Broken,
    /// The server itself failed.
    Unavailable,
}

impl Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Self::NoEntry => StatusCode::UNAUTHORIZED,
            Self::NotOurs(_) => StatusCode::FORBIDDEN,
            Self::Port | Self::NotStarted(_) => StatusCode::BAD_REQUEST,
            Self::NothingListens | Self::Broken => StatusCode::BAD_GATEWAY,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NoEntry => "UNAUTHORIZED",
            Self::NotOurs(_) => "FORBIDDEN",
            Self::Port | Self::NotStarted(_) => "BAD_REQUEST",
            Self::NothingListens | Self::Broken => "BAD_GATEWAY",
            Self::Unavailable => "SERVICE_UNAVAILABLE",
        }
    }

    fn message(&self, place: &Place) -> String {
        let (port, id) = (place.port, &place.sandbox_id);
        match self {
            Self::NoEntry => format!(
                "unauthorized: this preview is private. Send the token of get_preview_link({port}) as header \
                 {PREVIEW_TOKEN} or as query parameter {AUTH_QUERY}, or make the sandbox public."
            ),
            Self::NotOurs(why) => format!("forbidden: {why}"),
            Self::Port => {
                let ports = daytona_protocol::preview::PORTS;
                let (first, last) = (ports.start(), ports.end());
                format!("bad request: port {port} cannot be previewed, only {first} to {last} can")
            }
            Self::NotStarted(state) => {
                format!("bad request: sandbox {id} is {state}. Is the Sandbox started?")
            }
            Self::NothingListens => format!(
                "bad gateway: nothing listens on port {port} in sandbox {id}. Start the application there, on \
                 127.0.0.1 or 0.0.0.0, and try again."
            ),
            Self::Broken => format!(
                "bad gateway: what listens on port {port} in sandbox {id} closed the connection before it \
                 answered, or does not speak HTTP. Look at the application's log."
            ),
            Self::Unavailable => {
                "service unavailable: the preview cannot be served just now; the server's log says why"
                    .to_owned()
            }
        }
    }

    /// The answer to a request with these headers.
    pub(super) fn answer(&self, place: &Place, asked: &HeaderMap) -> Response {
        let message = self.message(place);
        let (kind, body) = if wants_page(asked) {
            ("text/html; charset=utf-8", self.page(place, &message))
        } else {
            ("application/json", self.json(message))
        };
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        plain(headers);
        response
    }

    fn json(&self, message: String) -> Vec<u8> {
        let status = self.status();
        let body = ErrorBody {
            timestamp: Some(clock::iso(clock::now())),
            status_code: Some(status.as_u16()),
            error: status.canonical_reason().map(str::to_owned),
            message: Some(message),
            code: Some(self.code().to_owned()),
            source: Some("DAYTONA_PROXY".to_owned()),
            ..ErrorBody::default()
        };
        serde_json::to_vec(&body).unwrap_or_default()
    }

    fn page(&self, place: &Place, message: &str) -> Vec<u8> {
        let (title, text, form) = match self {
            Self::NoEntry => (
                "This preview is private".to_owned(),
                format!(
                    "Paste the token of <code>get_preview_link({})</code>, open a signed link, or make the \
                     sandbox public.",
                    place.port
                ),
                SIGN_IN.replace("NAME", AUTH_QUERY),
            ),
            Self::NotOurs(_)
            | Self::Port
            | Self::NotStarted(_)
            | Self::NothingListens
            | Self::Broken
            | Self::Unavailable => {
                // `forbidden: words` is for programs.
                let words = message.split_once(": ").map_or(message, |(_, words)| words);
                (format!("Port {} cannot be shown", place.port), escaped(&capitalized(words)), String::new())
            }
        };
        PAGE.replace("TITLE", &title).replace("TEXT", &text).replace("FORM", &form).into_bytes()
    }
}

/// Sends a browser to the same address without the token, which is now in a cookie.
pub(super) fn signed_in(place: &Place, uri: &Uri, cookie: &str, lifetime: i64) -> Response {
    let mut response = Response::new(Body::empty());
    // Whole, since a path that begins with two slashes would by itself name another host.
    let path = uri.path_and_query().map_or("/", |whole| whole.as_str());
    let to = HeaderValue::try_from(format!("http://{}{path}", place.authority));
    let cookie = format!("{COOKIE_NAME}={cookie}; Path=/; Max-Age={lifetime}; HttpOnly; SameSite=Lax");
    let (Ok(to), Ok(cookie)) = (to, HeaderValue::try_from(cookie)) else {
        *response.status_mut() = StatusCode::BAD_REQUEST;
        return response;
    };
    *response.status_mut() = StatusCode::SEE_OTHER;
    response.headers_mut().insert(LOCATION, to);
    response.headers_mut().insert(SET_COOKIE, cookie);
    plain(response.headers_mut());
    response
}

/// What each answer of our own has.
fn plain(headers: &mut HeaderMap) {
    for (name, value) in [
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (CONTENT_SECURITY_POLICY, POLICY),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

fn capitalized(words: &str) -> String {
    let mut rest = words.chars();
    rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default()
}

/// Text as it may stand in HTML. An id can be chosen by whoever creates the sandbox.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

const PAGE: &str = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>TITLE</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 34rem; margin: 20vh auto 0; padding: 0 1rem; color: #222 }
h1 { font-size: 1.3rem }
input, button { font: inherit; padding: .4rem .6rem }
input { width: 20rem; max-width: 100%; box-sizing: border-box }
@media (prefers-color-scheme: dark) { body { background: #111; color: #ddd } }
</style>
</head>
<body>
<h1>TITLE</h1>
<p>TEXT</p>
FORM
</body>
</html>
"#;

const SIGN_IN: &str = r#"<form method="get" autocomplete="off">
<input type="password" name="NAME" aria-label="Token" placeholder="Token" required autofocus>
<button>Open</button>
</form>"#;

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> Place {
        Place { sandbox_id: "a<b".into(), port: 3000, authority: "127.16.0.1:4000".into() }
    }

    #[test]
    fn nobody_is_sent_to_another_host() {
        for path in ["//evil.example/", "/\\evil.example", "/?a=http://evil.example", "/"] {
            let Ok(uri) = path.parse::<Uri>() else { continue };
            let response = signed_in(&place(), &uri, "c", 60);
            let to = response.headers()[LOCATION].to_str().expect("text");
            assert_eq!(to, format!("http://127.16.0.1:4000{path}"));
            assert_eq!(response.status(), StatusCode::SEE_OTHER);
        }
    }

    #[test]
    fn a_page_is_only_text() {
        let refusal = Refusal::NothingListens;
        let page = String::from_utf8(refusal.page(&place(), &refusal.message(&place()))).expect("text");
        assert!(page.contains("in sandbox a&lt;b.") && !page.contains("a<b"), "{page}");
        assert!(!page.contains("<form"), "{page}");
        let page = String::from_utf8(Refusal::NoEntry.page(&place(), "")).expect("text");
        assert!(page.contains("<form") && page.contains(AUTH_QUERY), "{page}");
    }
}
