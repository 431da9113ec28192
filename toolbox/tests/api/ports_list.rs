//! `GET /port` and `/port/{port}/in-use`.

use crate::harness::Toolbox;
use serde_json::json;
use std::net::TcpListener;

#[tokio::test]
async fn listening_ports_are_listed() {
    let toolbox = Toolbox::start().await;
    let (four, six) = (TcpListener::bind("127.0.0.1:0"), TcpListener::bind("[::1]:0"));
    let listeners: Vec<TcpListener> = [four.expect("a port")].into_iter().chain(six).collect();
    let ports: Vec<u64> = toolbox.get("/port").await.json()["ports"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|port| port.as_u64().expect("a number"))
        .collect();
    assert!(ports.is_sorted());
    for listener in &listeners {
        let port = listener.local_addr().expect("an address").port();
        assert!(ports.contains(&u64::from(port)), "{port} in {ports:?}");
    }
}

#[tokio::test]
async fn a_port_is_in_use_while_something_listens() {
    let toolbox = Toolbox::start().await;
    let (listener, port) = (3000..=9999)
        .find_map(|port| Some((TcpListener::bind(("127.0.0.1", port)).ok()?, port)))
        .expect("a free port");
    let path = format!("/port/{port}/in-use");
    assert_eq!(toolbox.get(&path).await.json(), json!({"isInUse": true}));
    drop(listener);
    crate::harness::eventually("the port is free", async || {
        toolbox.get(&path).await.json() == json!({"isInUse": false})
    })
    .await;
    for port in ["2999", "10000", "0", "-1", "65536", "x"] {
        let message = toolbox.get(&format!("/port/{port}/in-use")).await.error(400, "BAD_REQUEST");
        assert!(message.contains("3000 to 9999"), "{message}");
    }
}
