//! One WebSocket that follows a log, and what its end means.

use super::whole::verb;
use crate::process::Process;
use crate::process::session::{below, check_ids};
use crate::timeout::Deadline;
use crate::transport::websocket::Handshake;
use crate::{Error, ErrorCode, Result, Timeout};
use bytes::Bytes;
use daytona_protocol::headers;
use futures::{FutureExt, SinkExt, StreamExt};
use http::{HeaderName, HeaderValue, Method};
use reqwest::Upgraded;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Instant;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error as SocketError, Message};

/// How long one opening may take; a local server that has to be started first included.
const OPENING: Duration = Duration::from_secs(60);
const VIGIL: Vigil = Vigil { quiet: Duration::from_secs(30), patience: Duration::from_secs(20) };

/// When a silent connection counts as broken.
#[derive(Clone, Copy)]
struct Vigil {
    /// After so long without a word it is asked for a sign of life.
    quiet: Duration,
    /// How long that may take to come.
    patience: Duration,
}

/// A log that is being followed.
pub(super) struct Connection<S = Upgraded> {
    socket: WebSocketStream<S>,
    vigil: Vigil,
    /// Whether the server said that the log goes on at the offset it was asked for.
    pub(super) counts: bool,
    /// When something was last heard.
    heard: Instant,
    /// When a sign of life was asked for, since then.
    asked: Option<Instant>,
}

/// What happens on a connection.
#[derive(Debug)]
pub(super) enum Received {
    /// Bytes of the log.
    Bytes(Bytes),
    /// The command has ended, and this was all of its log.
    End,
    /// The connection broke; the log goes on.
    Broken(String),
    /// The server cannot or will not go on.
    Refused(String),
}

impl Connection {
    /// Follows the log of a command from byte `offset` on, or from its beginning.
    pub(super) async fn open(
        process: Process,
        session: String,
        command: String,
        offset: Option<u64>,
    ) -> Result<Box<Self>> {
        let verb = verb(&process, &session, &command);
        let opening = Self::open_now(&process, &verb, &session, &command, offset);
        tokio::time::timeout(OPENING, opening).await.unwrap_or_else(|_| {
            let reason = format!("the server did not open the log within {} s", OPENING.as_secs());
            Err(Error::failed(ErrorCode::Connection, &verb, reason))
        })
    }

