//! Stands in front of a server and spoils creates, before or after the server has them; everything else passes.
//!
//! What must stay true: a request that was forwarded is one the server was sent, whatever becomes of its answer, and
//! `settled` returns when the server has answered all of them. Each request has a connection of its own. While there
//! is no server, requests wait for the next one.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_util::task::TaskTracker;

/// What becomes of one attempt to create. Every loss is a reset, unless it says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Fate {
    Answered,
    /// Reset before, within and after the request's body, which goes no further.
    BeforeBody,
    InBody,
    AfterBody,
    /// Answered so by the proxy: 429 with `Retry-After`, or 503.
    Limited,
    Unavailable,
    /// Forwarded; lost while the server is at work.
    LostAtOnce,
    /// Forwarded, and once the server has answered: lost before the answer, within its head, within its body.
    LostBefore,
    LostInHead,
    LostInBody,
    /// Forwarded; half of the answer, a pause, and an orderly end.
    Stalled,
    /// Forwarded, and answered with a 502 or 504 in place of what the server said.
    BadGateway,
    GatewayTimeout,
    /// The server ended before it had answered, whatever else was meant to happen.
    Killed,
}

/// The attempts of one create, first to last.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sent {
    /// The number in its label `call`, once a body was read.
    pub(crate) call: Option<u64>,
    pub(crate) fates: Vec<Fate>,
}

/// What it does with an attempt, by the number of the create and how often that was sent before.
type Choose = dyn Fn(u64, u32) -> Fate + Send + Sync;

struct Shared {
    server: watch::Sender<Option<SocketAddr>>,
    choose: Box<Choose>,
    /// By their keys, each with its number.
    creates: Mutex<HashMap<String, (u64, Sent)>>,
    forwarded: TaskTracker,
}

pub(crate) struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl Proxy {
    /// Ends with the runtime of its test.
    pub(crate) async fn start(
        server: SocketAddr,
        choose: impl Fn(u64, u32) -> Fate + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared {
            server: watch::Sender::new(Some(server)),
            choose: Box::new(choose),
            creates: Mutex::default(),
            forwarded: TaskTracker::new(),
        });
        shared.forwarded.close();
        let serving = Arc::clone(&shared);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                serving.forwarded.spawn(Arc::clone(&serving).serve(stream));
            }
        });
        Self { address, shared }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where the server is from now on; none while there is none.
    pub(crate) fn server_is(&self, server: Option<SocketAddr>) {
        self.shared.server.send_replace(server);
    }

    /// How many creates have come so far.
    pub(crate) fn begun(&self) -> usize {
        self.shared.creates.lock().expect("not poisoned").len()
    }

    /// All creates so far.
    pub(crate) fn creates(&self) -> Vec<Sent> {
        self.shared.creates.lock().expect("not poisoned").values().map(|(_, sent)| sent.clone()).collect()
    }

    /// Returns when the server has answered all it was asked.
    pub(crate) async fn settled(&self) {
        self.shared.forwarded.wait().await;
    }
}

