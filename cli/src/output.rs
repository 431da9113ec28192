//! What commands print.

use crate::failure::Outcome;
use std::io::{self, ErrorKind, Write};

/// Writes to stdout. A reader that has seen enough (`| head`) is no failure.
pub(crate) fn print(text: impl AsRef<[u8]>) -> Outcome<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_ref()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => Ok(result?),
    }
}

/// Writes to stderr what is not the result: notes, progress, a program's own stderr.
pub(crate) fn note(text: impl AsRef<[u8]>) {
    // Notes to nobody are not worth a failure.
    let _ = io::stderr().lock().write_all(text.as_ref());
}

/// Pretty JSON and a newline.
pub(crate) fn print_json(value: &impl serde::Serialize) -> Outcome<()> {
    let text = serde_json::to_string_pretty(value).map_err(io::Error::from)?;
    print(format!("{text}\n"))
}

/// Columns as wide as their widest cell; the last one is not padded.
pub(crate) fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain(header.get(column).map(|title| title.len())).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..header.len()).map(width).collect();
    let line = |cells: Vec<&str>| {
        let padded: Vec<String> =
            cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        format!("{}\n", padded.join("  ").trim_end())
    };
    let mut text = line(header.to_vec());
    for row in rows {
        text.push_str(&line(row.iter().map(String::as_str).collect()));
    }
    text
}

/// Text from a server or sandbox, without what could rewrite the terminal.
pub(crate) fn plain(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let rows = [
            vec!["a".into(), "started".into(), "x".into()],
            vec!["longer".into(), "y".into(), String::new()],
        ];
        let text = table(&["ID", "STATE", "NAME"], &rows);
        assert_eq!(text, "ID      STATE    NAME\na       started  x\nlonger  y\n");
    }

    #[test]
    fn escapes_do_not_reach_the_terminal() {
        assert_eq!(plain("a\u{1b}[2Jb\n"), "a [2Jb ");
    }
}
