//! Which headers cross a preview. Unlike the toolbox proxy's, an application's are its own affair: it may set
//! cookies and redirect, since all of that acts on its own origin only.

use super::Place;
use super::door::COOKIE_NAME;
use crate::proxy::drop_hop_by_hop;
use daytona_protocol::headers::SKIP_LAST_ACTIVITY;
use http::header::{ALT_SVC, EXPECT, FORWARDED, LOCATION, PROXY_AUTHORIZATION, SET_COOKIE};
use http::{HeaderMap, HeaderValue, Uri};

/// Makes a visitor's headers fit for the application. The host stays: the application's own links and its check
/// of origins go by it.
pub(super) fn towards_application(headers: &mut HeaderMap, place: &Place) {
    drop_hop_by_hop(headers);
    for name in [EXPECT, FORWARDED, PROXY_AUTHORIZATION] {
        headers.remove(name);
    }
    headers.remove(SKIP_LAST_ACTIVITY);
    headers.insert("x-forwarded-for", HeaderValue::from_static("127.0.0.1"));
    headers.insert("x-forwarded-proto", HeaderValue::from_static("http"));
    if let Ok(host) = HeaderValue::from_str(&place.authority) {
        headers.insert("x-forwarded-host", host);
    }
}

/// Makes the application's headers fit for its visitor.
pub(super) fn towards_visitor(headers: &mut HeaderMap, place: &Place) {
    drop_hop_by_hop(headers);
    // It would send the browser past this server.
    headers.remove(ALT_SVC);
    let cookies: Vec<HeaderValue> = headers.get_all(SET_COOKIE).iter().cloned().collect();
    if cookies.iter().any(sets_ours) {
        headers.remove(SET_COOKIE);
        for cookie in cookies.into_iter().filter(|cookie| !sets_ours(cookie)) {
            headers.append(SET_COOKIE, cookie);
        }
    }
    if let Some(to) = headers.get(LOCATION).and_then(|location| rewritten(location, place)) {
        headers.insert(LOCATION, to);
    }
}

fn sets_ours(cookie: &HeaderValue) -> bool {
    cookie
        .as_bytes()
        .split(|byte| *byte == b'=')
        .next()
        .is_some_and(|name| name.trim_ascii() == COOKIE_NAME.as_bytes())
}

/// An address the application knows itself by is none where its visitor is.
fn rewritten(location: &HeaderValue, place: &Place) -> Option<HeaderValue> {
    let to: Uri = location.to_str().ok()?.parse().ok()?;
    let authority = to.authority()?;
    let own = matches!(authority.host(), "localhost" | "127.0.0.1" | "[::1]" | "0.0.0.0")
        && authority.port_u16() == Some(place.port)
        && !authority.as_str().contains('@');
    if !own || !matches!(to.scheme_str(), Some("http" | "https")) {
        return None;
    }
    // By hand, since a URI has no fragment and this may.
    let text = location.to_str().ok()?;
    let (_, rest) = text.split_once(authority.as_str())?;
    HeaderValue::try_from(format!("http://{}{rest}", place.authority)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> Place {
        Place { sandbox_id: "a".into(), port: 3000, authority: "127.16.0.1:4000".into() }
    }

    #[test]
    fn an_application_that_redirects_to_itself_keeps_its_visitor() {
        for (from, to) in [
            ("http://localhost:3000/a?b=c", "http://127.16.0.1:4000/a?b=c"),
            ("https://127.0.0.1:3000", "http://127.16.0.1:4000"),
            ("http://0.0.0.0:3000/x#part", "http://127.16.0.1:4000/x#part"),
            ("http://[::1]:3000/", "http://127.16.0.1:4000/"),
            ("/login", "/login"),
            ("next", "next"),
            ("//localhost:3000/", "//localhost:3000/"),
            ("http://localhost:3001/", "http://localhost:3001/"),
            ("http://localhost/", "http://localhost/"),
            (
                "https://accounts.example/?to=http://localhost:3000/",
                "https://accounts.example/?to=http://localhost:3000/",
            ),
            ("http://a@localhost:3000/", "http://a@localhost:3000/"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(LOCATION, HeaderValue::from_static(from));
            towards_visitor(&mut headers, &place());
            assert_eq!(headers[LOCATION], to, "{from}");
        }
    }

    #[test]
    fn an_application_cannot_sign_its_visitor_in_or_out() {
        let mut headers = HeaderMap::new();
        for cookie in
            ["session=1", "daytona-preview=x; Path=/", " daytona-preview =y", "daytona-preview-theme=dark"]
        {
            headers.append(SET_COOKIE, HeaderValue::from_static(cookie));
        }
        headers.insert(ALT_SVC, HeaderValue::from_static("h3=\":443\""));
        towards_visitor(&mut headers, &place());
        let left: Vec<_> = headers.get_all(SET_COOKIE).iter().collect();
        assert_eq!(left, ["session=1", "daytona-preview-theme=dark"]);
        assert!(!headers.contains_key(ALT_SVC));
    }

    #[test]
    fn what_is_said_about_the_visitor_is_said_by_this_server() {
        let mut headers = HeaderMap::new();
        for name in ["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "forwarded", "te", "expect"]
        {
            headers.insert(name, HeaderValue::from_static("forged"));
        }
        towards_application(&mut headers, &place());
        assert_eq!(headers["x-forwarded-for"], "127.0.0.1");
        assert_eq!(headers["x-forwarded-host"], "127.16.0.1:4000");
        assert_eq!(headers["x-forwarded-proto"], "http");
        assert_eq!(headers.len(), 3);
    }
}
