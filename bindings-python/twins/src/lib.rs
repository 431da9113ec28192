//! `#[twins]`: the sync and the async Python class of a handle, from one source.
//!
//! Put on a `#[pyclass]` struct or on a `#[pymethods]` impl, it gives the item twice: as it stands, and once
//! more for the class with `Async` in front of its name. What differs:
//!
//! | in the source | sync | async |
//! |---|---|---|
//! | a class of `CLASSES`, not behind `::` | itself | `Async` in front |
//! | `Call`, what a method returns that has to wait | `crate::call::Blocking` | `crate::call::Coroutine` |
//! | `{await}` and `{async}` in a docstring | nothing | `await ` and `async ` |
//! | `-> "T"` in the `signature` of a method that returns a `Call` | `T` | `Coroutine[Any, Any, T]` |
//! | `#[only(sync)]`, `#[only(async)]` | kept in the one, left out of the other | |
//!
//! `#[gives("T")]` on a getter and `#[overload("parameters", "T")]` are taken off: they are types for the stub,
//! which `scripts/stubs.py` reads from the source.
//!
//! It works on tokens and knows nothing of Rust's grammar beyond that, which is all it takes. Two classes cannot
//! drift apart as long as nobody writes one of them by hand.

use proc_macro::{Delimiter, Group, Ident, Literal, Span, TokenStream, TokenTree};
use std::iter::Peekable;

/// The classes that have a twin.
const CLASSES: [&str; 8] =
    ["Daytona", "Sandbox", "Process", "FileSystem", "Git", "LspServer", "DownloadStream", "SessionLogStream"];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Sync,
    Async,
}

impl Mode {
    fn name(self) -> &'static str {
        match self {
            Mode::Sync => "sync",
            Mode::Async => "async",
        }
    }
}

/// See the crate.
#[proc_macro_attribute]
pub fn twins(_arguments: TokenStream, item: TokenStream) -> TokenStream {
    [Mode::Sync, Mode::Async].into_iter().flat_map(|mode| one(item.clone(), mode)).collect()
}

fn one(item: TokenStream, mode: Mode) -> TokenStream {
    let is_impl = item
        .clone()
        .into_iter()
        .any(|token| matches!(&token, TokenTree::Ident(word) if word.to_string() == "impl"));
    if !is_impl {
        return Writer { mode, waits: false }.write(item);
    }
    let mut tokens: Vec<TokenTree> = item.into_iter().collect();
    let body = tokens.pop();
    let mut written = Writer { mode, waits: false }.write(tokens.into_iter().collect());
    if let Some(TokenTree::Group(body)) = body {
        let methods: TokenStream =
            methods(body.stream()).into_iter().flat_map(|method| self::method(method, mode)).collect();
        written.extend([TokenTree::Group(like(&body, methods))]);
    }
    written
}

/// The tokens of each method: everything up to its body, and its body.
fn methods(body: TokenStream) -> Vec<Vec<TokenTree>> {
    let mut methods = vec![Vec::new()];
    for token in body {
        let ends = matches!(&token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
        if let Some(method) = methods.last_mut() {
            method.push(token);
        }
        if ends {
            methods.push(Vec::new());
        }
    }
    methods
}

fn method(tokens: Vec<TokenTree>, mode: Mode) -> TokenStream {
    let mut kept = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match own_attribute(&token, &mut tokens) {
            None => kept.push(token),
            Some((name, class)) if name == "only" && class != mode.name() => return TokenStream::new(),
            Some(_) => {}
        }
    }
    let waits =
        kept.iter().any(|token| matches!(token, TokenTree::Ident(word) if word.to_string() == "Call"));
    // In a return type `PyResult<Call>` the word stands among the others, not in a group.
    Writer { mode, waits }.write(kept.into_iter().collect())
}

/// Name and argument of an attribute that is this macro's own, taken off when one begins here.
fn own_attribute(
    token: &TokenTree,
    rest: &mut Peekable<impl Iterator<Item = TokenTree>>,
) -> Option<(String, String)> {
    let (TokenTree::Punct(hash), Some(TokenTree::Group(attribute))) = (token, rest.peek()) else {
        return None;
    };
    let inside: Vec<TokenTree> = attribute.stream().into_iter().collect();
    let (TokenTree::Ident(name), TokenTree::Group(argument)) = (inside.first()?, inside.get(1)?) else {
        return None;
    };
    let (name, argument) = (name.to_string(), argument.stream().to_string());
    if hash.as_char() != '#' || !["only", "overload", "gives"].contains(&name.as_str()) {
        return None;
    }
    rest.next();
    Some((name, argument))
}

