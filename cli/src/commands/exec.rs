//! `daytona exec`: a shell command in a sandbox.

use super::{block_on, client, finish, map, timeout};
use crate::args::Exec;
use crate::failure::{Failure, Outcome};

pub(super) fn run(args: Exec) -> Outcome {
    let timeout = timeout(args.timeout)?;
    let command = match args.command.as_slice() {
        // One word was quoted by whoever typed it: it is for the shell to read.
        [command] => command.clone(),
        words => shlex::try_join(words.iter().map(String::as_str)).map_err(Failure::new)?,
    };
    let client = client(None)?;
    let env = map(args.env);
    let response = block_on(&client, async {
        let sandbox = client.get(&args.sandbox).await?;
        Ok(sandbox.process().exec(&command, args.cwd.as_deref(), env, timeout).await?)
    })?;
    finish(&response)
}
