//! What this machine cannot enforce in the sandboxes of a state folder, as each sandbox's own report says it. Read from
//! the folder, so that it can be told whether or not the server runs.

use std::collections::BTreeSet;
use std::path::Path;

/// Of one sandbox, or of all that have ever run, each thing once.
#[cfg(target_os = "linux")]
pub(crate) fn read(data_dir: &Path, id: Option<&str>) -> BTreeSet<String> {
    use daytona_engine::{Engine, EngineOptions, NamespaceEngine};
    let sandboxes_dir = data_dir.join("sandboxes");
    let ids: Vec<String> = match id {
        Some(id) => vec![id.to_owned()],
        None => std::fs::read_dir(&sandboxes_dir)
            .map(|entries| {
                entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect()
            })
            .unwrap_or_default(),
    };
    // Nothing is started by what only reads.
    let none = std::path::PathBuf::new;
    let engine = NamespaceEngine::new(EngineOptions { sandboxes_dir, launcher: none(), toolbox: none() });
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().build() else { return BTreeSet::new() };
    runtime.block_on(async {
        let mut warnings = BTreeSet::new();
        for id in ids {
            // A folder that is being made or removed has none that can be read.
            if let Ok(Some(report)) = engine.report(&id).await {
                warnings.extend(report.warnings);
            }
        }
        warnings
    })
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn read(_data_dir: &Path, _id: Option<&str>) -> BTreeSet<String> {
    BTreeSet::new()
}
