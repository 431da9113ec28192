//! A server on a real socket that answers as a test tells it to: well, badly, slowly, or not at all.

pub(crate) mod frames;
mod request;
mod server;

pub(crate) use request::Request;
pub(crate) use server::{FaultServer, Reply, Then};

use daytona_core::{Client, ClientOptions, ConfigOptions, Environment};
use std::time::Duration;

/// The key test clients send.
pub(crate) const KEY: &str = "dtn_test_key";

/// A client of the server, configured by nothing but arguments.
pub(crate) fn client(server: &FaultServer) -> Client {
    client_of(&server.url())
}

pub(crate) fn client_of(api_url: &str) -> Client {
    let config = ConfigOptions {
        api_key: Some(KEY.into()),
        api_url: Some(api_url.into()),
        ..ConfigOptions::default()
    };
    let options = ClientOptions { config, source: "sdk-python", ..ClientOptions::default() };
    Client::with_environment(options, &Environment::default()).expect("a valid configuration")
}

/// A sandbox as the server describes it, its toolbox behind the same server.
fn describe(host: &str, id: &str, state: &str) -> serde_json::Value {
    serde_json::json!({
        "id": id,
        "name": id,
        "state": state,
        "labels": {"code-toolbox-language": "python"},
        "toolboxProxyUrl": format!("http://{host}/toolbox"),
    })
}

/// A server whose one sandbox, `box`, has a toolbox that replies so; and the sandbox.
pub(crate) async fn toolbox(
    reply: impl Fn(&Request) -> Reply + Send + Sync + 'static,
) -> (FaultServer, daytona_core::Sandbox) {
    let server = FaultServer::start(move |request, _| match request.target.as_str() {
        "/api/sandbox/box" => {
            let host = request.header("host").expect("every request has one");
            Reply::json(200, &describe(host, "box", "started"))
        }
        _ => reply(request),
    })
    .await;
    let sandbox = client(&server).get("box").await.expect("found");
    (server, sandbox)
}

/// Waits until `condition` holds; fails the test if it does not come to.
pub(crate) async fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let patience = Duration::from_secs(20);
    let come = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(patience, come).await.unwrap_or_else(|_| panic!("{what} did not happen"));
}
