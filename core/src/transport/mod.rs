//! One HTTP call to a Daytona API: what is sent, where, how often, and what its outcome means.
//!
//! Rules that must stay true. A credential goes to the configured API and the toolbox proxy it names, never
//! to another origin by redirect, never from https to http, and nowhere else at a toolbox's wish. A request is
//! sent again only if it is idempotent or the server certainly did not receive it, within a budget, and before
//! the call's deadline. No answer is read without a bound. Every failure becomes an [`crate::Error`] in
//! `error_map`.

mod answer;
mod body;
mod budget;
mod call;
pub(crate) mod clients;
mod endpoint;
mod error_map;
mod redirect;
mod retry;
mod tls;
pub(crate) mod websocket;

pub(crate) use answer::Answer;
pub(crate) use body::{Body, FormFile, Progress, open};
pub(crate) use call::{Base, Call, Kind, Resend, Toolbox};
pub(crate) use endpoint::Endpoint;
pub(crate) use error_map::content_type;
pub(crate) use retry::{delays, pause};

use crate::config::Config;
use crate::local::LocalTarget;
use crate::{Error, Result};
use arc_swap::ArcSwapOption;
use budget::Budget;
use clients::Clients;
use daytona_protocol::headers;
use error_map::Context;
use http::header::{AUTHORIZATION, CONTENT_LENGTH, HeaderValue, USER_AGENT};
use http::{HeaderMap, Method, StatusCode};
use serde::de::DeserializeOwned;
use std::sync::Arc;
use tokio_util::task::TaskTracker;

/// Sends calls for one client.
pub(crate) struct Transport {
    config: Arc<Config>,
    /// Who is speaking; on every request.
    identity: HeaderMap,
    /// The configured API; none for the local target, whose address is found when it is needed.
    remote: Option<Arc<Endpoint>>,
    local: LocalTarget,
    budget: Budget,
    /// What belongs to one process and dies with a `fork`.
    process: ArcSwapOption<ProcessState>,
}

/// Connections and discoveries of one process. A child of `fork` must not touch its parent's sockets, and
/// the parent's runtime, which drives them, does not exist in the child.
struct ProcessState {
    pid: u32,
    clients: Clients,
    local: crate::local::Discovery,
    /// Creates, and removals, which go on after their caller left. Closed from the start, which keeps nothing out:
    /// whoever waits waits until it is empty.
    background: TaskTracker,
}

impl ProcessState {
    fn new(pid: u32) -> Self {
        let background = TaskTracker::new();
        background.close();
        Self { pid, clients: Clients::default(), local: crate::local::Discovery::default(), background }
    }
}

impl Transport {
    pub(crate) fn new(
        config: Arc<Config>,
        source: &str,
        sdk_version: &str,
        local: LocalTarget,
    ) -> Result<Self> {
        let remote = Endpoint::remote(&config)?.map(Arc::new);
        Ok(Self {
            identity: identity(source, sdk_version)?,
            config,
            remote,
            local,
            budget: Budget::default(),
            process: ArcSwapOption::empty(),
        })
    }

    /// Drops pooled connections. Requests under way keep theirs, and removals in the background go on.
    pub(crate) fn close(&self) {
        let current = self.process_state();
        self.process.store(Some(Arc::new(ProcessState {
            background: current.background.clone(),
            ..ProcessState::new(current.pid)
        })));
    }

    /// Makes the call; an answer is always a 2xx, or a 101 to a call that asked for one.
    pub(crate) async fn send(&self, call: Call<'_>) -> Result<Answer> {
        self.send_and_read(call, |answer| std::future::ready(Ok(answer))).await
    }

    /// The same for what is answered with a JSON document.
    pub(crate) async fn send_json<T: DeserializeOwned>(&self, call: Call<'_>) -> Result<T> {
        self.send_and_read(call, Answer::json).await
    }

