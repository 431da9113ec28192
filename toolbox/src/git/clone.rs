//! `POST /git/clone`: one branch of a repository into a folder that is missing or empty.
//!
//! What must stay true: a clone that fails, or whose client goes away, leaves the folder as it was.

use super::command::{Extras, Git, check, check_name, occupied, resolve};
use super::credentials::{Access, Url};
use super::failure::scrub;
use crate::error::ApiError;
use crate::files::remove_tree;
use crate::state::App;
use crate::wire::JsonBody;
use axum::extract::State;
use axum::http::StatusCode;
use daytona_protocol::error::toolbox as code;
use daytona_protocol::git::CloneRequest;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// How often, and after which pause, a removal is tried while killed processes still write.
const REMOVALS: u32 = 100;
const PAUSE: Duration = Duration::from_millis(50);

/// Clones, and checks out the commit that was asked for.
pub(crate) async fn clone(
    State(app): State<Arc<App>>,
    JsonBody(request): JsonBody<CloneRequest>,
) -> Result<StatusCode, ApiError> {
    check("the URL of the repository", &request.url)?;
    let url = Url::parse(&request.url)?;
    let access = url.access(request.username.as_deref(), request.password.as_deref(), true)?;
    let names = [("a branch or tag", &request.branch), ("a commit", &request.commit_id)];
    for (what, name) in names {
        given(name).map_or(Ok(()), |name| check_name(what, name))?;
    }
    let target = resolve(&app, &request.path)?;
    let _only = app.git.lock(&target).await;
    let made = match occupied(&target) {
        Ok(None) => true,
        Ok(Some(false)) => false,
        Ok(Some(true)) => {
            let why = format!("conflict: {} exists already and is not an empty folder", target.display());
            return Err(ApiError::new(StatusCode::CONFLICT, code::CONFLICT, why));
        }
        Err(error) => return Err(ApiError::file("clone into", &target, &error)),
    };
    let half = Half { target: Some(target.clone()), made };
    let doing = scrub(&format!("clone {} into {}", url.clean, target.display()), access.as_ref());
    match fetch_and_check_out(&app, &request, &url.clean, access.as_ref(), target, &doing).await {
        Ok(()) => {
            half.keep();
            Ok(StatusCode::OK)
        }
        Err(error) => {
            half.remove().await;
            Err(error)
        }
    }
}

async fn fetch_and_check_out(
    app: &App,
    request: &CloneRequest,
    url: &str,
    access: Option<&Access>,
    target: PathBuf,
    doing: &str,
) -> Result<(), ApiError> {
    let mut env = Vec::new();
    if request.insecure_skip_tls == Some(true) {
        env.push(("GIT_SSL_NO_VERIFY", "true".to_owned()));
    }
    let with_access = || Extras { stdin: None, env: env.clone(), access };
    let path = target.to_string_lossy().into_owned();
    // Without a checkout, which is for the git that has no credentials.
    let mut args = vec!["clone".to_owned(), "--no-checkout".into(), "--single-branch".into()];
    args.push("--origin=origin".into());
    args.extend(given(&request.branch).map(|branch| format!("--branch={branch}")));
    args.extend(request.depth.filter(|depth| *depth > 0).map(|depth| format!("--depth={depth}")));
    args.extend(["--".into(), url.to_owned(), path]);
    Git::in_dir(app, app.workdir.clone())?.must(doing, &args, with_access()).await?;

    let git = Git::in_dir(app, target)?;
    let resolved = async |name: &str| {
        let name = format!("{name}^{{commit}}");
        let args = ["rev-parse", "--verify", "--quiet", "--end-of-options", &name];
        git.run(&args, Extras::default()).await.map(|output| output.ok().then(|| output.text()))
    };
    let checkout = match given(&request.commit_id) {
        Some(commit) => {
            let mut found = resolved(commit).await?;
            if found.is_none() && matches!(commit.len(), 40 | 64) {
                // Not on that branch; most servers hand out any commit of theirs.
                let args = ["fetch", "--quiet", "--end-of-options", "origin", commit];
                git.must(doing, &args, with_access()).await?;
                found = resolved(commit).await?;
            }
            let found = found.ok_or_else(|| {
                let why = format!("cannot {doing}: the branch has no commit {commit}");
                ApiError::new(StatusCode::NOT_FOUND, code::GIT_BRANCH_NOT_FOUND, why)
            })?;
            vec!["checkout".to_owned(), "--quiet".into(), "--detach".into(), found, "--".into()]
        }
        // An empty repository has nothing to check out.
        None if resolved("HEAD").await?.is_none() => return Ok(()),
        None => vec!["checkout".to_owned(), "--quiet".into(), "HEAD".into(), "--".into()],
    };
    git.must(doing, &checkout, Extras::default()).await?;
    Ok(())
}

/// An optional value; empty means absent, as it does for clients of the published API.
fn given(value: &Option<String>) -> Option<&str> {
    value.as_deref().filter(|value| !value.is_empty())
}

/// What a clone has written so far. Dropping it removes that.
struct Half {
    target: Option<PathBuf>,
    /// The folder itself was not there before.
    made: bool,
}

impl Half {
    fn keep(mut self) {
        self.target = None;
    }

    async fn remove(mut self) {
        if let Some(target) = self.target.take() {
            remove(target, self.made).await;
        }
    }
}

impl Drop for Half {
    fn drop(&mut self) {
        if let Some(target) = self.target.take() {
            tokio::spawn(remove(target, self.made));
        }
    }
}

async fn remove(target: PathBuf, made: bool) {
    for _ in 0..REMOVALS {
        let target = target.clone();
        let removed =
            tokio::task::spawn_blocking(move || if made { whole(&target) } else { content(&target) });
        if matches!(removed.await, Ok(Ok(()))) {
            return;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn whole(target: &Path) -> io::Result<()> {
    match remove_tree(target) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

fn content(target: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(target)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() { whole(&entry.path())? } else { std::fs::remove_file(entry.path())? }
    }
    Ok(())
}
