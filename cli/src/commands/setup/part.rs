//! One part of the tools layer: a folder that is made aside and moved into place, its manifest inside.

use super::{node, python};
use crate::failure::{Failure, Outcome};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

const MANIFEST: &str = "part.json";

/// The parts, in the order in which they are installed: later ones run on earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::commands) enum Part {
    Node,
    Python,
    PythonLsp,
}

/// What a part holds: package managers' words for it, and the Python it is for.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    packages: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    python: Option<String>,
}

impl Part {
    pub(in crate::commands) const ALL: [Self; 3] = [Self::Node, Self::Python, Self::PythonLsp];

    /// Its folder in the layer.
    pub(super) fn folder(self) -> &'static str {
        match self {
            Self::Node => "node",
            Self::Python => "python",
            Self::PythonLsp => "python-lsp",
        }
    }

    /// What it is to people.
    pub(in crate::commands) fn title(self) -> &'static str {
        match self {
            Self::Node => "TypeScript runner and language server",
            Self::Python => "Python packages",
            Self::PythonLsp => "Python language server",
        }
    }

    /// What a person must have who installs it: about so many MiB of disk.
    pub(super) fn size(self) -> u32 {
        match self {
            Self::Node => 45,
            Self::Python => 570,
            Self::PythonLsp => 50,
        }
    }

    /// Whether the layer has it as this version wants it.
    pub(in crate::commands) fn is_installed(self, tools: &Path) -> bool {
        let text = std::fs::read(tools.join(self.folder()).join(MANIFEST)).ok();
        let there = text.and_then(|text| serde_json::from_slice::<Manifest>(&text).ok());
        there.is_some_and(|manifest| manifest == self.wanted())
    }

    /// Makes it in `aside` and moves it into the layer, in place of what was there. Between the two renames there
    /// is none for a moment, which a program that looks for it just then must bear.
    pub(super) fn install(self, tools: &Path) -> Outcome<()> {
        let aside = Aside::new(tools.join(format!(".{}.new", self.folder())))?;
        match self {
            Self::Node => node::install(&aside.0)?,
            Self::Python => python::install_packages(&aside.0)?,
            Self::PythonLsp => python::install_language_server(&aside.0)?,
        }
        let manifest = serde_json::to_vec_pretty(&self.wanted()).map_err(std::io::Error::from)?;
        std::fs::write(aside.0.join(MANIFEST), manifest)?;
        let place = tools.join(self.folder());
        let old = Aside::new(tools.join(format!(".{}.old", self.folder())))?;
        match std::fs::rename(&place, old.0.join("part")) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        std::fs::rename(&aside.0, &place)?;
        Ok(())
    }

    fn wanted(self) -> Manifest {
        match self {
            Self::Node => Manifest { packages: node::packages(), python: None },
            Self::Python => Manifest { packages: python::packages(), python: python::version() },
            Self::PythonLsp => Manifest { packages: python::language_server(), python: python::version() },
        }
    }
}

/// A folder that is removed again unless it was moved away. What an interrupted run left goes first.
struct Aside(PathBuf);

impl Aside {
    fn new(path: PathBuf) -> Outcome<Self> {
        let made = match std::fs::remove_dir_all(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => std::fs::create_dir(&path),
        };
        made.map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
        Ok(Self(path))
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        // Gone already when it was moved into place; a leftover costs disk and nothing else.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
