//! Who is let into a preview, and what is taken off a request before the application sees it.
//!
//! What must stay true: every credential of ours is taken off whether it was needed or not, and what is not
//! ours (the application's own cookies and tokens) is passed on as it is.

use super::secret::is_token;
use super::{Place, Subject};
use crate::app::App;
use crate::clock;
use crate::db::sandbox::Sandbox;
use crate::proxy::query_without_token;
use daytona_protocol::headers::PREVIEW_TOKEN;
use daytona_protocol::preview::{AUTH_QUERY, TERMINAL_PORT};
use http::header::{ACCEPT, AUTHORIZATION, COOKIE, ORIGIN, REFERER};
use http::request::Parts;
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, Method, Uri};

/// The cookie a browser is signed in by.
pub(super) const COOKIE_NAME: &str = "daytona-preview";
/// How long a browser is signed in by the token, which itself does not expire.
const SIGNED_IN_MS: i64 = 12 * 3_600_000;
/// What keys of the control plane begin with.
const KEY_PREFIX: &str = "dtn_";

/// The credentials of one request.
#[derive(Default)]
pub(super) struct Credentials {
    header: Option<String>,
    /// A token, or a key of the control plane.
    bearer: Option<String>,
    query: Option<String>,
    /// A cookie of the same name may come from elsewhere: any of them may be the good one.
    cookies: Vec<String>,
}

/// How a request comes in.
pub(super) enum Entry {
    /// The sandbox is public (its terminal never is), or the request itself carries what lets it in.
    Open,
    /// By a cookie, which a browser sends whoever makes it send.
    Cookie,
    /// By a parameter in the address bar, which is to become this cookie.
    SignIn {
        /// What the cookie is to hold.
        cookie: String,
        /// In seconds.
        lifetime: i64,
    },
}

impl Credentials {
    /// Takes them off.
    pub(super) fn take(parts: &mut Parts) -> Self {
        let headers = &mut parts.headers;
        let text = |value: HeaderValue| value.to_str().ok().map(str::to_owned);
        let mut found = Self { header: headers.remove(PREVIEW_TOKEN).and_then(text), ..Self::default() };
        let ours = |bearer: &&str| bearer.starts_with(KEY_PREFIX) || is_token(bearer);
        let bearer = headers.get_all(AUTHORIZATION).iter().filter_map(bearer).find(ours).map(str::to_owned);
        if bearer.is_some() {
            headers.remove(AUTHORIZATION);
            found.bearer = bearer;
        }
        found.cookies = take_cookies(headers);
        if let Some(query) = parts.uri.query() {
            found.query = form_urlencoded::parse(query.as_bytes())
                .find(|(name, _)| name == AUTH_QUERY)
                .map(|(_, value)| value.into_owned());
            if let Some(kept) = without_token(&parts.uri) {
                parts.uri = kept;
            }
        }
        clean_referer(headers);
        found
    }

    /// Whether they let into this port of the sandbox, and how. None: they do not.
    pub(super) async fn entry(
        &self,
        app: &App,
        place: &Place,
        row: &Sandbox,
        parts: &Parts,
    ) -> sqlx::Result<Option<Entry>> {
        let subject = Subject::of(row, place.port);
        if let Some(token) = &self.query
            && navigates(parts)
            && let Some(until) = self.good(app, subject, token).await?
        {
            let lifetime = (until - clock::now()) / 1000;
            return Ok(Some(Entry::SignIn { cookie: app.preview_secret.sign(subject, until), lifetime }));
        }
        if row.public && place.port != TERMINAL_PORT {
            return Ok(Some(Entry::Open));
        }
        for token in [&self.header, &self.bearer, &self.query].into_iter().flatten() {
            if self.good(app, subject, token).await?.is_some() {
                return Ok(Some(Entry::Open));
            }
        }
        if let Some(key) = &self.bearer
            && let Some(principal) = app.keys.check(&app.db, key).await?
            && *principal.organization_id == *row.organization_id
        {
            return Ok(Some(Entry::Open));
        }
        for cookie in &self.cookies {
            if self.good(app, subject, cookie).await?.is_some() {
                return Ok(Some(Entry::Cookie));
            }
        }
        Ok(None)
    }

