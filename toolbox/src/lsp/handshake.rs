//! The first words with a language server: who we are, what we understand, where the project is.

use super::connection::{Connection, Failure};
use super::document::uri_of;
use super::language::Language;
use serde_json::{Value, json};
use std::path::Path;

/// Introduces this client.
pub(super) async fn handshake(
    connection: &Connection,
    language: Language,
    project: &Path,
) -> Result<(), Failure> {
    connection.request("initialize", &introduction(language, project)).await?;
    connection.notify("initialized", &json!({})).await
}

fn introduction(language: Language, project: &Path) -> Value {
    let uri = uri_of(project);
    let name = project.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    json!({
        // Servers watch the process of that id; in another process namespace it is another's.
        "processId": null,
        "clientInfo": {"name": "daytona-toolbox", "version": env!("CARGO_PKG_VERSION")},
        "rootPath": project.to_string_lossy(),
        "rootUri": &uri,
        "workspaceFolders": [{"uri": &uri, "name": name}],
        "initializationOptions": language.options(),
        "capabilities": {
            "textDocument": {
                "synchronization": {},
                "completion": {
                    "completionItem": {"snippetSupport": false, "documentationFormat": ["markdown", "plaintext"]},
                    "contextSupport": true,
                },
                // Flat lists are what the API answers with.
                "documentSymbol": {"hierarchicalDocumentSymbolSupport": false},
            },
            "workspace": {"configuration": true, "workspaceFolders": true},
        },
    })
}
