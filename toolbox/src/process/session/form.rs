//! In which of its published forms a client reads logs.

use super::super::execute::wants_split;
use axum::http::HeaderMap;
use axum::http::header::SEC_WEBSOCKET_PROTOCOL;
use daytona_protocol::headers::SDK_VERSION;
use daytona_protocol::session::VERSION_SUBPROTOCOL;

/// How a log is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// JSON: the log with markers, and each stream without.
    Split,
    /// Text with markers.
    Marked,
    /// Text without markers.
    Plain,
}

impl Form {
    /// The form for a client: by its version, or as asked.
    pub(super) fn wanted(headers: &HeaderMap) -> Self {
        if wants_split(headers) {
            return Self::Split;
        }
        match version(headers) {
            Some(text) if text.contains("dev") => Self::Split,
            Some(text) => match numbers(text) {
                Some(version) if version >= (0, 167, 0) => Self::Split,
                Some(version) if version >= (0, 27, 0) => Self::Marked,
                _ => Self::Plain,
            },
            None => Self::Plain,
        }
    }
}

/// Whether the client expects sessions to start in the home folder, as those before 0.103.0 did.
pub(super) fn starts_at_home(headers: &HeaderMap) -> bool {
    version(headers).and_then(numbers).is_some_and(|version| version < (0, 103, 0))
}

/// The offered subprotocol that carries a version; a browser can set no header.
pub(super) fn subprotocol(headers: &HeaderMap) -> Option<&str> {
    let offered = headers.get_all(SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|value| value.to_str().ok());
    offered.flat_map(|list| list.split(',')).map(str::trim).find(|name| name.starts_with(VERSION_SUBPROTOCOL))
}

fn version(headers: &HeaderMap) -> Option<&str> {
    let offered = subprotocol(headers).and_then(|name| name.strip_prefix(VERSION_SUBPROTOCOL));
    let header = headers.get(SDK_VERSION).and_then(|value| value.to_str().ok());
    header.or(offered).map(str::trim).filter(|version| !version.is_empty())
}

fn numbers(version: &str) -> Option<(u64, u64, u64)> {
    let version = version.strip_prefix('v').unwrap_or(version);
    let version = version.split(['-', '+', 'a', 'b', 'r']).next()?;
    let mut parts = version.split('.').map(str::parse);
    let mut next = || parts.next().unwrap_or(Ok(0)).ok();
    Some((next()?, next()?, next()?))
}

#[cfg(test)]
mod tests {
    use super::Form::{self, Marked, Plain, Split};
    use axum::http::HeaderMap;

    #[test]
    fn forms_by_version() {
        let cases = [
            ("0.167.0", Split),
            ("v0.226.0-alpha.1", Split),
            ("1.0", Split),
            ("0.0.0-dev", Split),
            ("0.166.9", Marked),
            ("0.27.0", Marked),
            ("0.26.9", Plain),
            ("0.14.0", Plain),
            ("", Plain),
            ("?", Plain),
        ];
        for (version, form) in cases {
            let mut headers = HeaderMap::new();
            headers.insert("x-daytona-sdk-version", version.parse().expect("a value"));
            assert_eq!(Form::wanted(&headers), form, "{version}");
            let mut offered = HeaderMap::new();
            let value = format!("other, X-Daytona-SDK-Version~{version}");
            offered.insert("sec-websocket-protocol", value.parse().expect("a value"));
            assert_eq!(Form::wanted(&offered), form, "{version} offered");
        }
        assert_eq!(Form::wanted(&HeaderMap::new()), Plain);
    }
}