    /// Until when the token lets in, if it does: as long as a browser may stay signed in by it.
    async fn good(&self, app: &App, subject: Subject<'_>, token: &str) -> sqlx::Result<Option<i64>> {
        if app.preview_secret.is_token(subject, token) {
            return Ok(Some(clock::now() + SIGNED_IN_MS));
        }
        let Some(signed) = app.preview_secret.signed(subject, token) else { return Ok(None) };
        let ended = app.db.is_ended(subject.sandbox_id, &signed.hash).await?;
        Ok((!ended).then_some(signed.expires_at))
    }
}

/// Whether a page of another origin makes the browser send this. Its cookies go along, and WebSockets of any
/// page connect anywhere.
pub(super) fn is_foreign(headers: &HeaderMap, place: &Place) -> bool {
    let own = |origin: &HeaderValue| {
        let host = origin.to_str().ok().and_then(|origin| origin.strip_prefix("http://"));
        host.is_some_and(|host| host.eq_ignore_ascii_case(&place.authority))
    };
    headers.get_all(ORIGIN).iter().any(|origin| !own(origin))
}

/// Whether a person looks at the answer.
pub(super) fn wants_page(headers: &HeaderMap) -> bool {
    headers
        .get(ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|types| types.contains("text/html"))
}

/// Whether a browser asks for what its address bar says.
fn navigates(parts: &Parts) -> bool {
    let mode = parts.headers.get("sec-fetch-mode");
    matches!(parts.method, Method::GET | Method::HEAD)
        && wants_page(&parts.headers)
        && mode.is_none_or(|mode| mode == "navigate")
}

fn bearer(value: &HeaderValue) -> Option<&str> {
    let (scheme, credential) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| credential.trim())
}

/// The same address without our parameter. None if it had none.
fn without_token(uri: &Uri) -> Option<Uri> {
    let query = uri.query()?;
    let kept = query_without_token(query);
    if kept.len() == query.len() {
        return None;
    }
    let path = uri.path();
    let whole = if kept.is_empty() { path.to_owned() } else { format!("{path}?{kept}") };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(whole).ok()?);
    Uri::from_parts(parts).ok()
}

/// Takes our cookies off and leaves the others as they are.
fn take_cookies(headers: &mut HeaderMap) -> Vec<String> {
    let mut ours = Vec::new();
    let mut theirs = Vec::new();
    for line in headers.get_all(COOKIE) {
        let Ok(text) = line.to_str() else {
            theirs.push(line.clone());
            continue;
        };
        let is_ours = |pair: &str| pair.split('=').next().is_some_and(|name| name.trim() == COOKIE_NAME);
        if !text.split(';').any(is_ours) {
            theirs.push(line.clone());
            continue;
        }
        let mut kept = Vec::new();
        for pair in text.split(';') {
            match pair.split_once('=') {
                Some((_, value)) if is_ours(pair) => ours.push(value.trim().trim_matches('"').to_owned()),
                _ => kept.push(pair.trim()),
            }
        }
        if !kept.is_empty()
            && let Ok(line) = HeaderValue::from_str(&kept.join("; "))
        {
            theirs.push(line);
        }
    }
    headers.remove(COOKIE);
    for line in theirs {
        headers.append(COOKIE, line);
    }
    ours
}

/// The page a request comes from may have our parameter in its address, too.
fn clean_referer(headers: &mut HeaderMap) {
    let Some(referer) = headers.get(REFERER) else { return };
    let parsed = referer.to_str().ok().and_then(|text| text.parse::<Uri>().ok());
    match parsed {
        Some(uri) => {
            if let Some(kept) =
                without_token(&uri).and_then(|uri| HeaderValue::try_from(uri.to_string()).ok())
            {
                headers.insert(REFERER, kept);
            }
        }
        // What cannot be read cannot be cleaned.
        None => drop(headers.remove(REFERER)),
    }
}
