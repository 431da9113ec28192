//! Keeps web pages out: a page the user visits may send requests to this port, from another origin or, by
//! DNS rebinding, under a name of its own. Only our own names are answered, and only our own origin.

use crate::api_error::{ApiError, ApiResult};
use crate::app::App;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{HOST, ORIGIN};
use std::net::SocketAddr;
use std::sync::Arc;

/// The names this server answers to, with its port.
#[derive(Debug)]
pub(crate) struct AllowedHosts(Vec<String>);

impl AllowedHosts {
    /// The loopback names with the port of `address`.
    pub(crate) fn of(address: SocketAddr) -> Self {
        let port = address.port();
        let mut names: Vec<String> =
            ["127.0.0.1", "localhost", "[::1]"].iter().map(|host| format!("{host}:{port}")).collect();
        names.push(address.to_string());
        if port == 80 {
            names.extend(["127.0.0.1", "localhost", "[::1]"].map(str::to_owned));
        }
        Self(names)
    }

    fn holds(&self, host: &str) -> bool {
        self.0.iter().any(|allowed| allowed.eq_ignore_ascii_case(host))
    }

    fn holds_origin(&self, origin: &str) -> bool {
        origin.strip_prefix("http://").is_some_and(|host| self.holds(host))
    }
}

/// Middleware of every route.
pub(crate) async fn own_names_only(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> ApiResult<Response> {
    let headers = request.headers();
    let mut hosts = headers.get_all(HOST).iter();
    let host_is_ours = match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().is_ok_and(|host| app.hosts.holds(host)),
        _ => false,
    };
    let target_is_ours =
        request.uri().authority().is_none_or(|authority| app.hosts.holds(authority.as_str()));
    if !host_is_ours || !target_is_ours {
        return Err(ApiError::forbidden(
            "This server answers only to 127.0.0.1, localhost and [::1] with its port; check the Host header",
        ));
    }
    let foreign = headers
        .get_all(ORIGIN)
        .iter()
        .any(|origin| !origin.to_str().is_ok_and(|origin| app.hosts.holds_origin(origin)));
    if foreign {
        return Err(ApiError::forbidden("Requests from web pages of another origin are refused"));
    }
    Ok(next.run(request).await)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_names_with_the_right_port_are_ours() {
        let hosts = AllowedHosts::of(SocketAddr::from(([127, 0, 0, 1], 4000)));
        for good in ["127.0.0.1:4000", "localhost:4000", "LocalHost:4000", "[::1]:4000"] {
            assert!(hosts.holds(good), "{good}");
            assert!(hosts.holds_origin(&format!("http://{good}")), "{good}");
        }
        for bad in
            ["", "127.0.0.1", "127.0.0.1:80", "evil.example:4000", "localhost:4000.evil.example", "[::1]"]
        {
            assert!(!hosts.holds(bad), "{bad}");
        }
        for bad in ["null", "https://localhost:4000", "http://localhost:4000/", "http://evil.example"] {
            assert!(!hosts.holds_origin(bad), "{bad}");
        }
    }
}
