//! From a method's name in the contract to the core's method.
//!
//! The other names that the languages have for a method (`get_current_sandbox`) are no methods of the core;
//! here they are what they stand for.

use crate::canonical::{self, Args, Handle, bytes, content};
use crate::{Outcome, git, process};
use daytona_core::{Client, CodeRunParams, FilePermissions, FileSystem, LspServer, Process, Sandbox, Upload};
use futures::TryStreamExt;
use serde_json::{Value, json};

/// A method of the client.
pub(crate) async fn daytona(
    client: &Client,
    call: &str,
    args: &Args<'_>,
    sandbox: Option<&Handle>,
) -> Outcome<(Value, Handle)> {
    let sandbox = match sandbox {
        Some(Handle::Sandbox(sandbox)) => Some(sandbox),
        Some(_) | None => None,
    };
    let found = match (call, sandbox) {
        ("daytona.create", _) => client.create(args.create_params()?, args.wait()?).await?,
        ("daytona.get" | "daytona.get_current_sandbox", _) => client.get(args.text("sandbox_id")).await?,
        ("daytona.get_current_workspace", _) => client.get(args.text("workspace_id")).await?,
        ("daytona.list", _) => {
            let found = client.list(args.get("labels")?).await?;
            return Ok((found.iter().map(canonical::sandbox).collect(), Handle::None));
        }
        ("daytona.start", Some(sandbox)) => return nothing(sandbox.start(args.wait()?).await),
        ("daytona.stop", Some(sandbox)) => return nothing(sandbox.stop(args.wait()?).await),
        ("daytona.remove" | "daytona.delete", Some(sandbox)) => {
            return nothing(sandbox.delete(args.wait()?).await);
        }
        ("daytona.close", _) => {
            client.close();
            return Ok((Value::Null, Handle::None));
        }
        ("daytona.target", _) => return Ok((client.config().target().into(), Handle::None)),
        (other, _) => return Err(format!("the interpreter does not know {other}").into()),
    };
    Ok((canonical::sandbox(&found), Handle::Sandbox(found)))
}

/// A method of something that was saved.
pub(crate) async fn on(handle: &Handle, call: &str, args: &Args<'_>) -> Outcome<(Value, Handle)> {
    let (noun, method) = call.split_once('.').ok_or("a call is noun.method")?;
    let result = match (handle, noun) {
        (Handle::Sandbox(it), "sandbox") => return sandbox(it, method, args).await,
        (Handle::Sandbox(it), "process") => return run(&it.process(), method, args).await,
        (Handle::Sandbox(it), "fs") => fs(&it.fs(), method, args).await?,
        (Handle::Sandbox(it), "git") => git::call(&it.git(), method, args).await?,
        (Handle::Lsp(it), "lsp") => lsp(it, method, args).await?,
        (Handle::Response(it), "response") => {
            it.check()?;
            canonical::response(it)
        }
        _ => return Err(format!("{call} is not called on what was saved").into()),
    };
    Ok((result, Handle::None))
}

async fn sandbox(sandbox: &Sandbox, method: &str, args: &Args<'_>) -> Outcome<(Value, Handle)> {
    let result = match method {
        "instance" => canonical::sandbox(sandbox),
        "info" => {
            sandbox.refresh().await?;
            canonical::sandbox(sandbox)
        }
        "refresh_data" => return nothing(sandbox.refresh().await),
        "get_user_root_dir" | "get_sandbox_root_dir" | "get_workspace_root_dir" => {
            sandbox.user_root_dir().await?.into()
        }
        "set_labels" => json!(sandbox.set_labels(args.get("labels")?).await?),
        "start" => return nothing(sandbox.start(args.wait()?).await),
        "stop" => return nothing(sandbox.stop(args.wait()?).await),
        "delete" => return nothing(sandbox.delete(args.wait()?).await),
        "archive" => return nothing(sandbox.archive().await),
        "wait_for_sandbox_start" | "wait_for_workspace_start" => {
            return nothing(sandbox.wait_until_started(args.wait()?).await);
        }
        "wait_for_sandbox_stop" | "wait_for_workspace_stop" => {
            return nothing(sandbox.wait_until_stopped(args.wait()?).await);
        }
        "set_autostop_interval" => {
            return nothing(sandbox.set_auto_stop_interval(args.get("interval")?).await);
        }
        "get_preview_link" | "get_preview_url" => {
            let link = sandbox.get_preview_link(args.get("port")?).await?;
            json!({ "url": link.url, "token": link.token })
        }
        "create_lsp_server" => {
            let server = sandbox.create_lsp_server(args.text("language_id"), args.text("path_to_project"))?;
            return Ok((Value::Null, Handle::Lsp(server)));
        }
        other => return Err(format!("the interpreter does not know sandbox.{other}").into()),
    };
    Ok((result, Handle::None))
}

