//! Stands in front of a server and loses what creates are answered with; everything else passes.
//!
//! What must stay true: a request that was forwarded is one the server took, whatever becomes of its answer, and
//! `settled` returns when the server has answered all of them. Each request has a connection of its own.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::task::TaskTracker;

/// What becomes of one attempt to create. Every loss is a reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Fate {
    Answered,
    /// Read and not forwarded.
    NotForwarded,
    /// Forwarded; lost while the server is at work.
    LostAtOnce,
    /// Lost once the server has answered: before the answer, within its head, within its body.
    LostBefore,
    LostInHead,
    LostInBody,
}

/// What it does with the attempt, by the number in the label `call` and how often that call was sent before.
type Choose = dyn Fn(u64, u32) -> Fate + Send + Sync;

pub(crate) struct Proxy {
    address: SocketAddr,
    attempts: Arc<Mutex<HashMap<u64, Vec<Fate>>>>,
    forwarded: TaskTracker,
}

impl Proxy {
    /// Ends with the runtime of its test.
    pub(crate) async fn start(
        server: SocketAddr,
        choose: impl Fn(u64, u32) -> Fate + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let attempts = Arc::default();
        let (log, choose): (_, Arc<Choose>) = (Arc::clone(&attempts), Arc::new(choose));
        let forwarded = TaskTracker::new();
        forwarded.close();
        let tracker = forwarded.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (log, choose) = (Arc::clone(&log), Arc::clone(&choose));
                tracker.spawn(serve(stream, server, log, choose, tracker.clone()));
            }
        });
        Self { address, attempts, forwarded }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// What became of each attempt, by call.
    pub(crate) fn attempts(&self) -> HashMap<u64, Vec<Fate>> {
        self.attempts.lock().expect("not poisoned").clone()
    }

    /// Returns when the server has answered all it was asked.
    pub(crate) async fn settled(&self) {
        self.forwarded.wait().await;
    }
}

async fn serve(
    mut client: TcpStream,
    server: SocketAddr,
    log: Arc<Mutex<HashMap<u64, Vec<Fate>>>>,
    choose: Arc<Choose>,
    forwarded: TaskTracker,
) {
    let Some((head, body)) = read(&mut client).await else { return };
    let fate = if head.starts_with("POST /api/sandbox HTTP") {
        let request: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
        let call = request["labels"]["call"].as_str().and_then(|call| call.parse().ok()).expect("a number");
        let mut log = log.lock().expect("not poisoned");
        let fates = log.entry(call).or_default();
        fates.push(choose(call, fates.len() as u32));
        fates[fates.len() - 1]
    } else {
        Fate::Answered
    };
    if fate == Fate::NotForwarded {
        return reset(client);
    }
    let answer = forward(server, head, body);
    if fate == Fate::LostAtOnce {
        forwarded.spawn(answer);
        return reset(client);
    }
    let answer = answer.await;
    let body = answer.windows(4).position(|end| end == b"\r\n\r\n").expect("a head") + 4;
    let sent = match fate {
        Fate::LostBefore => 0,
        Fate::LostInHead => body / 2,
        Fate::LostInBody => body + (answer.len() - body) / 2,
        _ => answer.len(),
    };
    // The client may be gone already.
    let _ = client.write_all(&answer[..sent]).await;
    if sent < answer.len() {
        reset(client);
    }
}

/// Head and body of one request; none when the connection ends first.
async fn read(client: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).expect("text").to_owned();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().expect("a length"))
    });
    let mut body = vec![0; length.unwrap_or(0)];
    client.read_exact(&mut body).await.ok()?;
    Some((head, body))
}

/// The whole answer of the server to one request.
async fn forward(server: SocketAddr, head: String, body: Vec<u8>) -> Vec<u8> {
    let mut upstream = TcpStream::connect(server).await.expect("the server listens");
    // It answers only to its own name.
    let (first, rest) = head.split_once("\r\n").expect("a request");
    let rest = rest.split_inclusive("\r\n").filter(|line| !line.to_ascii_lowercase().starts_with("host:"));
    let head = format!("{first}\r\nhost: {server}\r\nconnection: close\r\n{}", rest.collect::<String>());
    upstream.write_all(&[head.as_bytes(), &body].concat()).await.expect("sent");
    let mut answer = Vec::new();
    upstream.read_to_end(&mut answer).await.expect("answered");
    answer
}

/// Ends a connection by a reset.
fn reset(client: TcpStream) {
    client.set_zero_linger().expect("an option");
}