#[derive(Clone, Copy)]
struct Writer {
    mode: Mode,
    /// Whether the method at hand returns a `Call`.
    waits: bool,
}

impl Writer {
    fn write(self, tokens: TokenStream) -> TokenStream {
        let mut written = Vec::new();
        // How many colons stand right before the token at hand.
        let mut colons = 0;
        let mut after_hash = false;
        for token in tokens {
            let (before, hash) = (colons, after_hash);
            (colons, after_hash) = (0, false);
            match token {
                TokenTree::Punct(punct) => {
                    colons = if punct.as_char() == ':' { before + 1 } else { 0 };
                    after_hash = punct.as_char() == '#';
                    written.push(TokenTree::Punct(punct));
                }
                TokenTree::Group(group) if hash && group.delimiter() == Delimiter::Bracket => {
                    written.push(TokenTree::Group(like(&group, self.attribute(group.stream()))));
                }
                TokenTree::Group(group) => {
                    written.push(TokenTree::Group(like(&group, self.write(group.stream()))))
                }
                TokenTree::Ident(word) if before < 2 => written.extend(self.word(word)),
                other => written.push(other),
            }
        }
        written.into_iter().collect()
    }

    fn word(self, word: Ident) -> TokenStream {
        let name = word.to_string();
        let path = match (name.as_str(), self.mode) {
            ("Call", Mode::Sync) => "crate::call::Blocking".to_owned(),
            ("Call", Mode::Async) => "crate::call::Coroutine".to_owned(),
            (class, Mode::Async) if CLASSES.contains(&class) => format!("Async{class}"),
            _ => return TokenTree::Ident(word).into(),
        };
        let path: TokenStream = path.parse().unwrap_or_default();
        path.into_iter().map(|token| with_span(token, word.span())).collect()
    }

    fn attribute(self, tokens: TokenStream) -> TokenStream {
        let first = tokens.clone().into_iter().next().map(|token| token.to_string()).unwrap_or_default();
        match first.as_str() {
            "doc" => literals(tokens, &|text, _| self.docs(text)),
            "pyo3" => literals(tokens, &|text, returned| self.annotation(text, returned)),
            _ => self.write(tokens),
        }
    }

    fn docs(self, text: &str) -> String {
        match self.mode {
            Mode::Sync => text.replace("{await}", "").replace("{async}", ""),
            Mode::Async => {
                let text = text.replace("{await}", "await ").replace("{async}", "async ");
                // In examples and in references only: elsewhere the words are English.
                CLASSES.iter().fold(text, |text, class| {
                    text.replace(&format!(" {class}("), &format!(" Async{class}("))
                        .replace(&format!("``{class}."), &format!("``Async{class}."))
                })
            }
        }
    }

    fn annotation(self, text: &str, returned: bool) -> String {
        if self.mode == Mode::Sync {
            return text.to_owned();
        }
        let text = rename_words(text);
        if returned && self.waits {
            return format!("\"Coroutine[Any, Any, {}]\"", text.trim_matches('"'));
        }
        text
    }
}

/// Every string literal through `change`, which is also told whether it stands behind `->`.
fn literals(tokens: TokenStream, change: &impl Fn(&str, bool) -> String) -> TokenStream {
    let mut returned = false;
    tokens
        .into_iter()
        .map(|token| match token {
            TokenTree::Group(group) => TokenTree::Group(like(&group, literals(group.stream(), change))),
            TokenTree::Literal(literal) if literal.to_string().contains('"') => {
                let changed = change(&literal.to_string(), returned);
                TokenTree::Literal(changed.parse::<Literal>().map_or(literal.clone(), |mut changed| {
                    changed.set_span(literal.span());
                    changed
                }))
            }
            TokenTree::Punct(punct) => {
                returned = punct.as_char() == '>';
                TokenTree::Punct(punct)
            }
            other => other,
        })
        .collect()
}

fn rename_words(text: &str) -> String {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    let mut renamed = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(is_word) {
        let end =
            rest[start..].find(|character| !is_word(character)).map_or(rest.len(), |length| start + length);
        renamed.push_str(&rest[..start]);
        if CLASSES.contains(&&rest[start..end]) {
            renamed.push_str("Async");
        }
        renamed.push_str(&rest[start..end]);
        rest = &rest[end..];
    }
    renamed + rest
}

/// A group with other content; errors still point to where it stands.
fn like(group: &Group, content: TokenStream) -> Group {
    let mut copy = Group::new(group.delimiter(), content);
    copy.set_span(group.span());
    copy
}

fn with_span(mut token: TokenTree, span: Span) -> TokenTree {
    token.set_span(span);
    token
}
