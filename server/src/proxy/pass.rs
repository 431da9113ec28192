//! What forwarding to a toolbox and to a port have in common: protocol switches, and the way back.

use super::client::Place;
use super::headers;
use crate::app::App;
use crate::lifecycle::live::InUse;
use crate::listener::Permit;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use std::sync::Arc;

/// What is carried at a time to a sandbox, and back. A log that is followed is as fast as these are large; of a connection
/// that is silent, no page of them is touched.
const UP: usize = 16 << 10;
const DOWN: usize = 128 << 10;

/// Makes a request fit to be sent on by `tidy`, except that a wish to switch protocols stays. That wish.
pub(crate) fn begin_upgrade(request: &mut Request, tidy: impl FnOnce(&mut HeaderMap)) -> Option<OnUpgrade> {
    let protocol = headers::upgrade(request.headers());
    tidy(request.headers_mut());
    let protocol = protocol?;
    let client = hyper::upgrade::on(&mut *request);
    headers::set_upgrade(request.headers_mut(), protocol);
    Some(client)
}

/// What is held until an answer has gone back.
#[derive(Debug)]
pub(crate) struct Passed {
    /// The client's wish to switch protocols.
    pub(crate) client: Option<OnUpgrade>,
    /// The sandbox stays in use until the last byte has gone, or the client has.
    pub(crate) in_use: Option<InUse>,
    /// A place among the calls to a toolbox.
    pub(crate) place: Option<Place>,
    /// A connection that switched protocols stays counted.
    pub(crate) permit: Option<Permit>,
}

impl Passed {
    /// The answer, its headers made fit by `tidy`. None: it switched protocols without being asked to.
    pub(crate) fn pass(
        self,
        app: &Arc<App>,
        mut response: http::Response<Incoming>,
        tidy: impl FnOnce(&mut HeaderMap),
    ) -> Option<Response> {
        let switched = headers::upgrade(response.headers());
        tidy(response.headers_mut());
        if response.status() == StatusCode::SWITCHING_PROTOCOLS {
            let (client, protocol) = (self.client?, switched?);
            headers::set_upgrade(response.headers_mut(), protocol);
            carry(app, client, hyper::upgrade::on(&mut response), (self.in_use, self.permit, self.place));
            return Some(response.map(|_| Body::empty()));
        }
        let held = (self.in_use, self.place);
        Some(response.map(|body| {
            Body::new(body.map_frame(move |frame| {
                let _ = &held;
                frame
            }))
        }))
    }
}

/// Carries bytes both ways until either side ends.
fn carry(
    app: &Arc<App>,
    client: OnUpgrade,
    sandbox: OnUpgrade,
    held: (Option<InUse>, Option<Permit>, Option<Place>),
) {
    let ending = app.ending.clone();
    app.waiters.spawn(async move {
        let carried = async {
            let (client, sandbox) = tokio::try_join!(client, sandbox)?;
            let (mut client, mut sandbox) = (TokioIo::new(client), TokioIo::new(sandbox));
            // Either side may reset at any time; that is its way to end, not a fault.
            let _ = tokio::io::copy_bidirectional_with_sizes(&mut client, &mut sandbox, UP, DOWN).await;
            Ok::<_, hyper::Error>(())
        };
        tokio::select! {
            outcome = carried => if let Err(error) = outcome {
                tracing::debug!(%error, "a connection did not switch protocols");
            },
            () = ending.cancelled() => {}
        }
        drop(held);
    });
}
