//! What a verb asks of the transport.

use super::{Body, Endpoint};
use crate::timeout::Deadline;
use crate::{Error, ErrorCode, Result};
use http::{HeaderName, HeaderValue, Method};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;

/// Which service a path belongs to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Base<'a> {
    /// The control plane.
    Api,
    /// The toolbox of one sandbox.
    Toolbox(Toolbox<'a>),
}

/// How to reach the toolbox of one sandbox.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Toolbox<'a> {
    pub(crate) sandbox_id: &'a str,
    /// The proxy the control plane named. The local target has one fixed proxy and ignores it, since a
    /// restarted server listens on another port.
    pub(crate) proxy_url: &'a str,
}

/// Whether a request may be sent again after it may have been received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resend {
    /// Doing it twice is doing it once.
    Idempotent,
    /// Carries an idempotency key. Only our own server is known to honour it.
    Keyed,
    /// Only when the server certainly did not receive it.
    Never,
}

/// What the answer's status means beyond HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Anything without a meaning of its own.
    Plain,
    /// A process runs while the request is open: 408, 413 and 422 speak of the process.
    Process,
    /// Git may have asked a remote: 401 and 403 may speak of the remote's credentials.
    Git,
}

/// One request, before it is known where its service is.
pub(crate) struct Call<'a> {
    /// Completes "Failed to": `create the sandbox`.
    pub(crate) verb: &'a str,
    pub(crate) method: Method,
    pub(crate) base: Base<'a>,
    /// Segments below the base; each is escaped on its own.
    pub(crate) path: Vec<&'a str>,
    pub(crate) query: Vec<(&'static str, String)>,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: Body,
    pub(crate) resend: Resend,
    pub(crate) kind: Kind,
    /// Whether the connection is to become a WebSocket; the answer is then a 101.
    pub(crate) upgrade: bool,
    pub(crate) deadline: Deadline,
}

/// What a segment of a path may hold as it is.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@');

impl<'a> Call<'a> {
    /// An idempotent call without a body; the fields say what is different.
    pub(crate) fn new(
        verb: &'a str,
        method: Method,
        base: Base<'a>,
        path: &[&'a str],
        deadline: Deadline,
    ) -> Self {
        Self {
            verb,
            method,
            base,
            path: path.to_vec(),
            query: Vec::new(),
            headers: Vec::new(),
            body: Body::Empty,
            resend: Resend::Idempotent,
            kind: Kind::Plain,
            upgrade: false,
            deadline,
        }
    }

    pub(crate) fn once(mut self) -> Self {
        self.resend = Resend::Never;
        self
    }

    pub(crate) fn url(&self, endpoint: &Endpoint) -> Result<Url> {
        let (mut url, id) = match self.base {
            Base::Api => (endpoint.api().clone(), None),
            Base::Toolbox(toolbox) => {
                (endpoint.toolbox(self.verb, toolbox.proxy_url)?, Some(toolbox.sandbox_id))
            }
        };
        let segments = id.into_iter().chain(self.path.iter().copied());
        if url.cannot_be_a_base() {
            return Err(Error::failed(ErrorCode::Server, self.verb, "the server's URL cannot carry a path"));
        }
        // Escaped here and not by `Url`, which drops tabs and newlines.
        let mut path = url.path().trim_end_matches('/').to_owned();
        for segment in segments {
            // `Url` would drop these three, and the request would reach another resource.
            if matches!(segment, "" | "." | "..") {
                return Err(Error::validation(self.verb, format!("{segment:?} is not a sandbox id")));
            }
            path.push('/');
            path.extend(utf8_percent_encode(segment, SEGMENT));
        }
        url.set_path(&path);
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&self.query);
        }
        Ok(url)
    }
}
