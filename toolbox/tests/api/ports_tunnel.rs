//! Connections to what listens on ports.

use crate::harness::{LONG, Toolbox, in_time};
use bytes::Bytes;
use http_body_util::Empty;
use hyper::upgrade::Upgraded;
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UnixStream};

/// The connection, or the status that says why not.
async fn tunnel(toolbox: &Toolbox, port: u16) -> Result<TokioIo<Upgraded>, StatusCode> {
    let stream = UnixStream::connect(&toolbox.socket).await.expect("a connection");
    let handshake = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = handshake.expect("a handshake");
    tokio::spawn(connection.with_upgrades());
    let request = Request::get(format!("/internal/tcp/{port}"))
        .header("host", "toolbox")
        .header("connection", "upgrade")
        .header("upgrade", "tcp")
        .body(Empty::<Bytes>::new())
        .expect("a request");
    let answer = in_time(sender.send_request(request)).await.expect("an answer");
    if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
        return Err(answer.status());
    }
    Ok(TokioIo::new(hyper::upgrade::on(answer).await.expect("a connection")))
}

#[tokio::test]
async fn bytes_pass_both_ways_and_each_way_ends_by_itself() {
    let toolbox = Toolbox::start().await;
    for address in ["127.0.0.1:0", "[::1]:0", "0.0.0.0:0"] {
        let listener = match TcpListener::bind(address).await {
            Ok(listener) => listener,
            Err(error) if address.starts_with('[') => {
                eprintln!("not tested with {address}: this machine has no IPv6 ({error})");
                continue;
            }
            Err(error) => panic!("{address}: {error}"),
        };
        let port = listener.local_addr().expect("an address").port();
        let mut there = tunnel(&toolbox, port).await.expect("something listens");
        let (mut here, _) = in_time(listener.accept()).await.expect("a connection");
        // More than any buffer on the way, so that both ends must work at the same time.
        let sent = vec![7; 8 << 20];
        let (there_sends, mut received) = (sent.clone(), Vec::new());
        in_time(async {
            let send = async {
                there.write_all(&there_sends).await.expect("is taken");
                there.shutdown().await.expect("ends");
            };
            tokio::join!(send, async { here.read_to_end(&mut received).await.expect("all comes") });
        })
        .await;
        assert!(received == sent, "{} bytes of {}", received.len(), sent.len());
        // The other way is still open.
        here.write_all(b"answer").await.expect("is taken");
        drop(here);
        let mut answer = String::new();
        in_time(there.read_to_string(&mut answer)).await.expect("all comes");
        assert_eq!(answer, "answer");
    }
}

#[tokio::test]
async fn where_nothing_listens_there_is_no_connection() {
    let toolbox = Toolbox::start().await;
    // Taken and given back: nobody else listens there just now.
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        listener.local_addr().expect("an address").port()
    };
    assert_eq!(tunnel(&toolbox, port).await.err(), Some(StatusCode::BAD_GATEWAY));
    let plain = toolbox.get(&format!("/internal/tcp/{port}")).await;
    assert!(plain.error(400, "BAD_REQUEST").contains("protocol tcp"));
    for port in ["0x", "65536", "-1"] {
        toolbox.get(&format!("/internal/tcp/{port}")).await.error(400, "BAD_REQUEST");
    }
}

#[tokio::test]
async fn a_connection_ends_with_the_toolbox() {
    let toolbox = Toolbox::start().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let mut there = tunnel(&toolbox, port).await.expect("something listens");
    let (mut here, _) = in_time(listener.accept()).await.expect("a connection");
    drop(toolbox);
    let (mut rest, mut byte) = (Vec::new(), [0; 1]);
    let ends = async { tokio::join!(there.read_to_end(&mut rest), here.read(&mut byte)) };
    let (_, read) = tokio::time::timeout(LONG, ends).await.expect("both ends are told");
    assert!(matches!(read, Ok(0) | Err(_)), "{read:?}");
}
