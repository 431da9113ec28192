//! The whole log of a command, up to now.

use super::{Demux, SessionCommandLogs};
use crate::Result;
use crate::process::session::check_ids;
use crate::process::{OUTPUT_LIMIT, Process};
use crate::sandbox::CONTROL_TIMEOUT;
use crate::transport::content_type;
use daytona_protocol::{headers, session as wire};
use http::{HeaderName, HeaderValue, Method};

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
        let path = [session_id, "command", command_id, "logs"];
        let answer = self
            .session_call(&verb, Method::GET, &path, CONTROL_TIMEOUT.deadline(), |call| {
                // Our toolbox sends the bare log for the offset; others send for the header the log in JSON,
                // three times over.
                call.query.push(("offset", "0".to_owned()));
                let split = HeaderName::from_static(headers::SPLIT_OUTPUT);
                call.headers.push((split, HeaderValue::from_static("true")));
                Ok(())
            })
            .await?;
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
}

/// Completes "Failed to".
pub(super) fn verb(process: &Process, session_id: &str, command_id: &str) -> String {
    let sandbox = process.sandbox.id();
    format!("read the log of command {command_id} of session {session_id:?} in sandbox {sandbox}")
}
