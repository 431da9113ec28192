//! Which languages have a server, which program it is, and which files are its.

use crate::error::ApiError;
use crate::process::{executable, find_program};
use crate::state::App;
use axum::http::StatusCode;
use daytona_protocol::error::toolbox as code;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Where `daytona setup` puts the servers.
const TOOLS: &str = "/opt/daytona/tools";

/// A language that has a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Language {
    Python,
    TypeScript,
    JavaScript,
}

impl Language {
    /// The language of that id.
    pub(super) fn named(id: &str) -> Result<Self, ApiError> {
        match id {
            "python" => Ok(Self::Python),
            "typescript" => Ok(Self::TypeScript),
            "javascript" => Ok(Self::JavaScript),
            other => Err(ApiError::bad_request(format!(
                "unsupported language: '{other}' has no language server; use python, typescript or javascript"
            ))),
        }
    }

    pub(super) fn id(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::TypeScript => "typescript",
            Self::JavaScript => "javascript",
        }
    }

    /// The server's program: the tools layer's, which is known to work, else the image's own.
    pub(super) fn program(self, app: &App) -> Result<(PathBuf, &'static [&'static str]), ApiError> {
        let (name, folder, args): (_, _, &[&str]) = match self {
            Self::Python => ("pylsp", "python-lsp/bin", &[]),
            Self::TypeScript | Self::JavaScript => {
                ("typescript-language-server", "node/node_modules/.bin", &["--stdio"])
            }
        };
        let ours = Path::new(TOOLS).join(folder).join(name);
        let found = if executable(&ours) { Some(ours) } else { find_program(app, None, name) };
        found.map(|program| (program, args)).ok_or_else(|| {
            ApiError::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                code::INTERPRETER_MISSING,
                format!(
                    "language server missing: there is no {name} in the sandbox; `daytona setup` installs it for \
                     local sandboxes, an image needs it on its PATH"
                ),
            )
        })
    }

    /// What its server is told at its start.
    pub(super) fn options(self) -> Value {
        match self {
            Self::Python => json!({}),
            Self::TypeScript | Self::JavaScript => json!({
                // Which would ask npm's registry for types of packages.
                "disableAutomaticTypingAcquisition": true,
                // A second server that answers while the project loads, and knows nothing of types.
                "tsserver": {"useSyntaxServer": "never"},
            }),
        }
    }

    /// How the protocol names the language of a file.
    pub(super) fn of_file(self, path: &Path) -> &'static str {
        match extension(path) {
            "ts" | "mts" | "cts" => "typescript",
            "tsx" => "typescriptreact",
            "js" | "mjs" | "cjs" => "javascript",
            "jsx" => "javascriptreact",
            _ => self.id(),
        }
    }

    /// Whether a file is source text of this server's.
    pub(super) fn has(self, path: &Path) -> bool {
        match self {
            Self::Python => matches!(extension(path), "py" | "pyi"),
            Self::TypeScript | Self::JavaScript => {
                matches!(extension(path), "ts" | "mts" | "cts" | "tsx" | "js" | "mjs" | "cjs" | "jsx")
            }
        }
    }
}

fn extension(path: &Path) -> &str {
    path.extension().and_then(|extension| extension.to_str()).unwrap_or_default()
}
