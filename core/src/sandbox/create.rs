//! Making a sandbox, so that none is left behind when making it fails.
//!
//! The work runs in a task of its own: a caller that times out or is cancelled while the request is under
//! way cannot know whether a sandbox comes of it, so the task stays until the answer is there and removes
//! what nobody waits for. What the task handed over just before the caller left, `Promise` removes. The caller
//! waits for neither: it returns at its deadline, and `Client::settle` waits for what goes on behind it.

use super::get::fetch;
use super::wait::Wanted;
use super::{API, CONTROL_TIMEOUT, CreateParams, Sandbox};
use crate::timeout::Deadline;
use crate::transport::{Body, Call, Resend, Transport};
use crate::{Error, ErrorCode, Result, SandboxState, Timeout};
use daytona_protocol::headers::IDEMPOTENCY_KEY;
use daytona_protocol::sandbox::{self as wire, CreateBuildInfo, CreateSandbox};
use http::{HeaderName, HeaderValue, Method};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

const VERB: &str = "create the sandbox";
/// How long the task stays for the answer to a request its caller gave up.
const ABANDONED: Duration = Duration::from_secs(120);

pub(crate) async fn create(
    transport: &Arc<Transport>,
    params: &CreateParams,
    timeout: Timeout,
) -> Result<Sandbox> {
    let body = params.to_wire(VERB, transport.config().chosen_target())?;
    let deadline = timeout.deadline();
    let (tell, told) = oneshot::channel();
    transport.spawn(run(Arc::clone(transport), body, tell));
    let mut promise = Promise { told, runtime: Handle::current() };
    let outcome = deadline
        .run(VERB, async { (&mut promise.told).await.unwrap_or_else(|_| Err(Error::cancelled(VERB))) })
        .await;
    if outcome.as_ref().is_err_and(|error| error.code() == ErrorCode::Timeout) {
        // What came between the last look and now has come in time.
        if let Some(outcome) = promise.withdraw() {
            return outcome;
        }
    }
    outcome
}

/// What the task will hand over. Dropped with a sandbox in it that nobody took, it has that removed.
struct Promise {
    told: oneshot::Receiver<Result<Sandbox>>,
    /// A cancelled caller may drop this outside the runtime.
    runtime: Handle,
}

impl Promise {
    /// From here on the task keeps, and removes, what it makes. What it had handed over before.
    fn withdraw(&mut self) -> Option<Result<Sandbox>> {
        self.told.close();
        self.told.try_recv().ok()
    }
}

impl Drop for Promise {
    fn drop(&mut self) {
        if let Some(Ok(sandbox)) = self.withdraw() {
            let _context = self.runtime.enter();
            sandbox.abandon_in_background();
        }
    }
}

async fn run(transport: Arc<Transport>, body: CreateSandbox, mut tell: oneshot::Sender<Result<Sandbox>>) {
    let requested = tokio::select! {
        requested = request(&transport, &body) => requested,
        () = async { tell.closed().await; tokio::time::sleep(ABANDONED).await } => return,
    };
    let sandbox = match requested {
        Ok(data) => Sandbox::new(Arc::clone(&transport), data),
        Err(error) => {
            if error.code() == ErrorCode::SandboxState {
                remove_remains(&transport, &body).await;
            }
            // Nobody there to tell is as good as told.
            let _ = tell.send(Err(in_doubt(error)));
            return;
        }
    };
    let unbounded = Timeout::NONE.deadline();
    let outcome = tokio::select! {
        biased;
        () = tell.closed() => Err(Error::cancelled(VERB)),
        outcome = sandbox.wait_for(VERB, Wanted::Started, unbounded) => outcome,
    };
    let unclaimed = match outcome {
        Ok(()) => tell.send(Ok(sandbox.clone())).is_err(),
        Err(error) => {
            sandbox.abandon().await;
            let _ = tell.send(Err(error));
            false
        }
    };
    if unclaimed {
        sandbox.abandon().await;
    }
}

