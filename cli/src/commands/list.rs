//! `daytona list`: sandboxes as a table, or as the server describes them with `--json`.

use super::{block_on, client, map};
use crate::args::List;
use crate::failure::Outcome;
use crate::output::{plain, print, print_json, table};
use std::process::ExitCode;

pub(super) fn run(args: List) -> Outcome {
    let client = client(None)?;
    let labels = map(args.label);
    let sandboxes = block_on(&client, async { Ok(client.list(labels).await?) })?;
    let found: Vec<_> = sandboxes.iter().map(daytona_core::Sandbox::data).collect();
    if args.json {
        print_json(&found)?;
        return Ok(ExitCode::SUCCESS);
    }
    let rows: Vec<Vec<String>> = found
        .iter()
        .zip(&sandboxes)
        .map(|(data, sandbox)| {
            vec![
                plain(&data.id),
                plain(data.state.as_ref().map_or("unknown", |state| state.as_str())),
                plain(&sandbox.language().unwrap_or_default()),
                plain(data.created_at.as_deref().unwrap_or_default()),
                if data.name == data.id { String::new() } else { plain(&data.name) },
            ]
        })
        .collect();
    print(table(&["ID", "STATE", "LANGUAGE", "CREATED", "NAME"], &rows))?;
    Ok(ExitCode::SUCCESS)
}
