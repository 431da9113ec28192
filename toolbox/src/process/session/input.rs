//! `POST /process/session/{id}/command/{command}/input`.

use super::extract::NamedCommand;
use super::log::End;
use super::store::over;
use crate::error::{ApiError, describe};
use crate::process::spool::Stream;
use crate::wire::JsonBody;
use axum::http::StatusCode;
use daytona_protocol::error::toolbox as code;
use daytona_protocol::session::SessionSendInputRequest;
use tokio::io::AsyncWriteExt;

/// Writes a line to the command's input; waits while the command does not read.
pub(crate) async fn input(
    NamedCommand(session, command): NamedCommand,
    JsonBody(request): JsonBody<SessionSendInputRequest>,
) -> Result<StatusCode, ApiError> {
    let mut data = request.data.into_bytes();
    if !data.ends_with(b"\n") {
        data.push(b'\n');
    }
    let gone = |end| match end {
        End::Exit(exit) => ApiError::new(
            StatusCode::GONE,
            code::GONE,
            format!("gone: command has already completed with exit code {exit}"),
        ),
        end => over(&session.id, end),
    };
    if let Some(end) = command.log.progress().end {
        return Err(gone(end));
    }
    let write = async {
        let mut input = command.input.lock().await;
        let Some(input) = input.as_mut() else {
            return Err(ApiError::bad_request(
                "the command runs synchronously, so its input is at its end; run it with runAsync",
            ));
        };
        if command.echo {
            command.log.record(Stream::Stdout, &data).await;
        }
        let written = input.write_all(&data).await;
        written.map_err(|error| {
            ApiError::internal(format!("cannot write to the command's input: {}", describe(&error)))
        })
    };
    tokio::select! {
        written = write => written?,
        end = command.ended() => return Err(gone(end)),
    }
    Ok(StatusCode::NO_CONTENT)
}
