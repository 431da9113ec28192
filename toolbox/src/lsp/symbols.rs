//! Symbols as servers list them, in either form of the protocol, as the flat list the API answers with.

use super::document::uri_of;
use daytona_protocol::lsp::{LspLocation, LspRange, LspSymbol};
use serde::Deserialize;
use std::path::Path;

/// A symbol of a document: flat ones have a location, nested ones a range and children.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Found {
    #[serde(default)]
    name: String,
    #[serde(default)]
    kind: i64,
    #[serde(default)]
    location: Option<LspLocation>,
    #[serde(default)]
    range: Option<LspRange>,
    #[serde(default)]
    children: Vec<Found>,
}

/// All of them, parents before their children.
pub(super) fn flat(path: &Path, found: Vec<Found>) -> Vec<LspSymbol> {
    let uri = uri_of(path);
    let mut symbols = Vec::new();
    // The parser bounds how deep they can be.
    let mut left: Vec<Found> = found.into_iter().rev().collect();
    while let Some(Found { name, kind, location, range, children }) = left.pop() {
        let location = location.unwrap_or_else(|| LspLocation { uri: uri.clone(), range });
        // A client of the published API requires the range.
        let location = LspLocation { range: Some(location.range.unwrap_or_default()), ..location };
        symbols.push(LspSymbol { name, kind, location });
        left.extend(children.into_iter().rev());
    }
    symbols
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_symbols_become_a_list_in_their_order() {
        let range = |line: u32| serde_json::json!({"start": {"line": line, "character": 0}, "end": {"line": line, "character": 1}});
        let found = serde_json::json!([
            {"name": "A", "kind": 5, "range": range(0), "selectionRange": range(0), "children": [
                {"name": "f", "kind": 6, "range": range(1), "children": []},
                {"name": "g", "kind": 6, "range": range(2)},
            ]},
            {"name": "B", "kind": 12, "location": {"uri": "file:///elsewhere", "range": range(9)}},
            {"name": "C"},
        ]);
        let found: Vec<Found> = serde_json::from_value(found).expect("symbols");
        let flat = flat(Path::new("/p/a b.py"), found);
        let seen: Vec<_> = flat
            .iter()
            .map(|symbol| {
                let line = symbol.location.range.expect("a range").start.line;
                (symbol.name.as_str(), symbol.kind, symbol.location.uri.as_str(), line)
            })
            .collect();
        let here = "file:///p/a%20b.py";
        assert_eq!(
            seen,
            [
                ("A", 5, here, 0),
                ("f", 6, here, 1),
                ("g", 6, here, 2),
                ("B", 12, "file:///elsewhere", 9),
                ("C", 0, here, 0)
            ]
        );
    }
}
