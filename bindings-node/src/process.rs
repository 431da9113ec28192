//! `Process`: commands and code in a sandbox. Its sessions are in `sessions.rs`.

use crate::args::{CodeRun, Js, timeout};
use crate::call::{CancelToken, promise};
use crate::error;
use napi::Env;
use napi::bindgen_prelude::PromiseRaw;
use napi_derive::napi;
use std::collections::BTreeMap;

/// Runs commands and code in one sandbox.
#[napi]
pub struct Process {
    pub(crate) core: daytona_core::Process,
}

impl From<daytona_core::Process> for Process {
    fn from(core: daytona_core::Process) -> Self {
        Self { core }
    }
}

/// What a process left behind.
#[napi]
pub struct Execution {
    core: daytona_core::ExecuteResponse,
}

#[napi]
impl Execution {
    /// 0 for success, 128 plus the signal when one killed it.
    #[napi(getter)]
    pub fn exit_code(&self) -> i32 {
        self.core.exit_code
    }

    /// Both streams as they came, interleaved.
    #[napi(getter)]
    pub fn result(&self) -> &str {
        &self.core.result
    }

    /// The standard output alone.
    #[napi(getter)]
    pub fn stdout(&self) -> &str {
        &self.core.stdout
    }

    /// The standard error alone.
    #[napi(getter)]
    pub fn stderr(&self) -> &str {
        &self.core.stderr
    }

    /// The figures the code showed, each as JSON: its shape is the sandbox's affair, and TypeScript checks it.
    #[napi(getter)]
    pub fn charts(&self) -> Vec<String> {
        self.core.charts.iter().map(ToString::to_string).collect()
    }

    /// Throws when the exit code is not 0.
    #[napi]
    pub fn check(&self) -> napi::Result<()> {
        self.core.check().map_err(|failure| error::to_js(&failure))
    }
}

#[napi]
impl Process {
    /// Runs a shell command to its end.
    #[napi]
    pub fn exec<'env>(
        &self,
        env: &'env Env,
        command: Js<String>,
        cwd: Js<Option<String>>,
        vars: Js<Option<BTreeMap<String, String>>>,
        seconds: Js<Option<f64>>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, Execution>> {
        let (core, timeout) = (self.core.clone(), timeout(seconds)?);
        promise(env, cancel, async move {
            let core = core.exec(&command.0, cwd.0.as_deref(), vars.0, timeout).await?;
            Ok(Execution { core })
        })
    }

    /// Runs code in the sandbox's language to its end.
    #[napi]
    pub fn code_run<'env>(
        &self,
        env: &'env Env,
        code: Js<String>,
        params: Js<Option<CodeRun>>,
        seconds: Js<Option<f64>>,
        cancel: Option<&CancelToken>,
    ) -> napi::Result<PromiseRaw<'env, Execution>> {
        let (core, timeout) = (self.core.clone(), timeout(seconds)?);
        let params = params.0.unwrap_or_default().into();
        promise(env, cancel, async move {
            let core = core.code_run(&code.0, params, timeout).await?;
            Ok(Execution { core })
        })
    }
}
