//! Which headers cross the proxy: none that belong to one hop, no credential towards a sandbox, and nothing
//! from a sandbox that would speak for this server.

use daytona_protocol::headers::{API_VERSION, PREVIEW_TOKEN, REQUEST_ID};
use daytona_protocol::preview::AUTH_QUERY;
use http::header::{
    AUTHORIZATION, CONNECTION, COOKIE, EXPECT, HOST, LOCATION, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION,
    SET_COOKIE, TE, TRAILER, TRANSFER_ENCODING, UPGRADE, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue};

/// What browsers follow like `Location`; no standard names it.
const REFRESH: HeaderName = HeaderName::from_static("refresh");

/// Makes a client's headers fit for a sandbox.
pub(super) fn towards_sandbox(headers: &mut HeaderMap) {
    drop_hop_by_hop(headers);
    for name in [AUTHORIZATION, PROXY_AUTHORIZATION, COOKIE, EXPECT, HOST] {
        headers.remove(name);
    }
    headers.remove(PREVIEW_TOKEN);
}

/// Makes a sandbox's headers fit for a client.
pub(super) fn towards_client(headers: &mut HeaderMap) {
    drop_hop_by_hop(headers);
    headers.remove(SET_COOKIE);
    // A toolbox never redirects. A hostile one would have the client repeat its request, key and all, elsewhere:
    // at another sandbox, or at the control plane.
    headers.remove(LOCATION);
    headers.remove(REFRESH);
    headers.remove(REQUEST_ID);
    headers.remove(API_VERSION);
    // Content of a sandbox is on this server's own origin here: a browser must not run it.
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(http::header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox"));
}

/// The protocol the client wants to switch to, if it does.
pub(super) fn upgrade(headers: &HeaderMap) -> Option<HeaderValue> {
    let wanted = listed(headers, CONNECTION).any(|token| token.eq_ignore_ascii_case("upgrade"));
    if wanted { headers.get(UPGRADE).cloned() } else { None }
}

/// Marks a message as switching protocols, after the hop-by-hop headers were dropped.
pub(super) fn set_upgrade(headers: &mut HeaderMap, protocol: HeaderValue) {
    headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(UPGRADE, protocol);
}

/// The query without its credential; every other byte as it was.
pub(crate) fn query_without_token(query: &str) -> String {
    let kept: Vec<&str> = query
        .split('&')
        .filter(|pair| {
            let name = pair.split('=').next().unwrap_or_default();
            form_urlencoded::parse(name.as_bytes()).next().is_none_or(|(name, _)| name != AUTH_QUERY)
        })
        .collect();
    kept.join("&")
}

/// Takes off what concerns one connection only.
pub(crate) fn drop_hop_by_hop(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = listed(headers, CONNECTION)
        .filter_map(|token| HeaderName::from_bytes(token.as_bytes()).ok())
        .collect();
    for name in named {
        headers.remove(name);
    }
    for name in [CONNECTION, PROXY_AUTHENTICATE, TE, TRAILER, TRANSFER_ENCODING, UPGRADE] {
        headers.remove(name);
    }
    headers.remove("keep-alive");
    headers.remove("proxy-connection");
}

fn listed(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .filter(|token| !token.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_and_hop_by_hop_headers_stay_behind() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("authorization", "Bearer x"),
            ("x-daytona-preview-token", "x"),
            ("cookie", "daytona-sandbox-auth-a=b"),
            ("connection", "keep-alive, x-private"),
            ("keep-alive", "1"),
            ("x-private", "1"),
            ("te", "trailers"),
            ("transfer-encoding", "chunked"),
            ("x-daytona-source", "sdk-python"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        towards_sandbox(&mut headers);
        let left: Vec<&str> = headers.keys().map(HeaderName::as_str).collect();
        assert_eq!(left, ["x-daytona-source"]);
    }

    #[test]
    fn a_sandbox_sends_nobody_elsewhere_and_says_nothing_for_the_server() {
        let mut headers = HeaderMap::new();
        for name in
            ["location", "refresh", "set-cookie", "x-request-id", "x-daytona-api-version", "content-type"]
        {
            headers.insert(name, HeaderValue::from_static("x"));
        }
        towards_client(&mut headers);
        let left: Vec<&str> = headers.keys().map(HeaderName::as_str).collect();
        assert_eq!(left, ["content-type", "x-content-type-options", "content-security-policy"]);
    }

    #[test]
    fn a_token_is_cut_out_of_a_query_and_nothing_else_is_touched() {
        assert_eq!(
            query_without_token("path=%2Fa%20b&DAYTONA_SANDBOX_AUTH_KEY=s3cret&x=+"),
            "path=%2Fa%20b&x=+"
        );
        assert_eq!(query_without_token("DAYTONA%5FSANDBOX_AUTH_KEY=s3cret"), "");
        assert_eq!(query_without_token("a=&&b"), "a=&&b");
    }

    #[test]
    fn an_upgrade_needs_both_headers() {
        let mut headers = HeaderMap::new();
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        assert_eq!(upgrade(&headers), None);
        headers.insert(CONNECTION, HeaderValue::from_static("keep-alive, Upgrade"));
        assert_eq!(upgrade(&headers), Some(HeaderValue::from_static("websocket")));
    }
}