    async fn open_now(
        process: &Process,
        verb: &str,
        session: &str,
        command: &str,
        offset: Option<u64>,
    ) -> Result<Box<Self>> {
        check_ids(verb, session, command)?;
        let path = below(&[session, "command", command, "logs"]);
        let mut handshake = None;
        let unbounded: Deadline = Timeout::NONE.deadline();
        let answer = process
            .sandbox
            .toolbox(verb, Method::GET, &path, unbounded, |call| {
                call.query.push(("follow", "true".to_owned()));
                call.query.extend(offset.map(|offset| ("offset", offset.to_string())));
                // Markers from servers that know no offset.
                let split = HeaderName::from_static(headers::SPLIT_OUTPUT);
                call.headers.push((split, HeaderValue::from_static("true")));
                handshake = Some(Handshake::begin(call)?);
                Ok(())
            })
            .await?;
        let Some(handshake) = handshake else {
            return Err(Error::failed(ErrorCode::Connection, verb, "no WebSocket was asked for"));
        };
        let (socket, head) = handshake.finish(answer).await?;
        let next = head.get(headers::LOG_NEXT).and_then(|value| value.to_str().ok()?.parse().ok());
        let counts = offset.is_some() && next == offset;
        Ok(Box::new(Self { socket, vigil: VIGIL, counts, heard: Instant::now(), asked: None }))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    /// What is there already, without waiting.
    pub(super) fn ready(&mut self) -> Option<Received> {
        loop {
            let message = self.socket.next().now_or_never()?;
            if let Some(received) = self.heard(message) {
                return Some(received);
            }
        }
    }

    /// What comes next. Dropping the future loses nothing.
    pub(super) async fn next(&mut self) -> Received {
        loop {
            let until = self.asked.map_or(self.heard + self.vigil.quiet, |asked| asked + self.vigil.patience);
            match tokio::time::timeout_at(until, self.socket.next()).await {
                Ok(message) => {
                    if let Some(received) = self.heard(message) {
                        return received;
                    }
                }
                Err(_) if self.asked.is_some() => {
                    return Received::Broken("the server gives no sign of life".to_owned());
                }
                Err(_) => {
                    self.asked = Some(Instant::now());
                    let ping = self.socket.send(Message::Ping(Bytes::new()));
                    // Whatever goes wrong here shows in what is received next.
                    let _ = tokio::time::timeout(self.vigil.patience, ping).await;
                }
            }
        }
    }

    fn heard(&mut self, message: Option<std::result::Result<Message, SocketError>>) -> Option<Received> {
        (self.heard, self.asked) = (Instant::now(), None);
        match message {
            Some(Ok(Message::Binary(bytes))) => Some(Received::Bytes(bytes)),
            Some(Ok(Message::Text(text))) => Some(Received::Bytes(text.into())),
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => None,
            Some(Ok(Message::Close(frame))) => Some(match frame.map(|frame| (frame.code, frame.reason)) {
                // Servers that name no code mean the same.
                None | Some((CloseCode::Normal | CloseCode::Status, _)) => Received::End,
                Some((CloseCode::Away | CloseCode::Restart | CloseCode::Again | CloseCode::Abnormal, _)) => {
                    Received::Broken("the server closed the connection for now".to_owned())
                }
                Some((code, reason)) => {
                    let reason: String =
                        reason.chars().filter(|character| !character.is_control()).take(200).collect();
                    Received::Refused(format!(
                        "the server broke off with {code}{}{reason}",
                        if reason.is_empty() { "" } else { ": " }
                    ))
                }
            }),
            Some(Err(SocketError::Capacity(error))) => {
                Some(Received::Refused(format!("the server sent too large a message ({error})")))
            }
            Some(Err(error)) => Some(Received::Broken(error.to_string())),
            None => Some(Received::Broken("the connection was closed".to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::DuplexStream;
    use tokio_tungstenite::tungstenite::protocol::Role;

    /// Both ends of a connection that loses patience after so many milliseconds.
    async fn ends(patience: u64) -> (Connection<DuplexStream>, WebSocketStream<DuplexStream>) {
        let (client, server) = tokio::io::duplex(1 << 16);
        let socket = WebSocketStream::from_raw_socket(client, Role::Client, None).await;
        let vigil = Vigil { quiet: Duration::from_millis(5), patience: Duration::from_millis(patience) };
        let connection = Connection { socket, vigil, counts: true, heard: Instant::now(), asked: None };
        (connection, WebSocketStream::from_raw_socket(server, Role::Server, None).await)
    }

    #[tokio::test]
    async fn a_quiet_log_is_kept_open_as_long_as_its_server_lives() {
        let (mut connection, mut server) = ends(60_000).await;
        let answers = async {
            for _ in 0..3 {
                // Reading a ping answers it.
                let message = server.next().await.expect("open").expect("a message");
                assert!(matches!(message, Message::Ping(_)), "{message:?}");
            }
            server.send(Message::Binary("text".into())).await.expect("open");
        };
        let (received, ()) = futures::future::join(connection.next(), answers).await;
        assert!(matches!(&received, Received::Bytes(bytes) if bytes == "text"), "{received:?}");
    }

    #[tokio::test]
    async fn a_server_that_gives_no_sign_of_life_is_gone() {
        let (mut connection, _server) = ends(5).await;
        let received = connection.next().await;
        assert!(matches!(&received, Received::Broken(why) if why.contains("sign of life")), "{received:?}");
    }
}