impl Shared {
    async fn serve(self: Arc<Self>, mut client: TcpStream) {
        let Some(head) = read_head(&mut client).await else { return };
        let length: usize = field(&head, "content-length").map_or(0, |text| text.parse().expect("a length"));
        let key = field(&head, "idempotency-key").filter(|_| head.starts_with("POST /api/sandbox HTTP"));
        let fate = key.map_or(Fate::Answered, |key| self.fate(key));
        let read = match fate {
            Fate::BeforeBody => 0,
            Fate::InBody => length / 2,
            _ => length,
        };
        let mut body = vec![0; read];
        if client.read_exact(&mut body).await.is_err() {
            return;
        }
        if let Some(key) = key.filter(|_| read == length) {
            let request: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
            let call = request["labels"]["call"].as_str().and_then(|call| call.parse().ok());
            self.note(key, |sent| sent.call = call);
        }
        match fate {
            Fate::BeforeBody | Fate::InBody | Fate::AfterBody => return reset(&client),
            Fate::Limited => return say(client, "429 Test\r\nretry-after: 0").await,
            Fate::Unavailable => return say(client, "503 Test").await,
            Fate::LostAtOnce => reset(&client),
            _ => {}
        }
        let answer = if fate == Fate::LostAtOnce {
            drop(client);
            // Its outcome shows in what the server has afterwards.
            let _ = self.forward(&head, &body).await;
            return;
        } else {
            self.forward(&head, &body).await
        };
        let Ok(answer) = answer else {
            if let Some(key) = key {
                self.note(key, |sent| *sent.fates.last_mut().expect("an attempt") = Fate::Killed);
            }
            return reset(&client);
        };
        let body = end_of_head(&answer).expect("a head");
        let sent = match fate {
            Fate::BadGateway => return say(client, "502 Test").await,
            Fate::GatewayTimeout => return say(client, "504 Test").await,
            Fate::LostBefore => 0,
            Fate::LostInHead => body / 2,
            Fate::LostInBody | Fate::Stalled => body + (answer.len() - body) / 2,
            _ => answer.len(),
        };
        // The client may be gone already.
        let _ = client.write_all(&answer[..sent]).await;
        match fate {
            Fate::Stalled => tokio::time::sleep(Duration::from_millis(200)).await,
            _ if sent < answer.len() => reset(&client),
            _ => {}
        }
    }

    /// Draws and notes what becomes of an attempt.
    fn fate(&self, key: &str) -> Fate {
        let mut creates = self.creates.lock().expect("not poisoned");
        let number = creates.len() as u64;
        let (number, sent) = creates.entry(key.to_owned()).or_insert((number, Sent::default()));
        let fate = (self.choose)(*number, sent.fates.len() as u32);
        sent.fates.push(fate);
        fate
    }

    fn note(&self, key: &str, change: impl FnOnce(&mut Sent)) {
        let mut creates = self.creates.lock().expect("not poisoned");
        change(&mut creates.get_mut(key).expect("known by its head").1);
    }

    /// The whole answer of the server to one request.
    async fn forward(&self, head: &str, body: &[u8]) -> io::Result<Vec<u8>> {
        let mut server = self.server.subscribe();
        let address = server.wait_for(Option::is_some).await.expect("open").expect("some");
        let mut upstream = TcpStream::connect(address).await?;
        // It answers only to its own name.
        let (first, rest) = head.split_once("\r\n").expect("a request");
        let rest =
            rest.split_inclusive("\r\n").filter(|line| !line.to_ascii_lowercase().starts_with("host:"));
        let head = format!("{first}\r\nhost: {address}\r\nconnection: close\r\n{}", rest.collect::<String>());
        upstream.write_all(&[head.as_bytes(), body].concat()).await?;
        let mut answer = Vec::new();
        upstream.read_to_end(&mut answer).await?;
        let whole = end_of_head(&answer).is_some_and(|end| {
            let length = field(&String::from_utf8_lossy(&answer[..end]), "content-length")
                .and_then(|text| text.parse().ok());
            length.is_none_or(|length: usize| answer.len() == end + length)
        });
        if whole { Ok(answer) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }
}

/// The head of one request; none when the connection ends first.
async fn read_head(client: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await.ok()?);
    }
    Some(String::from_utf8(head).expect("text"))
}

fn end_of_head(answer: &[u8]) -> Option<usize> {
    Some(answer.windows(4).position(|end| end == b"\r\n\r\n")? + 4)
}

fn field<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (field, value) = line.split_once(':')?;
        field.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// Answers with nothing but this.
async fn say(mut client: TcpStream, status: &str) {
    let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    // The client may be gone already.
    let _ = client.write_all(answer.as_bytes()).await;
}

/// Makes the end of a connection a reset.
fn reset(client: &TcpStream) {
    client.set_zero_linger().expect("an option");
}
