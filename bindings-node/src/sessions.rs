//! Sessions of a sandbox: shells that live on between commands. The second half of [`Process`].

use crate::args::{Js, SessionExecute, timeout};
use crate::call::{CancelToken, promise};
use crate::logs::LogStream;
use crate::process::Process;
use napi::Env;
use napi::bindgen_prelude::PromiseRaw;
use napi_derive::napi;

/// One command of a session.
#[napi(object, object_from_js = false)]
pub struct SessionCommand {
    /// Its id.
    pub id: String,
    /// The command line.
    pub command: String,
    /// Absent while it runs.
    pub exit_code: Option<i32>,
}

impl From<daytona_core::SessionCommand> for SessionCommand {
    fn from(command: daytona_core::SessionCommand) -> Self {
        Self { id: command.id, command: command.command, exit_code: command.exit_code }
    }
}

/// A session and what ran in it.
#[napi(object, object_from_js = false)]
pub struct Session {
    /// Its id.
    pub session_id: String,
    /// Its commands.
    pub commands: Vec<SessionCommand>,
}

impl From<daytona_core::Session> for Session {
    fn from(session: daytona_core::Session) -> Self {
        let commands = session.commands.into_iter().map(SessionCommand::from).collect();
        Self { session_id: session.session_id, commands }
    }
}

/// What executing a command in a session gave.
#[napi(object, object_from_js = false)]
pub struct SessionExecuteResponse {
    /// The command's id.
    pub cmd_id: String,
    /// Both streams; absent when it runs on.
    pub output: Option<String>,
    /// Absent when it runs on.
    pub exit_code: Option<i32>,
    /// The standard output alone; absent when it runs on.
    pub stdout: Option<String>,
    /// The standard error alone; absent when it runs on.
    pub stderr: Option<String>,
}

#[napi]
impl Process {
    /// Starts a session.
    #[napi]
    pub fn create_session<'env>(
        &self,
        env: &'env Env,
        session: Js<String>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, ()>> {
        let core = self.core.clone();
        promise(env, cancel, async move { core.create_session(&session.0).await })
    }

    /// A session and its commands.
    #[napi]
    pub fn get_session<'env>(
        &self,
        env: &'env Env,
        session: Js<String>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, Session>> {
        let core = self.core.clone();
        promise(env, cancel, async move { core.get_session(&session.0).await.map(Session::from) })
    }

    /// All sessions.
    #[napi]
    pub fn list_sessions<'env>(
        &self,
        env: &'env Env,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, Vec<Session>>> {
        let core = self.core.clone();
        promise(env, cancel, async move {
            Ok(core.list_sessions().await?.into_iter().map(Session::from).collect())
        })
    }

    /// Ends a session and what runs in it.
    #[napi]
    pub fn delete_session<'env>(
        &self,
        env: &'env Env,
        session: Js<String>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, ()>> {
        let core = self.core.clone();
        promise(env, cancel, async move { core.delete_session(&session.0).await })
    }

    /// One command of a session.
    #[napi]
    pub fn get_session_command<'env>(
        &self,
        env: &'env Env,
        session: Js<String>,
        command: Js<String>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, SessionCommand>> {
        let core = self.core.clone();
        promise(env, cancel, async move {
            core.get_session_command(&session.0, &command.0).await.map(SessionCommand::from)
        })
    }

    /// Runs a command in a session, to its end or in the background.
    #[napi]
    pub fn execute_session_command<'env>(
        &self,
        env: &'env Env,
        session: Js<String>,
        request: Js<SessionExecute>,
        seconds: Js<Option<f64>>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, SessionExecuteResponse>> {
        let (core, timeout) = (self.core.clone(), timeout(seconds)?);
        promise(env, cancel, async move {
            let response = core.execute_session_command(&session.0, request.0.into(), timeout).await?;
            Ok(SessionExecuteResponse {
                cmd_id: response.cmd_id,
                output: response.output,
                exit_code: response.exit_code,
                stdout: response.stdout,
                stderr: response.stderr,
            })
        })
    }

    /// What a command has written so far, both streams in one text.
    #[napi]
    pub fn get_session_command_logs<'env>(
        &self,
        env: &'env Env,
        session: Js<String>,
        command: Js<String>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, String>> {
        let core = self.core.clone();
        promise(env, cancel, async move {
            core.get_session_command_logs(&session.0, &command.0).await.map(|logs| logs.output)
        })
    }

    /// What a command writes, as it writes it. Nothing is sent before the first `next`.
    #[napi]
    pub fn stream_session_command_logs(&self, session: Js<String>, command: Js<String>) -> LogStream {
        self.core.stream_session_command_logs(&session.0, &command.0).into()
    }

    /// Writes to the standard input of a command.
    #[napi]
    pub fn send_session_command_input<'env>(
        &self,
        env: &'env Env,
        session: Js<String>,
        command: Js<String>,
        data: Js<String>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, ()>> {
        let core = self.core.clone();
        promise(
            env,
            cancel,
            async move { core.send_session_command_input(&session.0, &command.0, &data.0).await },
        )
    }
}
