//! A connection that switched protocols (a WebSocket): bytes both ways until either side ends.

use crate::app::App;
use crate::lifecycle::live::InUse;
use crate::listener::Permit;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use std::sync::Arc;

/// Carries bytes between client and sandbox, and keeps the sandbox in use and the connection counted meanwhile.
pub(super) fn open(
    app: &Arc<App>,
    client: OnUpgrade,
    sandbox: OnUpgrade,
    held: (Option<InUse>, Option<Permit>),
) {
    let ending = app.ending.clone();
    app.tasks.spawn(async move {
        let carried = async {
            let (client, sandbox) = tokio::try_join!(client, sandbox)?;
            let (mut client, mut sandbox) = (TokioIo::new(client), TokioIo::new(sandbox));
            // Either side may reset at any time; that is its way to end, not a fault.
            let _ = tokio::io::copy_bidirectional(&mut client, &mut sandbox).await;
            Ok::<_, hyper::Error>(())
        };
        tokio::select! {
            outcome = carried => if let Err(error) = outcome {
                tracing::debug!(%error, "a connection did not switch protocols");
            },
            () = ending.cancelled() => {}
        }
        drop(held);
    });
}
