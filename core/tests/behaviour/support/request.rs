//! Reads one HTTP request off a socket.

use std::collections::BTreeMap;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::net::tcp::OwnedReadHalf;

/// What a client sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Path and query, as on the wire.
    pub(crate) target: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }

    /// `POST /api/sandbox`, to compare with.
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.method, self.target)
    }

    /// None when the client closed the connection first.
    pub(crate) async fn read(stream: &mut BufReader<OwnedReadHalf>) -> Option<Self> {
        let first = line(stream).await?;
        let mut words = first.split(' ');
        let mut request =
            Self { method: words.next()?.into(), target: words.next()?.into(), ..Self::default() };
        loop {
            let header = line(stream).await?;
            let Some((name, value)) = header.split_once(':') else { break };
            request.headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
        }
        if let Some(length) = request.header("content-length") {
            request.body = vec![0; length.parse().expect("a length")];
            stream.read_exact(&mut request.body).await.ok()?;
        } else if request.header("transfer-encoding").is_some() {
            while let Some(piece) = chunk(stream).await? {
                request.body.extend(piece);
            }
        }
        Some(request)
    }
}

async fn line(stream: &mut BufReader<OwnedReadHalf>) -> Option<String> {
    let mut line = String::new();
    match stream.read_line(&mut line).await {
        Ok(read) if read > 0 => Some(line.trim_end().to_owned()),
        _ => None,
    }
}

/// The next chunk; inner none at the end of the body.
async fn chunk(stream: &mut BufReader<OwnedReadHalf>) -> Option<Option<Vec<u8>>> {
    let size = usize::from_str_radix(&line(stream).await?, 16).expect("a chunk size");
    let mut piece = vec![0; size];
    stream.read_exact(&mut piece).await.ok()?;
    line(stream).await?;
    Some((size > 0).then_some(piece))
}
