//! `daytona run`: a program from a file.

use super::{block_on_whole, client, finish, interruptible, map, timeout};
use crate::args::Run;
use crate::failure::{Failure, Outcome};
use daytona_core::{Client, CodeRunParams, CreateParams, ExecuteResponse, Timeout};
use std::io::Read;
use std::path::Path;
use std::time::Duration;

/// For making and removing the sandbox of one run.
const LIFECYCLE: Timeout = Timeout::after(Duration::from_secs(60));

pub(super) fn run(args: Run) -> Outcome {
    let timeout = timeout(args.timeout)?;
    let code = read(&args.file)?;
    let language = args.language.or_else(|| by_extension(&args.file).map(str::to_owned));
    let params = CodeRunParams { argv: (!args.argv.is_empty()).then_some(args.argv), env: map(args.env) };
    let client = client(None)?;
    let response = block_on_whole(async {
        match args.sandbox {
            Some(id) => {
                interruptible(&client, async {
                    Ok(client.get(&id).await?.process().code_run(&code, params, timeout).await?)
                })
                .await
            }
            None => in_a_new_one(&client, language, &code, params, timeout).await,
        }
    })?;
    finish(&response)
}

/// Makes a sandbox for this run alone. It is removed however the run ends, interrupts included.
async fn in_a_new_one(
    client: &Client,
    language: Option<String>,
    code: &str,
    params: CodeRunParams,
    timeout: Timeout,
) -> Outcome<ExecuteResponse> {
    let create = CreateParams { language, ..CreateParams::default() };
    let sandbox = interruptible(client, async { Ok(client.create(create, LIFECYCLE).await?) }).await?;
    let process = sandbox.process();
    let response = interruptible(client, async { Ok(process.code_run(code, params, timeout).await?) }).await;
    sandbox.delete(LIFECYCLE).await?;
    response
}

fn read(file: &Path) -> Outcome<String> {
    let fail = |error: std::io::Error| Failure::new(format!("{}: {error}", file.display()));
    if file == Path::new("-") {
        let mut code = String::new();
        std::io::stdin().read_to_string(&mut code).map_err(fail)?;
        return Ok(code);
    }
    std::fs::read_to_string(file).map_err(fail)
}

fn by_extension(file: &Path) -> Option<&'static str> {
    match file.extension()?.to_str()? {
        "py" => Some("python"),
        "js" | "cjs" | "mjs" => Some("javascript"),
        "ts" | "cts" | "mts" => Some("typescript"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extension_names_the_language() {
        assert_eq!(by_extension(Path::new("a/b.ts")), Some("typescript"));
        assert_eq!(by_extension(Path::new("b.mjs")), Some("javascript"));
        assert_eq!(by_extension(Path::new("b.py")), Some("python"));
        assert_eq!(by_extension(Path::new("-")), None);
    }
}
