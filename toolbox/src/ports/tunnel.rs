//! `GET /internal/tcp/{port}`: turns the connection into one to a port in here. For the server that previews
//! ports; it passes nobody else's request for this on.

use crate::error::ApiError;
use crate::serve::Slot;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request};
use axum::http::header::{CONNECTION, UPGRADE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use daytona_protocol::error::toolbox as code;
use hyper_util::rt::TokioIo;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;
use tokio::net::TcpStream;

/// Connecting to a neighbour takes no time, unless its queue is full.
const CONNECTING: Duration = Duration::from_secs(5);

/// Answers 101 when something listens, and 502 when nothing does.
pub(crate) async fn tunnel(
    port: Result<Path<u16>, PathRejection>,
    mut request: Request,
) -> Result<Response, ApiError> {
    let Path(port) = port.map_err(|_| ApiError::bad_request("a port is a number from 1 to 65535"))?;
    let protocol = request.headers().get(UPGRADE).and_then(|protocol| protocol.to_str().ok());
    if protocol != Some("tcp") {
        return Err(ApiError::bad_request("this path takes connections that switch to the protocol tcp"));
    }
    let mut application = connect(port).await.map_err(|error| {
        let reason = crate::error::describe(&error);
        let message = format!("cannot connect to port {port} in the sandbox: {reason}");
        ApiError::new(StatusCode::BAD_GATEWAY, code::INTERNAL_SERVER_ERROR, message)
    })?;
    let slot = request.extensions_mut().remove::<Slot>();
    let switched = hyper::upgrade::on(&mut request);
    tokio::spawn(async move {
        // It ends when either side does; there is no one left to tell how.
        if let Ok(server) = switched.await {
            let _ = tokio::io::copy_bidirectional(&mut TokioIo::new(server), &mut application).await;
        }
        drop(slot);
    });
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("upgrade"));
    response.headers_mut().insert(UPGRADE, HeaderValue::from_static("tcp"));
    Ok(response)
}

/// Something may listen on one family only.
async fn connect(port: u16) -> io::Result<TcpStream> {
    let connecting = async {
        match TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await {
            Ok(stream) => Ok(stream),
            // What is said of the first address is what matters when the second has nothing to say either.
            Err(error) => TcpStream::connect((Ipv6Addr::LOCALHOST, port)).await.map_err(|_| error),
        }
    };
    let stream = match tokio::time::timeout(CONNECTING, connecting).await {
        Ok(connected) => connected?,
        Err(_) => return Err(io::Error::new(io::ErrorKind::TimedOut, "what listens there does not accept")),
    };
    stream.set_nodelay(true)?;
    Ok(stream)
}
