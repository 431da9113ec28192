//! What this machine cannot enforce in a sandbox: told in the log, once for each thing and run of the server, since all
//! sandboxes of a machine lack the same.

use crate::app::App;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

/// What was told already.
#[derive(Debug, Default)]
pub(crate) struct Told(Mutex<HashSet<String>>);

impl Told {
    /// Those that were not told yet, and are now.
    fn news(&self, warnings: Vec<String>) -> Vec<String> {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        warnings.into_iter().filter(|warning| told.insert(warning.clone())).collect()
    }
}

/// Looks, behind, at what is enforced in a sandbox that runs.
pub(super) fn tell(app: &Arc<App>, id: &str) {
    let (task_app, id) = (Arc::clone(app), id.to_owned());
    app.tasks.spawn(async move {
        match task_app.engine.report(&id).await {
            Ok(report) => {
                for warning in task_app.told.news(report.unwrap_or_default().warnings) {
                    tracing::warn!(
                        sandbox = id,
                        warning,
                        "not enforced, here and in sandboxes like this one"
                    );
                }
            }
            Err(error) => {
                tracing::warn!(sandbox = id, %error, "cannot read what is enforced in a sandbox");
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_thing_is_told_once() {
        let told = Told::default();
        let some = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        assert_eq!(told.news(some(&["a", "b", "a"])), ["a", "b"]);
        assert_eq!(told.news(some(&["b", "c"])), ["c"]);
        assert_eq!(told.news(some(&["a", "c"])), [] as [&str; 0]);
    }
}
