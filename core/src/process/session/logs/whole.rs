//! The whole log of a command, up to now.

use super::{Demux, SessionCommandLogs};
use crate::process::session::{below, check_ids};
use crate::process::{OUTPUT_LIMIT, Process};
use crate::transport::{Answer, Call, content_type};
use crate::{Result, Timeout};
use daytona_protocol::{headers, session as wire};
use http::{HeaderName, HeaderValue, Method};
use std::time::Duration;

/// For the largest log over a slow line.
const PATIENCE: Timeout = Timeout::after(Duration::from_secs(600));

impl Process {
    /// What a command has written so far. `stream_session_command_logs` follows it instead, in bounded memory.
    ///
    /// # Errors
    /// `NotFound` when there is no such session or command; `Server` for a log that is too large to be held.
    pub async fn get_session_command_logs(
        &self,
        session_id: &str,
        command_id: &str,
    ) -> Result<SessionCommandLogs> {
        let verb = verb(self, session_id, command_id);
        check_ids(&verb, session_id, command_id)?;
        let path = below(&[session_id, "command", command_id, "logs"]);
        let ask = |call: &mut Call<'_>| {
            // Our toolbox sends the bare log for the offset; others send for the header the log in JSON, three
            // times over.
            call.query.push(("offset", "0".to_owned()));
            let split = HeaderName::from_static(headers::SPLIT_OUTPUT);
            call.headers.push((split, HeaderValue::from_static("true")));
            Ok(())
        };
        self.sandbox.toolbox_read(&verb, Method::GET, &path, PATIENCE.deadline(), ask, read).await
    }
}

async fn read(answer: Answer) -> Result<SessionCommandLogs> {
    if content_type(answer.headers()) != "application/json" {
        let (bytes, _) = answer.read(OUTPUT_LIMIT).await?;
        return Ok(Demux::whole(&bytes));
    }
    let wire = answer.json_within::<wire::SessionCommandLogsResponse>(OUTPUT_LIMIT).await?;
    let logs = Demux::whole(wire.output.as_bytes());
    if wire.stdout.is_empty() && wire.stderr.is_empty() {
        return Ok(logs);
    }
    Ok(SessionCommandLogs { output: logs.output, stdout: wire.stdout, stderr: wire.stderr })
}

/// Completes "Failed to".
pub(super) fn verb(process: &Process, session_id: &str, command_id: &str) -> String {
    let sandbox = process.sandbox.id();
    format!("read the log of command {command_id} of session {session_id:?} in sandbox {sandbox}")
}
