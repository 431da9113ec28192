//! Writes down, every few seconds and not per request, when sandboxes and keys were last used.

use crate::app::App;

/// Moves what memory knows of recent use to the database.
pub(crate) async fn flush(app: &App) {
    let seen: Vec<_> = app.live.all().iter().map(|live| (live.id.clone(), live.last_activity())).collect();
    if !seen.is_empty()
        && let Err(error) = app.db.record_activity(&seen).await
    {
        tracing::warn!(%error, "cannot write down when sandboxes were used; trying again later");
    }
    let used = app.keys.take_used();
    if !used.is_empty()
        && let Err(error) = app.db.record_key_use(&used).await
    {
        tracing::warn!(%error, "cannot write down when keys were used");
    }
}
