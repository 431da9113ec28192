//! Accepts connections and answers each request with what a closure says.

use super::Request;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

/// What to do about one request.
pub(crate) enum Reply {
    /// A proper answer; the connection stays open.
    Answer(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// These bytes, then an orderly end of the connection.
    Bytes(Vec<u8>),
    /// These bytes, then a reset.
    Reset(Vec<u8>),
    /// An answer, once a permit can be had.
    Held(Arc<Semaphore>, Box<Reply>),
    /// Nothing, until the client gives up.
    Silence,
    /// These bytes, and nothing more until the client gives up.
    Stalled(Vec<u8>),
    /// A head that promises JSON with this status, then bytes without end.
    Endless(u16),
    /// A WebSocket that sends these bytes (see `frames`), and then this.
    Socket(Vec<(&'static str, String)>, Vec<u8>, Then),
}

/// How a WebSocket goes on after what it had to send.
pub(crate) enum Then {
    /// The connection ends, orderly or with a reset.
    End,
    Reset,
    /// Nothing comes, and what the client sends is read and ignored.
    Silence,
    /// The same frame without end; what was sent is counted.
    Flood(Vec<u8>, Arc<AtomicU64>),
}

impl Reply {
    pub(crate) fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::Answer(status, vec![("content-type", "application/json".into())], body.to_string().into())
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self::Answer(status, Vec::new(), Vec::new())
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        if let Self::Answer(_, headers, _) = &mut self {
            headers.push((name, value.into()));
        }
        self
    }
}

type Handler = dyn Fn(&Request, usize) -> Reply + Send + Sync;

/// Ends with the runtime of its test, or when it is stopped.
pub(crate) struct FaultServer {
    address: SocketAddr,
    accepting: tokio::task::AbortHandle,
    seen: Arc<Mutex<Vec<Request>>>,
}

impl FaultServer {
    /// Starts one; `handler` is told the request and how many came before it.
    pub(crate) async fn start(handler: impl Fn(&Request, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (log, handler): (_, Arc<Handler>) = (Arc::clone(&seen), Arc::new(handler));
        let accepting = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(connection(stream, Arc::clone(&log), Arc::clone(&handler)));
            }
        });
        Self { address, accepting: accepting.abort_handle(), seen }
    }

    /// Closes the listener and every connection, as a killed server does.
    pub(crate) async fn stop(&self) {
        self.accepting.abort();
        super::eventually("the end of the server", || self.accepting.is_finished()).await;
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/api", self.address)
    }

    /// Every request so far.
    pub(crate) fn seen(&self) -> Vec<Request> {
        self.seen.lock().expect("not poisoned").clone()
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.seen().iter().map(Request::line).collect()
    }
}

async fn connection(stream: TcpStream, log: Arc<Mutex<Vec<Request>>>, handler: Arc<Handler>) {
    // A reset instead of an orderly end, should the reply ask for one.
    let socket = stream.into_std().expect("a socket");
    let reset = socket.try_clone().expect("a second handle");
    let (read, mut write) = TcpStream::from_std(socket).expect("a socket").into_split();
    let mut read = BufReader::new(read);
    while let Some(request) = Request::read(&mut read).await {
        let before = {
            let mut log = log.lock().expect("not poisoned");
            log.push(request.clone());
            log.len() - 1
        };
        let mut reply = handler(&request, before);
        while let Reply::Held(gate, then) = reply {
            gate.acquire().await.expect("open").forget();
            reply = *then;
        }
        let sent = match reply {
            Reply::Answer(status, headers, body) => {
                let mut head = format!("HTTP/1.1 {status} Test\r\ncontent-length: {}\r\n", body.len());
                for (name, value) in headers {
                    head.push_str(&format!("{name}: {value}\r\n"));
                }
                write.write_all(&[head.as_bytes(), b"\r\n", &body].concat()).await
            }
            Reply::Bytes(bytes) => {
                // The client may be gone already.
                let _ = write.write_all(&bytes).await;
                return;
            }
            Reply::Reset(bytes) => {
                let _ = write.write_all(&bytes).await;
                linger(&reset);
                return;
            }
            Reply::Endless(status) => {
                let head = format!(
                    "HTTP/1.1 {status} Test\r\ncontent-type: application/json\r\n\r\n{{\"message\":\""
                );
                let mut sent = write.write_all(head.as_bytes()).await;
                while sent.is_ok() {
                    sent = write.write_all(&[b'x'; 64 * 1024]).await;
                }
                sent
            }
            Reply::Socket(headers, bytes, then) => {
                web_socket(&request, headers, bytes, then, &mut read, &mut write, &reset).await;
                return;
            }
            Reply::Silence => std::future::pending().await,
            Reply::Stalled(bytes) => {
                let _ = write.write_all(&bytes).await;
                std::future::pending().await
            }
            Reply::Held(..) => unreachable!("unwrapped above"),
        };
        if sent.is_err() {
            return;
        }
    }
}

async fn web_socket(
    request: &Request,
    headers: Vec<(&'static str, String)>,
    bytes: Vec<u8>,
    then: Then,
    read: &mut BufReader<OwnedReadHalf>,
    write: &mut OwnedWriteHalf,
    reset: &std::net::TcpStream,
) {
    let key = request.header("sec-websocket-key").expect("a WebSocket was asked for");
    let mut head = format!(
        "HTTP/1.1 101 Test\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-accept: {}\r\n",
        derive_accept_key(key.as_bytes())
    );
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    // The client may be gone already, here and below.
    let _ = write.write_all(&[head.as_bytes(), b"\r\n", &bytes].concat()).await;
    match then {
        Then::End => {}
        Then::Reset => linger(reset),
        Then::Silence => while !matches!(read.read(&mut [0; 1024]).await, Ok(0) | Err(_)) {},
        Then::Flood(frame, sent) => {
            while write.write_all(&frame).await.is_ok() {
                sent.fetch_add(frame.len() as u64, Ordering::Relaxed);
            }
        }
    }
}

/// Makes closing the connection a reset.
fn linger(socket: &std::net::TcpStream) {
    rustix::net::sockopt::set_socket_linger(socket, Some(std::time::Duration::ZERO)).expect("linger");
}
