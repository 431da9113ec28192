//! The calls of sessions and their logs.

use crate::Outcome;
use crate::canonical::Args;
use daytona_core::{LogSource, Process, Session, SessionCommand, SessionExecuteRequest};
use serde_json::{Value, json};

/// Calls one of the methods for sessions.
pub(crate) async fn session(process: &Process, method: &str, args: &Args<'_>) -> Outcome<Value> {
    let (session_id, command_id) = (args.text("session_id"), args.text("command_id"));
    match method {
        "create_session" => process.create_session(session_id).await?,
        "delete_session" => process.delete_session(session_id).await?,
        "get_session" => return Ok(describe(&process.get_session(session_id).await?)),
        "list_sessions" => return Ok(process.list_sessions().await?.iter().map(describe).collect()),
        "get_session_command" => {
            return Ok(command(&process.get_session_command(session_id, command_id).await?));
        }
        "execute_session_command" => {
            let request = &args.0["req"];
            let either = ["run_async", "var_async"].iter().any(|name| request[name] == true);
            let request = SessionExecuteRequest {
                command: Args(request).text("command").to_owned(),
                run_async: either,
            };
            let answer = process.execute_session_command(session_id, request, args.timeout()?).await?;
            return Ok(json!({
                "cmd_id": answer.cmd_id,
                "output": answer.output,
                "exit_code": answer.exit_code,
                "stdout": answer.stdout,
                "stderr": answer.stderr,
            }));
        }
        "send_session_command_input" => {
            process.send_session_command_input(session_id, command_id, args.text("data")).await?;
        }
        "get_session_command_logs" => {
            return Ok(process.get_session_command_logs(session_id, command_id).await?.output.into());
        }
        "stream_session_command_logs" => return Ok(follow(process, args).await?.apart()),
        "get_session_command_logs_async" => {
            let followed = follow(process, args).await?;
            let separate = args.0["separate"] == true;
            return Ok(if separate { followed.apart() } else { json!({ "output": followed.output }) });
        }
        other => return Err(format!("the interpreter does not know process.{other}").into()),
    }
    Ok(Value::Null)
}

/// A log that was followed to its end.
#[derive(Default)]
struct Followed {
    output: String,
    stdout: String,
    stderr: String,
}

impl Followed {
    fn apart(self) -> Value {
        json!({ "stdout": self.stdout, "stderr": self.stderr })
    }
}

async fn follow(process: &Process, args: &Args<'_>) -> Outcome<Followed> {
    let mut stream = process.stream_session_command_logs(args.text("session_id"), args.text("command_id"));
    let mut followed = Followed::default();
    while let Some(chunks) = stream.next().await? {
        for chunk in chunks {
            followed.output.push_str(&chunk.text);
            match chunk.source {
                LogSource::Stdout => followed.stdout.push_str(&chunk.text),
                LogSource::Stderr => followed.stderr.push_str(&chunk.text),
            }
        }
    }
    Ok(followed)
}

fn describe(session: &Session) -> Value {
    let commands: Vec<Value> = session.commands.iter().map(command).collect();
    json!({ "session_id": session.session_id, "id": session.session_id, "commands": commands })
}

fn command(command: &SessionCommand) -> Value {
    json!({ "id": command.id, "command": command.command, "exit_code": command.exit_code })
}
