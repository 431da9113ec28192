//! Runs the behaviour scenarios through the core itself: `behaviour PLAN REPORT`.
//!
//! The plan is what `plan.py` made of the scenarios; the report says of each scenario whether it held. What the
//! core does here is what both languages do on top of it.

mod calls;
mod canonical;
mod git;
mod http;
mod matching;
mod process;
mod scenario;

use daytona_core::{Client, ClientOptions};
use scenario::Runner;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use tokio::time::timeout;

/// The name of this interpreter in plans and reports.
pub(crate) const KIND: &str = "rust";

/// Whatever goes wrong beside a scenario's own expectations.
pub(crate) type Wrong = Box<dyn std::error::Error + Send + Sync>;
/// What most of the interpreter gives.
pub(crate) type Outcome<T> = Result<T, Wrong>;

/// What all interpreters read.
#[derive(Deserialize)]
struct Plan {
    scenarios: Vec<Scenario>,
    /// Seconds until a scenario counts as hanging.
    deadline: u64,
    /// The class of each error code.
    errors: BTreeMap<String, String>,
}

/// One scenario of the plan.
#[derive(Deserialize)]
pub(crate) struct Scenario {
    name: String,
    slug: String,
    sandbox: bool,
    exclude: Map<String, Value>,
    steps: Vec<Step>,
    cleanup: Vec<Step>,
}

/// One call and what is expected of it.
#[derive(Deserialize)]
pub(crate) struct Step {
    call: String,
    on: Option<String>,
    args: Map<String, Value>,
    expect: Option<Value>,
    error: Option<Value>,
    save: Option<String>,
    eventually: bool,
}

async fn run(plan: &str, report: &str) -> Outcome<()> {
    let Plan { scenarios, deadline, errors } = serde_json::from_slice(&std::fs::read(plan)?)?;
    let client = Client::new(ClientOptions { source: "sdk-rust", ..ClientOptions::default() })?;
    let mut runner = Runner::new(client, errors);
    let mut outcomes = Vec::new();
    for scenario in scenarios.iter().filter(|scenario| !scenario.exclude.contains_key(KIND)) {
        println!("{}", scenario.name);
        let started = Instant::now();
        let wrong = match timeout(Duration::from_secs(deadline), runner.scenario(scenario)).await {
            Ok(went) => went.err().map(|wrong| wrong.to_string()),
            Err(_) => Some("the scenario did not end by its deadline".to_owned()),
        };
        let seconds = started.elapsed().as_secs_f64();
        outcomes.push(json!({ "name": scenario.name, "wrong": wrong, "seconds": seconds }));
    }
    runner.close().await?;
    std::fs::write(report, serde_json::to_vec_pretty(&outcomes)?)?;
    Ok(())
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [plan, report] = arguments.as_slice() else {
        eprintln!("usage: behaviour PLAN REPORT");
        return ExitCode::from(2);
    };
    match run(plan, report).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(wrong) => {
            eprintln!("{wrong}");
            ExitCode::FAILURE
        }
    }
}
