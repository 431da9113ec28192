//! WebSockets: an ordinary call whose answer switches protocols.
//!
//! Address, proxies, TLS, credentials, retries and errors are thereby those of every call. HTTP/1.1 is the
//! only version the transport speaks, and the one that can be switched. What must stay true: nothing is read
//! from the connection until someone asks for it, and no message grows beyond a bound.

use super::{Answer, Call};
use crate::{Error, ErrorCode, Result};
use http::header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE};
use http::{HeaderMap, HeaderValue, StatusCode};
use reqwest::Upgraded;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

/// An open WebSocket, client side.
pub(crate) type WebSocket = WebSocketStream<Upgraded>;

/// The largest message that is taken. The published servers send 1 KiB, ours 256 KiB.
const MAX_MESSAGE: usize = 1 << 20;
/// What is read from the connection at a time.
const READ_BUFFER: usize = 256 << 10;

/// What the answer must prove that the server read.
pub(crate) struct Handshake {
    accept: String,
}

impl Handshake {
    /// Makes `call` ask for a WebSocket.
    pub(crate) fn begin(call: &mut Call<'_>) -> Result<Self> {
        let key = generate_key();
        let accept = derive_accept_key(key.as_bytes());
        let key = HeaderValue::try_from(key)
            .map_err(|error| Error::failed(ErrorCode::Connection, call.verb, error))?;
        call.upgrade = true;
        call.headers.extend([
            (CONNECTION, HeaderValue::from_static("Upgrade")),
            (UPGRADE, HeaderValue::from_static("websocket")),
            (SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13")),
            (SEC_WEBSOCKET_KEY, key),
        ]);
        Ok(Self { accept })
    }

    /// The WebSocket that `answer` opens, with the head of that answer.
    pub(crate) async fn finish(self, answer: Answer) -> Result<(WebSocket, HeaderMap)> {
        let head = answer.headers();
        let switched =
            head.get(UPGRADE).is_some_and(|name| name.as_bytes().eq_ignore_ascii_case(b"websocket"));
        let proven =
            head.get(SEC_WEBSOCKET_ACCEPT).is_some_and(|value| value.as_bytes() == self.accept.as_bytes());
        if answer.status() != StatusCode::SWITCHING_PROTOCOLS || !switched || !proven {
            return Err(answer.context().error(
                ErrorCode::Server,
                format!("the server answered {} and opened no WebSocket", answer.status()),
            ));
        }
        let head = head.clone();
        let connection = answer.upgrade().await?;
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            .max_message_size(Some(MAX_MESSAGE))
            .max_frame_size(Some(MAX_MESSAGE));
        Ok((WebSocketStream::from_raw_socket(connection, Role::Client, Some(config)).await, head))
    }
}
