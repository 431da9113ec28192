//! Bodies of the language server routes, `lsp/...`.
//!
//! A document is named by `file://` and its path as it is, not percent-encoded: so published clients send it.

use serde::{Deserialize, Serialize};

/// `POST /lsp/start` and `/lsp/stop`: one server per language and project.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LspServerRequest {
    /// `python`, `typescript` or `javascript`.
    pub language_id: String,
    /// The project's folder.
    pub path_to_project: String,
}

/// `POST /lsp/did-open` and `/lsp/did-close`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LspDocumentRequest {
    /// The server's language.
    pub language_id: String,
    /// The server's project.
    pub path_to_project: String,
    /// The document.
    pub uri: String,
}

/// `POST /lsp/completions`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LspCompletionParams {
    /// The server's language.
    pub language_id: String,
    /// The server's project.
    pub path_to_project: String,
    /// The document.
    pub uri: String,
    /// Where in it.
    pub position: LspPosition,
    /// What made the client ask; an explicit request when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<CompletionContext>,
}

/// What made a client ask for completions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CompletionContext {
    /// 1 asked for, 2 a character that triggers completion, 3 an incomplete list.
    pub trigger_kind: i64,
    /// The character of kind 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger_character: Option<String>,
}

/// A place in a document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LspPosition {
    /// Line, from 0.
    pub line: u32,
    /// UTF-16 code unit in the line, from 0.
    pub character: u32,
}

/// A part of a document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LspRange {
    /// Its first place.
    pub start: LspPosition,
    /// The place behind its last.
    pub end: LspPosition,
}

/// Where a symbol is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LspLocation {
    /// The document, as a language server names it: percent-encoded.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub uri: String,
    /// The part of it; absent where a server does not tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range: Option<LspRange>,
}

/// A symbol: one element of the answers to `GET /lsp/document-symbols` and `/lsp/workspacesymbols`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LspSymbol {
    /// Its name.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub name: String,
    /// The protocol's number of its kind: 5 a class, 12 a function, 13 a variable.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub kind: i64,
    /// Where it is.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub location: LspLocation,
}

/// The answer to `POST /lsp/completions`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CompletionList {
    /// Whether typing on can bring others.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub is_incomplete: bool,
    /// What fits.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub items: Vec<CompletionItem>,
}

/// One completion.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CompletionItem {
    /// What to show.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub label: String,
    /// The protocol's number of its kind: 2 a method, 3 a function, 6 a variable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<i64>,
    /// A signature or type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Text, or an object with `kind` and `value`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub documentation: Option<serde_json::Value>,
    /// What to sort by instead of the label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort_text: Option<String>,
    /// What to filter by instead of the label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter_text: Option<String>,
    /// What to insert instead of the label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insert_text: Option<String>,
}
