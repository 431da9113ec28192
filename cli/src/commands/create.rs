//! `daytona create`: makes a sandbox and prints its id.

use super::{block_on, client, map, timeout};
use crate::args::Create;
use crate::failure::Outcome;
use crate::output::{note, plain};
use crate::warnings;
use daytona_core::{CreateParams, Environment, Resources};
use std::process::ExitCode;

pub(super) fn run(args: Create) -> Outcome {
    let timeout = timeout(Some(args.timeout))?;
    let client = client(args.target)?;
    let resources = Resources { cpu: args.cpu, memory: args.memory, disk: args.disk, gpu: None };
    let params = CreateParams {
        language: args.language,
        id: args.id,
        name: args.name,
        image: args.image,
        os_user: args.user,
        env_vars: map(args.env),
        labels: map(args.label),
        public: args.public.then_some(true),
        resources: (resources != Resources::default()).then_some(resources),
        auto_stop_interval: args.auto_stop,
        ..CreateParams::default()
    };
    let sandbox = block_on(&client, async { Ok(client.create(params, timeout).await?) })?;
    crate::output::print(format!("{}\n", sandbox.id()))?;
    if client.config().is_local()
        && let Some(data_dir) = Environment::from_process().data_dir()
    {
        for warning in warnings::read(&data_dir, Some(&sandbox.id())) {
            note(format!("warning: {}\n", plain(&warning)));
        }
    }
    Ok(ExitCode::SUCCESS)
}
