//! `daytona delete`: removes sandboxes. One that cannot be removed does not keep the others.

use super::{block_on, client};
use crate::args::Delete;
use crate::failure::{Failure, Outcome};
use daytona_core::{Client, ErrorCode, Sandbox, Timeout};
use std::process::ExitCode;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(60);
const TIMEOUT: Timeout = Timeout::after(PATIENCE);
const PAUSE: Duration = Duration::from_millis(100);

pub(super) fn run(args: Delete) -> Outcome {
    let client = client(None)?;
    block_on(&client, async {
        let mut failed = 0;
        let mut sandboxes = Vec::new();
        if args.all {
            sandboxes = client.list(None).await?;
        }
        for id in &args.sandboxes {
            match client.get(id).await {
                Ok(sandbox) => sandboxes.push(sandbox),
                Err(error) => {
                    Failure::from(error).report();
                    failed += 1;
                }
            }
        }
        failed += delete_all(&sandboxes).await;
        match failed {
            0 => Ok(ExitCode::SUCCESS),
            _ => Ok(ExitCode::FAILURE),
        }
    })
}

/// Deletes each; reports what failed and returns how many did.
async fn delete_all(sandboxes: &[Sandbox]) -> usize {
    let mut failed = 0;
    for sandbox in sandboxes {
        if let Err(error) = delete_when_possible(sandbox).await {
            Failure::from(error).report();
            failed += 1;
        }
    }
    failed
}

/// A sandbox that is being started or stopped is deleted once that is done.
async fn delete_when_possible(sandbox: &Sandbox) -> daytona_core::Result<()> {
    let until = Instant::now() + PATIENCE;
    loop {
        match sandbox.delete(TIMEOUT).await {
            Err(error) if error.code() == ErrorCode::Conflict && Instant::now() < until => {
                tokio::time::sleep(PAUSE).await;
            }
            done => return done,
        }
    }
}

/// Deletes every sandbox of a server.
pub(super) fn everything(client: &Client) -> Outcome<usize> {
    block_on(client, async {
        let sandboxes = client.list(None).await?;
        match delete_all(&sandboxes).await {
            0 => Ok(sandboxes.len()),
            failed => {
                Err(Failure::new(format!("{failed} of {} sandboxes could not be deleted", sandboxes.len()))
                    .hint("the server was left running; try again"))
            }
        }
    })
}
