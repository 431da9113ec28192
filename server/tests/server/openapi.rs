//! The document is frozen: a change to the API is a change to `openapi.json` beside this file.

use crate::support::Server;
use serde_json::Value;
use std::path::Path;

#[test]
fn the_document_is_the_one_that_was_agreed_on() {
    let now = daytona_server::openapi_document().to_pretty_json().unwrap() + "\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/server/openapi.json");
    if std::env::var_os("DAYTONA_UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    let agreed = std::fs::read_to_string(&path).unwrap();
    assert!(
        now == agreed,
        "the API changed; if that is meant, run this test with DAYTONA_UPDATE_SNAPSHOTS=1 and commit {}",
        path.display()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_hands_out_the_same_document() {
    let (server, _engine) = Server::fake().await;
    let served = server.with_key("").get("/api/openapi.json").await;
    assert_eq!(served.headers["content-type"], "application/json");
    let document: Value =
        serde_json::from_str(&daytona_server::openapi_document().to_json().unwrap()).unwrap();
    assert_eq!(served.json(), document);
}

/// The router takes routes from documented handlers only; nothing else may add one.
#[test]
fn every_route_is_in_the_document() {
    let router = include_str!("../../src/router.rs");
    for other_way in [".route(", ".route_service(", ".nest_service(", ".fallback_service("] {
        assert!(!router.contains(other_way), "router.rs adds a route by {other_way}, past the document");
    }
    let document: Value =
        serde_json::from_str(&daytona_server::openapi_document().to_json().unwrap()).unwrap();
    let count: usize =
        document["paths"].as_object().unwrap().values().map(|item| item.as_object().unwrap().len()).sum();
    // Seven methods of the proxy share one handler, three of the proxy's 0.14 path another.
    let handlers = router.matches("routes!(").count()
        + router.matches(", sandbox::").count()
        + router.matches(", api_key::").count()
        + router.matches(", workspace::").count();
    assert_eq!(count, handlers + 6 + 2, "a handler is in the router and not in the document");
}

/// Names, methods and success codes of the published API, as far as this server serves it.
#[test]
fn the_published_routes_have_their_published_answers() {
    let document: Value =
        serde_json::from_str(&daytona_server::openapi_document().to_json().unwrap()).unwrap();
    for (method, path, status, operation) in [
        ("post", "/api/sandbox", "200", "createSandbox"),
        ("get", "/api/sandbox", "200", "listSandboxes"),
        ("get", "/api/sandbox/{sandboxIdOrName}", "200", "getSandbox"),
        ("delete", "/api/sandbox/{sandboxIdOrName}", "200", "deleteSandbox"),
        ("post", "/api/sandbox/{sandboxIdOrName}/start", "200", "startSandbox"),
        ("post", "/api/sandbox/{sandboxIdOrName}/stop", "200", "stopSandbox"),
        ("put", "/api/sandbox/{sandboxIdOrName}/labels", "200", "replaceLabels"),
        ("post", "/api/sandbox/{sandboxIdOrName}/public/{isPublic}", "200", "updatePublicStatus"),
        ("post", "/api/sandbox/{sandboxIdOrName}/autostop/{interval}", "200", "setAutostopInterval"),
        ("post", "/api/sandbox/{sandboxIdOrName}/autoarchive/{interval}", "200", "setAutoArchiveInterval"),
        ("post", "/api/sandbox/{sandboxIdOrName}/autodelete/{interval}", "200", "setAutoDeleteInterval"),
        ("post", "/api/sandbox/{sandboxId}/last-activity", "201", "updateLastActivity"),
        ("get", "/api/sandbox/{sandboxId}/toolbox-proxy-url", "200", "getToolboxProxyUrl"),
        ("get", "/api/sandbox/{sandboxIdOrName}/ports/{port}/preview-url", "200", "getPortPreviewUrl"),
        (
            "get",
            "/api/sandbox/{sandboxIdOrName}/ports/{port}/signed-preview-url",
            "200",
            "getSignedPortPreviewUrl",
        ),
        (
            "post",
            "/api/sandbox/{sandboxIdOrName}/ports/{port}/signed-preview-url/{token}/expire",
            "200",
            "expireSignedPortPreviewUrl",
        ),
        ("post", "/api/workspace", "200", "createWorkspace"),
        ("get", "/api/workspace", "200", "listWorkspaces"),
        ("get", "/api/workspace/{workspaceId}", "200", "getWorkspace"),
        ("delete", "/api/workspace/{workspaceId}", "200", "deleteWorkspace"),
        ("post", "/api/workspace/{workspaceId}/start", "200", "startWorkspace"),
        ("post", "/api/workspace/{workspaceId}/stop", "200", "stopWorkspace"),
        ("put", "/api/workspace/{workspaceId}/labels", "200", "replaceLabelsWorkspace"),
        ("post", "/api/workspace/{workspaceId}/public/{isPublic}", "201", "updatePublicStatusWorkspace"),
        ("post", "/api/workspace/{workspaceId}/autostop/{interval}", "201", "setAutostopIntervalWorkspace"),
        ("get", "/api/workspace/{workspaceId}/ports/{port}/preview-url", "200", "getPortPreviewUrlWorkspace"),
        ("post", "/api/api-keys", "201", "createApiKey"),
        ("get", "/api/api-keys", "200", "listApiKeys"),
        ("get", "/api/api-keys/current", "200", "getCurrentApiKey"),
        ("delete", "/api/api-keys/{name}", "204", "deleteApiKey"),
    ] {
        let route = &document["paths"][path][method];
        assert!(route["responses"][status].is_object(), "{method} {path}: {route}");
        assert_eq!(route["operationId"], operation, "{method} {path}");
    }
}
