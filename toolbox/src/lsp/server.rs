//! One language server, from its start to its end, and what features do with it.

use super::connection::{Connection, Failure};
use super::document::{Documents, Problem};
use super::handshake::handshake;
use super::language::Language;
use crate::error::{ApiError, describe};
use crate::process::prepared_command;
use crate::state::App;
use axum::http::StatusCode;
use daytona_protocol::error::toolbox as code;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::timeout;

/// How long a server may take to start, or a feature to be answered, its turn included. Loading a large project
/// takes a while; clients wait a little longer than this.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a server has to end by itself.
const GOODBYE: Duration = Duration::from_secs(2);

/// A running language server.
#[derive(Debug)]
pub(super) struct Server {
    language: Language,
    project: PathBuf,
    connection: Connection,
    /// Held during a feature, so that no one changes a file another feature is about.
    documents: Mutex<Documents>,
}

impl Server {
    /// Starts one. Dropping the future ends it again.
    pub(super) async fn start(app: &App, language: Language, project: &Path) -> Result<Self, ApiError> {
        let (program, args) = language.program(app)?;
        // The documents' example names a project that is still to be made.
        let cwd = if project.is_dir() { project } else { &app.workdir };
        let mut command = prepared_command(app, &program, cwd);
        command.args(args);
        let connection = Connection::open(&app.reaper, command).map_err(|error| {
            ApiError::internal(format!(
                "cannot start the language server {}: {}",
                program.display(),
                describe(&error)
            ))
        })?;
        let server = Self { language, project: project.to_owned(), connection, documents: Mutex::default() };
        let greeted = handshake(&server.connection, language, project);
        let greeted = timeout(PATIENCE, greeted).await.map_err(|_| server.too_slow("come up"))?;
        greeted.map_err(|failure| server.broken("come up", failure))?;
        Ok(server)
    }

    /// How it ended; none while it runs.
    pub(super) fn ended(&self) -> Option<String> {
        self.connection.ended()
    }

    /// Ends it: asks, gives it a moment, and kills what is left.
    pub(super) async fn stop(&self) {
        let ask = async {
            if self.connection.request("shutdown", &Value::Null).await.is_ok() {
                let _ = self.connection.notify("exit", &Value::Null).await;
            }
            self.connection.over().await;
        };
        let _ = timeout(GOODBYE, ask).await;
        self.connection.close().await;
    }

    pub(super) fn language(&self) -> Language {
        self.language
    }

    pub(super) fn project(&self) -> &Path {
        &self.project
    }

    /// Opens a file until it is closed.
    pub(super) async fn open(&self, path: &Path) -> Result<(), ApiError> {
        self.in_time("open a file", async {
            let mut documents = self.documents.lock().await;
            documents.show(&self.connection, self.language, path, true).await.map(|_| ())
        })
        .await
    }

    /// Closes a file.
    pub(super) async fn close(&self, path: &Path) -> Result<(), ApiError> {
        self.in_time("close a file", async {
            let mut documents = self.documents.lock().await;
            Ok(documents.close(&self.connection, path).await?)
        })
        .await
    }

    /// Asks for a feature of each file; `also` is added to what names the file. None is what a server says that
    /// has nothing to say.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        method: &str,
        paths: &[PathBuf],
        also: Value,
    ) -> Result<Vec<Option<T>>, ApiError> {
        self.in_time(&format!("answer {method}"), async {
            let mut documents = self.documents.lock().await;
            let mut answers = Vec::with_capacity(paths.len());
            for path in paths {
                // What an earlier caller that went away has left open.
                documents.tidy(&self.connection).await?;
                let uri = documents.show(&self.connection, self.language, path, false).await?;
                let mut params = json!({"textDocument": {"uri": uri}});
                if let (Some(params), Some(also)) = (params.as_object_mut(), also.as_object()) {
                    params.extend(also.clone());
                }
                let answer = self.connection.request(method, &params).await?;
                answers.push(serde_json::from_str(answer.get()).map_err(|error| {
                    Failure::Refused(format!("an answer that does not have the protocol's form: {error}"))
                })?);
            }
            documents.tidy(&self.connection).await?;
            Ok(answers)
        })
        .await
    }

    async fn in_time<T>(
        &self,
        what: &str,
        work: impl Future<Output = Result<T, Problem>>,
    ) -> Result<T, ApiError> {
        match timeout(PATIENCE, work).await {
            Err(_) => Err(self.too_slow(what)),
            Ok(Err(Problem::Api(error))) => Err(error),
            Ok(Err(Problem::Server(failure))) => Err(self.broken(what, failure)),
            Ok(Ok(value)) => Ok(value),
        }
    }

    fn too_slow(&self, what: &str) -> ApiError {
        ApiError::new(
            StatusCode::REQUEST_TIMEOUT,
            code::TIMEOUT,
            format!(
                "the {} language server did not {what} within {} s; stop it and start it again",
                self.language.id(),
                PATIENCE.as_secs()
            ),
        )
    }

    fn broken(&self, what: &str, failure: Failure) -> ApiError {
        let language = self.language.id();
        ApiError::internal(match failure {
            Failure::Ended(how) => {
                format!("the {language} language server ended before it could {what}: {how}; start it again")
            }
            Failure::Refused(why) => format!("the {language} language server did not {what}: {why}"),
        })
    }
}
