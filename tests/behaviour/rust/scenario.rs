//! A scenario under way: what it knows, its steps, and what it leaves.

use crate::canonical::{self, Handle};
use crate::matching::{mismatch, resolve};
use crate::{KIND, Outcome, Scenario, Step, calls, http};
use daytona_core::{Client, CreateParams, ErrorCode, Sandbox, Timeout};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

/// How long a step that waits for something tries again, and how often.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(50);

/// The client, the sandbox that scenarios share, and the scenario under way.
pub(crate) struct Runner {
    client: Client,
    errors: BTreeMap<String, String>,
    shared: Option<Sandbox>,
    known: Map<String, Value>,
    handles: HashMap<String, Handle>,
}

impl Runner {
    pub(crate) fn new(client: Client, errors: BTreeMap<String, String>) -> Self {
        Self { client, errors, shared: None, known: Map::new(), handles: HashMap::new() }
    }

    /// Runs the steps; the cleanup steps and the removal of sandboxes follow however they went.
    pub(crate) async fn scenario(&mut self, scenario: &Scenario) -> Outcome<()> {
        self.known.clear();
        self.handles.clear();
        self.known.insert("runner".into(), KIND.into());
        self.known.insert("scenario".into(), scenario.slug.clone().into());
        if scenario.sandbox {
            self.share(&scenario.slug).await?;
        }
        let went = self.steps(&scenario.steps, "step").await;
        let cleaned = self.steps(&scenario.cleanup, "cleanup step").await;
        let removed = self.remove().await;
        went.and(cleaned).and(removed)
    }

    /// Removes the sandbox that scenarios shared.
    pub(crate) async fn close(&mut self) -> Outcome<()> {
        if let Some(sandbox) = self.shared.take() {
            sandbox.delete(Timeout::NONE).await?;
        }
        Ok(())
    }

    async fn share(&mut self, slug: &str) -> Outcome<()> {
        let sandbox = match &self.shared {
            Some(sandbox) => sandbox.clone(),
            None => {
                let labels = BTreeMap::from([("suite".to_owned(), KIND.to_owned())]);
                let params = CreateParams {
                    language: Some("python".into()),
                    labels: Some(labels),
                    ..CreateParams::default()
                };
                let made = self.client.create(params, Timeout::after(Duration::from_secs(60))).await?;
                self.shared.insert(made).clone()
            }
        };
        let home = sandbox.user_root_dir().await?;
        let folder = format!("{home}/{slug}");
        sandbox.process().exec(&format!("mkdir -p {folder}"), None, None, Timeout::NONE).await?;
        self.known.insert("home".into(), home.into());
        self.known.insert("dir".into(), folder.into());
        self.known.insert("sandbox".into(), canonical::sandbox(&sandbox));
        self.handles.insert("sandbox".into(), Handle::Sandbox(sandbox));
        Ok(())
    }

    async fn remove(&mut self) -> Outcome<()> {
        let shared = self.shared.as_ref().map(Sandbox::id);
        for (_, handle) in self.handles.drain() {
            let Handle::Sandbox(sandbox) = handle else { continue };
            if shared.as_ref() == Some(&sandbox.id()) {
                continue;
            }
            match sandbox.delete(Timeout::after(Duration::from_secs(60))).await {
                Err(error) if error.code() != ErrorCode::NotFound => return Err(error.into()),
                Ok(()) | Err(_) => {}
            }
        }
        Ok(())
    }

    async fn steps(&mut self, steps: &[Step], what: &str) -> Outcome<()> {
        for (number, step) in steps.iter().enumerate() {
            let started = Instant::now();
            while let Some(wrong) = self.attempt(step).await? {
                if !step.eventually || started.elapsed() > PATIENCE {
                    return Err(format!("{what} {}, {}: {wrong}", number + 1, step.call).into());
                }
                tokio::time::sleep(PAUSE).await;
            }
        }
        Ok(())
    }

    /// Makes the call and says what is wrong with its outcome, if anything.
    async fn attempt(&mut self, step: &Step) -> Outcome<Option<String>> {
        let expected = step.error.as_ref().map(|error| resolve(error, &self.known)).transpose()?;
        let (result, handle) = match self.call(step).await {
            Ok(result) => result,
            Err(wrong) => {
                let error = wrong.downcast::<daytona_core::Error>()?;
                let code = error.code().as_str();
                let Some(expected) = expected else {
                    return Ok(Some(format!("gave {code}: {}", error.message())));
                };
                let actual = json!({
                    "class": self.errors.get(code),
                    "code": code,
                    "status": error.status(),
                    "message": error.message(),
                });
                return mismatch(&expected, &actual, "error");
            }
        };
        if let Some(expected) = expected {
            return Ok(Some(format!("an error is expected: {expected}; the result is {result}")));
        }
        if let Some(name) = &step.save {
            self.known.insert(name.clone(), result.clone());
            self.handles.insert(name.clone(), handle);
        }
        match &step.expect {
            Some(expected) => mismatch(&resolve(expected, &self.known)?, &result, "result"),
            None => Ok(None),
        }
    }

    async fn call(&self, step: &Step) -> Outcome<(Value, Handle)> {
        let args = resolve(&Value::Object(step.args.clone()), &self.known)?;
        let args = canonical::Args(&args);
        match step.call.as_str() {
            "test.value" => return Ok((args.0["value"].clone(), Handle::None)),
            "test.http_get" => return Ok((http::get(&args).await?, Handle::None)),
            _ => {}
        }
        let noun = step.call.split('.').next().unwrap_or_default();
        if noun == "daytona" {
            let given = args.0["sandbox"]["$handle"].as_str().map(|name| self.handle(name)).transpose()?;
            return calls::daytona(&self.client, &step.call, &args, given).await;
        }
        calls::on(self.handle(step.on.as_deref().unwrap_or("sandbox"))?, &step.call, &args).await
    }

    fn handle(&self, name: &str) -> Outcome<&Handle> {
        self.handles.get(name).ok_or_else(|| format!("nothing was saved as {name}").into())
    }
}
