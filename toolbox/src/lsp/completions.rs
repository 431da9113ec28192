//! `POST /lsp/completions`.

use super::document::path_of;
use crate::error::ApiError;
use crate::state::App;
use crate::wire::JsonBody;
use axum::Json;
use axum::extract::State;
use daytona_protocol::lsp::{CompletionContext, CompletionItem, CompletionList, LspCompletionParams};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// A client that asked because it wanted to.
const INVOKED: i64 = 1;

/// Both forms the protocol has.
#[derive(Deserialize)]
#[serde(untagged)]
enum Answer {
    Items(Vec<CompletionItem>),
    List(CompletionList),
}

/// What could be typed at a place of a file.
pub(crate) async fn completions(
    State(app): State<Arc<App>>,
    JsonBody(request): JsonBody<LspCompletionParams>,
) -> Result<Json<CompletionList>, ApiError> {
    let server = app.language_servers.running(&app, &request.language_id, &request.path_to_project)?;
    let path = path_of(&app.workdir, &request.uri)?;
    let context =
        request.context.unwrap_or(CompletionContext { trigger_kind: INVOKED, trigger_character: None });
    let also = json!({"position": request.position, "context": context});
    let answer = server.ask::<Answer>("textDocument/completion", &[path], also).await?.pop().flatten();
    let mut list = match answer {
        Some(Answer::List(list)) => list,
        Some(Answer::Items(items)) => CompletionList { is_incomplete: false, items },
        None => CompletionList::default(),
    };
    list.items.iter_mut().for_each(one_form);
    Ok(Json(list))
}

/// Servers may write documentation as plain text; clients of version 0.14 can read nothing but an object.
fn one_form(item: &mut CompletionItem) {
    if let Some(Value::String(text)) = &mut item.documentation {
        let text = std::mem::take(text);
        item.documentation = Some(json!({"kind": "plaintext", "value": text}));
    }
}