/// Says so when a sandbox may have been made all the same: the request may have arrived, and there was no
/// answer that names what came of it.
fn in_doubt(error: Error) -> Error {
    let unanswered = match error.status() {
        // What a gateway says when the server's own answer did not come.
        Some(status) => matches!(status, 408 | 502 | 504),
        // Lost, or a success that cannot be read.
        None => matches!(error.code(), ErrorCode::Connection | ErrorCode::Server),
    };
    if !unanswered || error.facts().not_received {
        return error;
    }
    error.with_hint(
        "The sandbox may have been made all the same: look for it with list(), and remove it if it is not wanted",
    )
}

/// Other servers than ours keep a sandbox that failed to start and answer without its id: only its name leads
/// to it. That name may have become somebody else's meanwhile, so what bears it is looked at first, and removed
/// by its id.
async fn remove_remains(transport: &Arc<Transport>, asked: &CreateSandbox) {
    let Some(name) = asked.name.as_deref().filter(|_| !transport.is_local()) else { return };
    let verb = format!("find what is left of sandbox {name}");
    match fetch(transport, &verb, name, CONTROL_TIMEOUT.deadline()).await {
        Ok(found) if is_remains(&found, asked) => Sandbox::new(Arc::clone(transport), found).abandon().await,
        Ok(found) => tracing::debug!(id = found.id, "a sandbox of that name is not what failed; kept"),
        Err(error) if error.code() == ErrorCode::NotFound => {}
        Err(error) => tracing::warn!(%error, "a sandbox may be left behind"),
    }
}

/// Whether `found` failed and carries what was asked for. Servers add to what they are asked for, so more is
/// no contradiction.
fn is_remains(found: &wire::Sandbox, asked: &CreateSandbox) -> bool {
    let carries = |there: &BTreeMap<String, String>, asked: Option<&BTreeMap<String, String>>| {
        asked.is_none_or(|asked| asked.iter().all(|(name, value)| there.get(name) == Some(value)))
    };
    found.state.as_ref().is_some_and(SandboxState::is_failed)
        && asked.name.as_ref() == Some(&found.name)
        && asked.user.as_ref().is_none_or(|user| *user == found.user)
        && carries(&found.labels, asked.labels.as_ref())
        && carries(&found.env, asked.env.as_ref())
}

async fn request(transport: &Transport, body: &CreateSandbox) -> Result<wire::Sandbox> {
    // The caller's deadline is kept where the caller waits.
    let unbounded = Timeout::NONE.deadline();
    match post(transport, body, unbounded).await {
        Err(error) if is_unregistered(&error) => {
            let mut body = body.clone();
            let Some(image) = body.snapshot.take() else { return Err(error) };
            // Not an image of the organization: ask for one made of it.
            body.build_info =
                Some(CreateBuildInfo { dockerfile_content: format!("FROM {image}\n"), context_hashes: None });
            post(transport, &body, unbounded).await
        }
        result => result,
    }
}

async fn post(transport: &Transport, body: &CreateSandbox, deadline: Deadline) -> Result<wire::Sandbox> {
    let key = uuid::Uuid::new_v4().to_string();
    let mut call = Call::new(VERB, Method::POST, API, &["sandbox"], deadline);
    call.body = Body::json(VERB, body)?;
    call.resend = Resend::Keyed;
    let key = HeaderValue::from_str(&key).map_err(|error| Error::validation(VERB, error))?;
    call.headers.push((HeaderName::from_static(IDEMPOTENCY_KEY), key));
    let data: wire::Sandbox = transport.send_json(call).await?;
    if data.id.is_empty() {
        return Err(Error::failed(ErrorCode::Server, VERB, "the server answered without a sandbox id"));
    }
    Ok(data)
}

/// Whether the server refused the image because it is no registered one: today's API says so in words only,
/// and refuses resources together with a registered image before it looks the image up.
fn is_unregistered(error: &Error) -> bool {
    let reason = error.facts().reason.as_deref().unwrap_or_default().to_ascii_lowercase();
    matches!(error.status(), Some(400 | 404))
        && ((reason.contains("snapshot ") && reason.contains("not found"))
            || reason.contains("cannot specify sandbox resources when using a snapshot"))
}
