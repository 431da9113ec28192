//! `LspServer`: a language server in a sandbox.

use crate::args::{Js, LspPosition};
use crate::call::{CancelToken, promise};
use napi::Env;
use napi::bindgen_prelude::PromiseRaw;
use napi_derive::napi;
use serde_json::Value;

/// One language server for one project of a sandbox.
#[napi]
pub struct LspServer {
    core: daytona_core::LspServer,
}

impl From<daytona_core::LspServer> for LspServer {
    fn from(core: daytona_core::LspServer) -> Self {
        Self { core }
    }
}

/// A place in a file, from 0.
#[napi(object, object_from_js = false)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The character in the line.
    pub character: u32,
}

/// From a place to another, which it does not include.
#[napi(object, object_from_js = false)]
pub struct LspRange {
    /// Where it begins.
    pub start: Position,
    /// Where it ends.
    pub end: Position,
}

/// Where something is.
#[napi(object, object_from_js = false)]
pub struct LspLocation {
    /// The file's URI.
    pub uri: String,
    /// The place in the file.
    pub range: Option<LspRange>,
}

/// A name that code defines.
#[napi(object, object_from_js = false)]
pub struct LspSymbol {
    /// The name.
    pub name: String,
    /// What it names, in the numbers of the protocol.
    pub kind: i64,
    /// Where it is.
    pub location: LspLocation,
}

impl From<daytona_core::Position> for Position {
    fn from(position: daytona_core::Position) -> Self {
        Self { line: position.line, character: position.character }
    }
}

impl From<daytona_core::LspSymbol> for LspSymbol {
    fn from(symbol: daytona_core::LspSymbol) -> Self {
        let range = symbol.location.range;
        let location = LspLocation {
            uri: symbol.location.uri,
            range: range.map(|range| LspRange { start: range.start.into(), end: range.end.into() }),
        };
        Self { name: symbol.name, kind: symbol.kind, location }
    }
}

/// One way to go on.
#[napi(object, object_from_js = false)]
pub struct CompletionItem {
    /// What to show.
    pub label: String,
    /// What it is, in the numbers of the protocol.
    pub kind: Option<i64>,
    /// A word about it.
    pub detail: Option<String>,
    /// Its documentation: a text, or an object of the protocol.
    pub documentation: Option<Value>,
    /// What to sort by.
    pub sort_text: Option<String>,
    /// What to filter by.
    pub filter_text: Option<String>,
    /// What to insert.
    pub insert_text: Option<String>,
}

/// The ways to go on.
#[napi(object, object_from_js = false)]
pub struct CompletionList {
    /// Whether typing on gives more.
    pub is_incomplete: bool,
    /// The ways.
    pub items: Vec<CompletionItem>,
}

impl From<daytona_core::CompletionList> for CompletionList {
    fn from(list: daytona_core::CompletionList) -> Self {
        let items = list.items.into_iter().map(|item| CompletionItem {
            label: item.label,
            kind: item.kind,
            detail: item.detail,
            documentation: item.documentation,
            sort_text: item.sort_text,
            filter_text: item.filter_text,
            insert_text: item.insert_text,
        });
        Self { is_incomplete: list.is_incomplete, items: items.collect() }
    }
}

#[napi]
impl LspServer {
    /// Starts it.
    #[napi]
    pub fn start<'env>(
        &self,
        env: &'env Env,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, ()>> {
        let core = self.core.clone();
        promise(env, cancel, async move { core.start().await })
    }

    /// Stops it.
    #[napi]
    pub fn stop<'env>(
        &self,
        env: &'env Env,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, ()>> {
        let core = self.core.clone();
        promise(env, cancel, async move { core.stop().await })
    }

    /// Tells it that a file is open.
    #[napi]
    pub fn did_open<'env>(
        &self,
        env: &'env Env,
        path: Js<String>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, ()>> {
        let core = self.core.clone();
        promise(env, cancel, async move { core.did_open(&path.0).await })
    }

    /// Tells it that a file is closed.
    #[napi]
    pub fn did_close<'env>(
        &self,
        env: &'env Env,
        path: Js<String>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, ()>> {
        let core = self.core.clone();
        promise(env, cancel, async move { core.did_close(&path.0).await })
    }

    /// The names a file defines.
    #[napi]
    pub fn document_symbols<'env>(
        &self,
        env: &'env Env,
        path: Js<String>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, Vec<LspSymbol>>> {
        let core = self.core.clone();
        promise(env, cancel, async move { core.document_symbols(&path.0).await.map(symbols) })
    }

    /// The names of the whole project that match.
    #[napi]
    pub fn sandbox_symbols<'env>(
        &self,
        env: &'env Env,
        query: Js<String>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, Vec<LspSymbol>>> {
        let core = self.core.clone();
        promise(env, cancel, async move { core.sandbox_symbols(&query.0).await.map(symbols) })
    }

    /// The ways to go on at a place.
    #[napi]
    pub fn completions<'env>(
        &self,
        env: &'env Env,
        path: Js<String>,
        position: Js<LspPosition>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, CompletionList>> {
        let core = self.core.clone();
        promise(env, cancel, async move {
            core.completions(&path.0, position.0.into()).await.map(CompletionList::from)
        })
    }
}

fn symbols(found: Vec<daytona_core::LspSymbol>) -> Vec<LspSymbol> {
    found.into_iter().map(LspSymbol::from).collect()
}
