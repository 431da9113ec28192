//! JSON-RPC as far as a client of language servers needs it: what goes out, and what came in.

use super::codec::frame;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

/// How much of a server's error text is repeated.
const SHOWN: usize = 500;

/// A message of a language server.
#[derive(Debug)]
pub(super) enum Incoming {
    /// The outcome of our request of this number.
    Response(i64, Result<Box<RawValue>, String>),
    /// A request of the server's, and our answer to it.
    Request(Vec<u8>),
    /// Something to know, which no feature here needs.
    Notification,
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(default)]
    id: Option<Value>,
    #[serde(default)]
    method: Option<String>,
    #[serde(default, borrow)]
    params: Option<&'a RawValue>,
    #[serde(default, borrow)]
    result: Option<&'a RawValue>,
    #[serde(default)]
    error: Option<Refusal>,
}

#[derive(Deserialize)]
struct Refusal {
    #[serde(default)]
    message: String,
}

/// Reads a message; none when it is not one.
pub(super) fn read(bytes: &[u8]) -> Option<Incoming> {
    let message: Message<'_> = serde_json::from_slice(bytes).ok()?;
    match (message.id, message.method) {
        (Some(id), Some(method)) => Some(Incoming::Request(answer(&id, &method, message.params))),
        (None, Some(_)) => Some(Incoming::Notification),
        (Some(id), None) => {
            let outcome = match (message.error, message.result) {
                (Some(error), _) => Err(error.message.chars().take(SHOWN).collect()),
                (None, Some(result)) => Ok(result.to_owned()),
                // `Option` reads a null as absent.
                (None, None) => Ok(RawValue::NULL.to_owned()),
            };
            Some(Incoming::Response(id.as_i64()?, outcome))
        }
        // An error of the server's that belongs to no request.
        (None, None) => message.error.map(|_| Incoming::Notification),
    }
}

/// What a server is told that asks for something: that there is nothing, and no one to ask.
fn answer(id: &Value, method: &str, params: Option<&RawValue>) -> Vec<u8> {
    let result = match method {
        "workspace/configuration" => {
            let params = params.and_then(|params| serde_json::from_str::<Value>(params.get()).ok());
            let asked = params.as_ref().and_then(|params| params["items"].as_array()).map_or(0, Vec::len);
            Value::Array(vec![Value::Null; asked.min(100)])
        }
        "workspace/applyEdit" => json!({"applied": false}),
        "client/registerCapability"
        | "client/unregisterCapability"
        | "window/showMessageRequest"
        | "window/workDoneProgress/create"
        | "workspace/workspaceFolders" => Value::Null,
        _ => {
            let error = json!({"code": -32601, "message": "this client has no such method"});
            return frame(json!({"jsonrpc": "2.0", "id": id, "error": error}).to_string().as_bytes());
        }
    };
    frame(json!({"jsonrpc": "2.0", "id": id, "result": result}).to_string().as_bytes())
}

/// A request of ours.
pub(super) fn request(id: i64, method: &str, params: &Value) -> Vec<u8> {
    frame(json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).to_string().as_bytes())
}

/// Something to tell.
pub(super) fn notification(method: &str, params: &Value) -> Vec<u8> {
    frame(json!({"jsonrpc": "2.0", "method": method, "params": params}).to_string().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_belong_to_their_requests() {
        let read_text = |text: &str| read(text.as_bytes());
        let Some(Incoming::Response(7, Ok(result))) =
            read_text(r#"{"jsonrpc":"2.0","id":7,"result":{"a":[1]}}"#)
        else {
            panic!("a result")
        };
        assert_eq!(result.get(), r#"{"a":[1]}"#);
        let Some(Incoming::Response(8, Ok(null))) = read_text(r#"{"id":8,"result":null}"#) else {
            panic!("a result")
        };
        assert_eq!(null.get(), "null");
        let long = "x".repeat(2000);
        let Some(Incoming::Response(9, Err(why))) =
            read_text(&format!(r#"{{"id":9,"error":{{"code":-1,"message":"{long}"}}}}"#))
        else {
            panic!("an error")
        };
        assert_eq!(why.len(), SHOWN);
        assert!(matches!(read_text(r#"{"method":"x","params":[]}"#), Some(Incoming::Notification)));
    }

    #[test]
    fn what_the_server_asks_for_is_not_there() {
        let said = |text: &str| match read(text.as_bytes()) {
            Some(Incoming::Request(answer)) => String::from_utf8(answer).expect("text"),
            other => panic!("{other:?}"),
        };
        let configuration =
            said(r#"{"id":"a","method":"workspace/configuration","params":{"items":[{},{}]}}"#);
        assert!(
            configuration.ends_with(r#"{"id":"a","jsonrpc":"2.0","result":[null,null]}"#),
            "{configuration}"
        );
        assert!(said(r#"{"id":1,"method":"client/registerCapability"}"#).contains(r#""result":null"#));
        assert!(said(r#"{"id":1,"method":"shell/run","params":{}}"#).contains("-32601"));
    }

    #[test]
    fn what_is_no_message_is_not_taken_for_one() {
        let deep = "[".repeat(100_000);
        for text in ["", "null", "[]", "7", "{", "{}", r#"{"id":"text"}"#, r#"{"id":1.5,"result":1}"#, &deep]
        {
            assert!(read(text.as_bytes()).is_none(), "{}", &text[..text.len().min(30)]);
        }
    }
}