async fn run(process: &Process, method: &str, args: &Args<'_>) -> Outcome<(Value, Handle)> {
    let response = match method {
        "exec" => {
            process
                .exec(args.text("command"), args.optional("cwd"), args.get("env")?, args.timeout()?)
                .await?
        }
        "code_run" => {
            let given = &args.0["params"];
            let given = Args(given);
            let params = CodeRunParams { argv: given.get("argv")?, env: given.get("env")? };
            process.code_run(args.text("code"), params, args.timeout()?).await?
        }
        _ => return Ok((process::session(process, method, args).await?, Handle::None)),
    };
    Ok((canonical::response(&response), Handle::Response(response)))
}

async fn fs(fs: &FileSystem, method: &str, args: &Args<'_>) -> Outcome<Value> {
    let path = args.text("path");
    match method {
        "upload_file" => fs.upload(path, Upload::Bytes(content(&args.0["content"])?.into())).await?,
        "upload_files" => {
            let mut files = Vec::new();
            for file in args.get::<Vec<Value>>("files")? {
                let bytes = content(&file["content"])?.into();
                files.push((Args(&file).text("path").to_owned(), Upload::Bytes(bytes)));
            }
            fs.upload_many(files).await?;
        }
        "download_file" => return Ok(bytes(&fs.download(path).await?)),
        "download_file_stream" => {
            let pieces: Vec<_> = fs.download_stream(path).await?.try_collect().await?;
            return Ok(bytes(&pieces.concat()));
        }
        "list_files" => return Ok(fs.list_files(path).await?.iter().map(canonical::file).collect()),
        "get_file_info" => return Ok(canonical::file(&fs.get_file_info(path).await?)),
        "create_folder" => fs.create_folder(path, args.optional("mode")).await?,
        "delete_file" => fs.delete_file(path, args.get::<Option<_>>("recursive")?.unwrap_or(false)).await?,
        "move_files" => fs.move_files(args.text("source"), args.text("destination")).await?,
        "find_files" => {
            let found = fs.find_files(path, args.text("pattern")).await?;
            let found = found.iter();
            return Ok(found
                .map(|found| json!({ "file": found.file, "line": found.line, "content": found.content }))
                .collect());
        }
        "search_files" => {
            return Ok(json!({ "files": fs.search_files(path, args.text("pattern")).await? }));
        }
        "replace_in_files" => {
            let files = args.get("files")?;
            let done = fs.replace_in_files(files, args.text("pattern"), args.text("new_value")).await?;
            let done = done.iter();
            return Ok(done
                .map(|one| json!({ "file": one.file, "success": one.success, "error": one.error }))
                .collect());
        }
        "set_file_permissions" => {
            let permissions = FilePermissions {
                mode: args.owned("mode"),
                owner: args.owned("owner"),
                group: args.owned("group"),
            };
            fs.set_file_permissions(path, permissions).await?;
        }
        other => return Err(format!("the interpreter does not know fs.{other}").into()),
    }
    Ok(Value::Null)
}

async fn lsp(server: &LspServer, method: &str, args: &Args<'_>) -> Outcome<Value> {
    let path = args.text("path");
    match method {
        "start" => server.start().await?,
        "stop" => server.stop().await?,
        "did_open" => server.did_open(path).await?,
        "did_close" => server.did_close(path).await?,
        "document_symbols" => return canonical::wire(&server.document_symbols(path).await?),
        "sandbox_symbols" | "workspace_symbols" => {
            return canonical::wire(&server.sandbox_symbols(args.text("query")).await?);
        }
        "completions" => return canonical::wire(&server.completions(path, args.get("position")?).await?),
        other => return Err(format!("the interpreter does not know lsp.{other}").into()),
    }
    Ok(Value::Null)
}

fn nothing(done: daytona_core::Result<()>) -> Outcome<(Value, Handle)> {
    done?;
    Ok((Value::Null, Handle::None))
}
