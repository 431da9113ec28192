//! Asking a URL of this machine what it serves.

use crate::Outcome;
use crate::canonical::Args;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Status and body. The connection goes to this machine whatever the host's name, as a browser's does for
/// `*.localhost`; HTTP/1.0, so that the body ends with the connection.
pub(crate) async fn get(args: &Args<'_>) -> Outcome<Value> {
    let url = args.text("url");
    let rest = url.strip_prefix("http://").ok_or("only http is asked here")?;
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (host, port) = authority.rsplit_once(':').unwrap_or((authority, "80"));
    let host = if host.ends_with("localhost") { "127.0.0.1" } else { host };
    let mut request = format!("GET /{path} HTTP/1.0\r\nhost: {authority}\r\n");
    for (name, value) in args.0["headers"].as_object().into_iter().flatten() {
        request.push_str(&format!("{name}: {}\r\n", value.as_str().unwrap_or_default()));
    }
    request.push_str("\r\n");
    let mut connection = TcpStream::connect(format!("{host}:{port}")).await?;
    connection.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).await?;
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").ok_or("the answer has no end of its head")?;
    let status: u16 = head.split(' ').nth(1).ok_or("the answer has no status")?.parse()?;
    Ok(json!({ "status": status, "body": body }))
}
