//! Bodies of the file routes.

use serde::{Deserialize, Serialize};

/// One uploaded file, as `files/bulk-upload` and `files/upload-v2` report it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct UploadedFile {
    /// Base name.
    pub name: String,
    /// Where it was written.
    pub path: String,
    /// Always `file`.
    pub r#type: String,
}

/// One entry of the answer to `files/bulk-upload`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BulkUploadedFile {
    /// Where it was written.
    pub path: String,
    /// Its size in bytes.
    pub bytes: u64,
}

/// `POST /files/bulk-upload`: what was written and what was not; one failure does not undo the rest.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BulkUploadResponse {
    /// Files that were written.
    pub files: Vec<BulkUploadedFile>,
    /// One text per file that was not, or for the first few of them and one that counts the others.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<String>,
}

/// `POST /files/bulk-download`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BulkDownloadRequest {
    /// Files to send, in this order.
    pub paths: Vec<String>,
}

/// One entry of `GET /files`, and the answer of `GET /files/info`. Symbolic links are followed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FileInfo {
    /// Base name. Bytes that are not UTF-8 show as U+FFFD.
    pub name: String,
    /// Whether it is a folder.
    pub is_dir: bool,
    /// Size in bytes.
    pub size: i64,
    /// When it was last changed, as Go prints times. Deprecated in favour of `modified_at`.
    pub mod_time: String,
    /// When it was last changed, RFC 3339; empty from servers that do not tell.
    pub modified_at: String,
    /// Kind and permissions as `ls` shows them, in Go's letters: `-rw-r--r--`, `drwxr-xr-x`.
    pub mode: String,
    /// Permissions in octal: `0644`.
    pub permissions: String,
    /// Numeric user id, as text.
    pub owner: String,
    /// Numeric group id, as text.
    pub group: String,
    /// Full path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

/// One hit of `GET /files/find`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Match {
    /// The searched path joined with where the file lies below it.
    pub file: String,
    /// Line number, from 1.
    pub line: u64,
    /// The line without its end.
    pub content: String,
}

/// `GET /files/search`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SearchFilesResponse {
    /// Files and folders whose base name matches.
    #[serde(deserialize_with = "crate::lenient::null_default")]
    pub files: Vec<String>,
}

/// `POST /files/replace`: literal text, every occurrence.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReplaceRequest {
    /// Files to change.
    pub files: Vec<String>,
    /// What to put there.
    pub new_value: String,
    /// What to look for.
    pub pattern: String,
}

/// One entry of the answer to `POST /files/replace`; one failure does not undo the rest.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ReplaceResult {
    /// The file as it was named.
    pub file: String,
    /// Whether all occurrences were replaced; a file without any is a success.
    pub success: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}
