//! The calls of git.

use crate::Outcome;
use crate::canonical::Args;
use daytona_core::{Git, GitClone, GitTransfer};
use serde_json::{Value, json};

/// Calls one of its methods.
pub(crate) async fn call(git: &Git, method: &str, args: &Args<'_>) -> Outcome<Value> {
    let path = args.text("path");
    match method {
        "clone" => {
            git.clone_repository(GitClone {
                url: args.text("url").to_owned(),
                path: path.to_owned(),
                branch: args.owned("branch"),
                commit_id: args.owned("commit_id"),
                username: args.owned("username"),
                password: args.owned("password"),
            })
            .await?;
        }
        "status" => {
            let status = git.status(path).await?;
            let files = status.file_status.iter().map(|file| {
                json!({
                    "name": file.name,
                    "staging": file.staging,
                    "worktree": file.worktree,
                    "extra": file.extra,
                })
            });
            return Ok(json!({
                "current_branch": status.current_branch,
                "file_status": files.collect::<Vec<_>>(),
                "ahead": status.ahead,
                "behind": status.behind,
                "branch_published": status.branch_published,
            }));
        }
        "branches" => return Ok(json!({ "branches": git.branches(path).await? })),
        "create_branch" => git.create_branch(path, args.text("name")).await?,
        "checkout" | "checkout_branch" => git.checkout(path, args.text("branch")).await?,
        "delete_branch" => git.delete_branch(path, args.text("name")).await?,
        "add" => git.add(path, args.get("files")?).await?,
        "commit" => {
            let sha = git
                .commit(path, args.text("message"), args.optional("author"), args.optional("email"))
                .await?;
            return Ok(json!({ "sha": sha }));
        }
        "log" => {
            let log = git.log(path).await?;
            let commits = log.iter().map(|commit| {
                json!({
                    "hash": commit.hash,
                    "message": commit.message,
                    "author": commit.author,
                    "email": commit.email,
                    "timestamp": commit.timestamp,
                })
            });
            return Ok(commits.collect());
        }
        "push" => git.push(path, transfer(args)).await?,
        "pull" => git.pull(path, transfer(args)).await?,
        "list_remotes" | "remotes" => {
            let remotes = git.list_remotes(path).await?;
            return Ok(remotes
                .iter()
                .map(|remote| json!({ "name": remote.name, "url": remote.url }))
                .collect());
        }
        other => return Err(format!("the interpreter does not know git.{other}").into()),
    }
    Ok(Value::Null)
}

fn transfer(args: &Args<'_>) -> GitTransfer {
    GitTransfer {
        username: args.owned("username"),
        password: args.owned("password"),
        remote: args.owned("remote"),
        branch: args.owned("branch"),
    }
}
