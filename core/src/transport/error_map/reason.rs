//! What the body of an error answer says, read as leniently as it can be.

use serde_json::Value;

/// As much of the server's words as a message repeats.
const MESSAGE_LIMIT: usize = 4096;
/// A body of plain text is repeated only if it is a sentence and not a page.
const TEXT_LIMIT: usize = 300;

/// The server's words and code, if it had any.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Reason {
    pub(super) message: Option<String>,
    pub(super) code: Option<String>,
}

pub(super) fn read(body: &[u8]) -> Reason {
    match serde_json::from_slice::<Value>(body) {
        Ok(Value::Object(fields)) => Reason {
            // `error` alone is what some routes send; beside a message it is only the reason phrase.
            message: fields.get("message").and_then(words).or_else(|| fields.get("error").and_then(words)),
            code: fields.get("code").and_then(Value::as_str).map(str::to_owned),
        },
        Ok(Value::String(text)) => Reason { message: clean(&text), code: None },
        Ok(_) => Reason::default(),
        Err(_) => Reason { message: plain_text(body), code: None },
    }
}

/// A text, or several, as validation failures come.
fn words(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => clean(text),
        Value::Array(items) => {
            let texts: Vec<_> = items.iter().filter_map(Value::as_str).collect();
            clean(&texts.join(", "))
        }
        _ => None,
    }
}

fn plain_text(body: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?.trim();
    let looks_structured = text.starts_with(['<', '{', '[']);
    (text.len() <= TEXT_LIMIT && !looks_structured).then(|| clean(text)).flatten()
}

/// Cut to a bound, without the control characters that could rewrite a terminal.
fn clean(text: &str) -> Option<String> {
    let text = text.trim();
    let mut end = text.len().min(MESSAGE_LIMIT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let cleaned: String = text[..end]
        .chars()
        .map(|character| if character.is_control() && character != '\n' { ' ' } else { character })
        .collect();
    (!cleaned.is_empty()).then_some(cleaned)
}

impl Reason {
    /// Servers that send no code say by these words that a limit is reached.
    pub(super) fn is_quota(&self) -> bool {
        self.says(&["limit exceeded", "quota exceeded", "exceeds maximum allowed per sandbox"])
    }

    /// A sandbox that was asked for and reached the error state instead.
    pub(super) fn is_failed_sandbox(&self) -> bool {
        self.says(&["sandbox failed to start", "sandbox is in an errored state"])
    }

    fn says(&self, any_of: &[&str]) -> bool {
        self.message.as_deref().is_some_and(|message| {
            let message = message.to_ascii_lowercase();
            any_of.iter().any(|words| message.contains(words))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(body: &str) -> Option<String> {
        read(body.as_bytes()).message
    }

    #[test]
    fn every_shape_real_servers_send_is_read() {
        assert_eq!(message(r#"{"message":"a","error":"Bad Request"}"#).as_deref(), Some("a"));
        assert_eq!(message(r#"{"message":["a","b"]}"#).as_deref(), Some("a, b"));
        assert_eq!(message(r#"{"error":"c"}"#).as_deref(), Some("c"));
        assert_eq!(message("upstream gone").as_deref(), Some("upstream gone"));
        for nothing in ["", "   ", "<html>", "{", "[1]", "null", r#"{"message":5}"#, r#"{"message":"  "}"#] {
            assert_eq!(message(nothing), None, "{nothing}");
        }
        assert_eq!(read(&[0xff, 0xfe]), Reason::default());
    }

    #[test]
    fn hostile_text_is_cut_and_cleaned() {
        assert_eq!(message("{\"message\":\"a\\u001b[2Jb\"}").as_deref(), Some("a [2Jb"));
        let long = format!(r#"{{"message":"{}"}}"#, "ä".repeat(10_000));
        assert_eq!(message(&long).map(|text| text.len()), Some(MESSAGE_LIMIT));
    }
}