    /// Makes the call and reads its answer: one that is lost within its body was lost as much as one that never
    /// began, and the call is sent again by the same rules.
    pub(crate) async fn send_and_read<T, F>(&self, mut call: Call<'_>, read: fn(Answer) -> F) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        let deadline = call.deadline;
        let verb = call.verb;
        deadline.run(verb, self.send_with_retries(&mut call, read)).await
    }

    async fn send_with_retries<T, F>(&self, call: &mut Call<'_>, read: fn(Answer) -> F) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        let request_id = uuid::Uuid::new_v4().to_string();
        let mut delays = retry::delays();
        let mut attempts = 0;
        let mut moved = false;
        let mut received = false;
        loop {
            attempts += 1;
            let endpoint = self.endpoint(call.verb).await?;
            let outcome = match self.send_once(call, &endpoint, &request_id).await {
                Ok(response) => read(Answer::new(response, call, self.context(&endpoint, call))).await,
                Err(error) => Err(error),
            };
            let error = match outcome {
                Ok(read) => {
                    self.budget.refill();
                    return Ok(read);
                }
                Err(error) => error.with_facts(|facts| {
                    facts.resent = received;
                    facts.request_id.get_or_insert_with(|| request_id.clone());
                }),
            };
            received |= may_be_received(&error);
            if !call.body.can_resend() {
                return Err(error);
            }
            if endpoint.is_local() && error.facts().not_received && !moved {
                // The local server was restarted, on another port perhaps: look again, once.
                moved = true;
                self.process_state().local.forget();
                continue;
            }
            let Some(delay) = retry::delay(call.resend, endpoint.is_local(), &error, attempts, &mut delays)
            else {
                return Err(error);
            };
            // Sleeping into the deadline would only replace a telling error by "timeout".
            if call.deadline.remaining().is_some_and(|left| left <= delay) || !self.budget.spend() {
                return Err(error);
            }
            tracing::debug!(verb = call.verb, attempts, ?delay, error = %error, "sending the request again");
            tokio::time::sleep(delay).await;
        }
    }

    async fn send_once(
        &self,
        call: &mut Call<'_>,
        endpoint: &Endpoint,
        id: &str,
    ) -> Result<reqwest::Response> {
        let state = self.process_state();
        let mut context = self.context(endpoint, call);
        let mut url = call.url(endpoint)?;
        for _ in 0..=redirect::LIMIT {
            let mut request = state.clients.for_url(&url)?.request(call.method.clone(), url.clone());
            request = request.headers(self.identity.clone()).header(headers::REQUEST_ID, id);
            if context.redirected_to.is_none() {
                request = request.header(AUTHORIZATION, endpoint.authorization());
                if let Some(organization) = endpoint.organization() {
                    request = request.header(headers::ORGANIZATION_ID, organization);
                }
            }
            for (name, value) in &call.headers {
                request = request.header(name, value);
            }
            if matches!(call.body, Body::Empty) && call.method == Method::POST {
                // Some proxies refuse a POST that does not state its length.
                request = request.header(CONTENT_LENGTH, 0);
            }
            let (request, sending) = call.body.attach(request, call.verb).await?;
            let response =
                request.send().await.map_err(|error| error_map::from_transport(&context, &url, &error))?;
            let status = response.status();
            if status.is_success() || (call.upgrade && status == StatusCode::SWITCHING_PROTOCOLS) {
                sending.disarm();
                return Ok(response);
            }
            if !status.is_redirection() {
                return Err(error_map::from_response(&context, response).await);
            }
            let hop = redirect::follow(call, &url, &response)?;
            if !hop.same_origin {
                context.redirected_to = Some(error_map::origin(&hop.url));
            }
            url = hop.url;
        }
        Err(context.error(daytona_protocol::ErrorCode::Server, "the server keeps redirecting the request"))
    }

    /// Where requests go now. Finds or starts the local server when that is the target.
    pub(crate) async fn endpoint(&self, verb: &str) -> Result<Arc<Endpoint>> {
        match &self.remote {
            Some(remote) => Ok(Arc::clone(remote)),
            None => {
                let state = self.process_state();
                state.local.endpoint(&self.local, &state.clients, verb).await
            }
        }
    }

    /// Whether the target is the local server, which is always ours.
    pub(crate) fn is_local(&self) -> bool {
        self.remote.is_none()
    }

    /// Work that must go on when its caller gives up; see [`Self::settle`].
    pub(crate) fn spawn<F>(&self, task: F)
    where
        F: Future<Output: Send> + Send + 'static,
    {
        self.process_state().background.spawn(task);
    }

    /// Waits for such work, at most `patience`.
    pub(crate) async fn settle(&self, patience: std::time::Duration) {
        let tracker = self.process_state().background.clone();
        // Whatever is left continues; the caller only chose not to wait longer.
        let _ = tokio::time::timeout(patience, tracker.wait()).await;
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    fn context<'a>(&'a self, endpoint: &Endpoint, call: &Call<'a>) -> Context {
        Context {
            verb: call.verb.to_owned(),
            kind: call.kind,
            credential: endpoint.credential_hint().to_owned(),
            api_url: match self.config.source_of("api_url") {
                Some(source) => format!("api_url (from {source})"),
                None => "the local server".to_owned(),
            },
            redirected_to: None,
        }
    }

    fn process_state(&self) -> Arc<ProcessState> {
        let pid = std::process::id();
        loop {
            let current = self.process.load_full();
            if let Some(state) = &current
                && state.pid == pid
            {
                return Arc::clone(state);
            }
            // Of several first calls one wins, and all use its state: work tracked in another would be lost to
            // `settle`, and each would look for the local server on its own.
            let fresh = Some(Arc::new(ProcessState::new(pid)));
            drop(self.process.compare_and_swap(&current, fresh));
            // Dropping the parent's connections would wake a runtime that is not there any more.
            std::mem::forget(current);
        }
    }
}

impl std::fmt::Debug for Transport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Transport").field("config", &self.config).finish_non_exhaustive()
    }
}

/// Whether the server may have done what it was asked. One that asks for patience says that it did not.
fn may_be_received(error: &Error) -> bool {
    !error.facts().not_received && error.code() != daytona_protocol::ErrorCode::RateLimit
}

fn identity(source: &str, sdk_version: &str) -> Result<HeaderMap> {
    let product = match source.strip_prefix("sdk-") {
        Some(language) => format!("daytona-sdk-{language}/{sdk_version}"),
        None => format!("daytona-{source}/{sdk_version}"),
    };
    let value = |text: &str| {
        HeaderValue::from_str(text)
            .map_err(|_| Error::validation("configure the client", format!("{text:?} cannot name a client")))
    };
    let mut map = HeaderMap::new();
    map.insert(USER_AGENT, value(&product)?);
    map.insert(headers::SOURCE, value(source)?);
    map.insert(headers::SDK_VERSION, value(sdk_version)?);
    Ok(map)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ConfigOptions, Environment};
    use std::sync::Barrier;

    #[test]
    fn first_calls_at_once_share_one_state() {
        const CALLERS: usize = 8;
        let environment = Environment::default();
        let options = ConfigOptions { api_key: Some("k".into()), ..ConfigOptions::default() };
        let config = Arc::new(Config::resolve(options, &environment).expect("valid"));
        for _ in 0..500 {
            let local = LocalTarget::new(&environment, None);
            let transport = Transport::new(Arc::clone(&config), "sdk-rust", "0", local).expect("valid");
            let together = Barrier::new(CALLERS);
            let states: Vec<_> = std::thread::scope(|scope| {
                let call = || {
                    together.wait();
                    transport.process_state()
                };
                let callers: Vec<_> = (0..CALLERS).map(|_| scope.spawn(call)).collect();
                callers.into_iter().map(|caller| caller.join().expect("no panic")).collect()
            });
            assert!(states.iter().all(|state| Arc::ptr_eq(state, &states[0])));
        }
    }
}
