//! Reads `.env` files without touching the process environment.
//!
//! What must stay true: what a file says depends on the file alone. `$NAME` stays as it is: a repository's `.env`
//! could put any variable of its reader into the URL its key is sent to. And a line nobody can read costs
//! that line, not those below it.

use adotenv::{Dialect, ItemKind};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

/// More than any file of settings holds; what lies beyond is not read.
const LIMIT: u64 = 1 << 20;
/// How often a file is read anew below a line with an open quote: each time costs as much as the first.
const RESTARTS: usize = 64;

/// The variables of one file. A file that is absent (or a folder: some name their virtualenv `.env`) has
/// none; a line that is not `KEY=value` is skipped with a warning, since it may belong to another program.
pub(super) fn read(path: &Path, warnings: &mut Vec<String>) -> BTreeMap<String, String> {
    let mut text = Vec::new();
    match std::fs::File::open(path) {
        Ok(file) if file.metadata().is_ok_and(|meta| meta.is_file()) => {
            if let Err(error) = file.take(LIMIT).read_to_end(&mut text) {
                warnings.push(format!("{} could not be read: {error}", path.display()));
                return BTreeMap::new();
            }
        }
        Ok(_) => return BTreeMap::new(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return BTreeMap::new(),
        Err(error) => {
            warnings.push(format!("{} could not be read: {error}", path.display()));
            return BTreeMap::new();
        }
    }
    let (vars, bad_lines) = parse(&String::from_utf8_lossy(&text));
    if bad_lines > 0 {
        // The line itself may hold a secret, so it is not repeated.
        warnings.push(format!("{} has {bad_lines} line(s) that are not KEY=value; skipped", path.display()));
    }
    vars
}

/// The variables, by python-dotenv's rules, and how many lines are none.
fn parse(text: &str) -> (BTreeMap<String, String>, usize) {
    let (mut vars, mut bad_lines, mut restarts) = (BTreeMap::new(), 0, 0);
    let mut rest = text;
    while !rest.is_empty() {
        let (document, _) = adotenv::parse_with(rest, Dialect::PYTHON_DOTENV);
        let mut unread = "";
        for item in document.items() {
            if let Some(entry) = item.entry() {
                // As everywhere else, the last of two equal keys counts; a name without a value says nothing.
                if let Some(value) = entry.value() {
                    vars.insert(entry.key().to_owned(), value.to_owned());
                }
            } else if item.kind() == ItemKind::Invalid {
                bad_lines += 1;
                let first_line = item.raw().find('\n').map_or(item.raw().len(), |end| end + 1);
                if first_line < item.raw().len() && restarts < RESTARTS {
                    // A quote left open, and closed by that of another line: the lines between are read anew.
                    restarts += 1;
                    unread = &rest[item.span().start + first_line..];
                    break;
                }
            }
        }
        rest = unread;
    }
    (vars, bad_lines)
}

#[cfg(test)]
mod tests {
    use super::parse;

    /// A file, its variables, and how many of its lines are none.
    type Case = (&'static str, &'static [(&'static str, &'static str)], usize);

    #[test]
    fn a_file_is_read_by_python_dotenvs_rules_and_says_what_it_says() {
        let cases: &[Case] = &[
            ("A=1\nB = 2\n", &[("A", "1"), ("B", "2")], 0),
            ("A=1\r\nB=2\r\n", &[("A", "1"), ("B", "2")], 0),
            ("\u{feff}A=1", &[("A", "1")], 0),
            ("A=1\nA=2", &[("A", "2")], 0),
            ("export A=1", &[("A", "1")], 0),
            ("A=1 # one\n# none\n\nB=a#b\n", &[("A", "1"), ("B", "a#b")], 0),
            ("A=\nB=''\nC", &[("A", ""), ("B", "")], 0),
            // What spaces surround belongs to the value, what surrounds the value does not.
            ("APP=My App\nB=2", &[("APP", "My App"), ("B", "2")], 0),
            ("A=1\nB=2 ", &[("A", "1"), ("B", "2")], 0),
            ("A=' 1 '\n", &[("A", " 1 ")], 0),
            // Nothing is taken from anywhere else.
            (
                "A=1\nB=$A\nC=${PATH}\nD=\"$HOME\"\nE='$A'",
                &[("A", "1"), ("B", "$A"), ("C", "${PATH}"), ("D", "$HOME"), ("E", "$A")],
                0,
            ),
            ("A=pa$$word\nB=$(id)\nC=`id`", &[("A", "pa$$word"), ("B", "$(id)"), ("C", "`id`")], 0),
            ("A=\"a\\nb\"\nB='a\\nb'", &[("A", "a\nb"), ("B", "a\\nb")], 0),
            ("A='one\ntwo'\nB=1", &[("A", "one\ntwo"), ("B", "1")], 0),
            ("A=it's\nB=1", &[("A", "it's"), ("B", "1")], 0),
            // A line that cannot be read is one line.
            ("A=\"open\nB=1\n", &[("B", "1")], 1),
            ("A='open\nB=1\n", &[("B", "1")], 1),
            ("A='it's\nB=1\n", &[("B", "1")], 1),
            ("A=\"open\nB=\"1\"\nC=2", &[("B", "1"), ("C", "2")], 1),
            ("A='open\nB=1\nC='2'\nD=3", &[("B", "1"), ("C", "2"), ("D", "3")], 1),
            ("two words\nA=1\nmore of them\n", &[("A", "1")], 2),
            ("", &[], 0),
        ];
        for (text, expected, bad) in cases {
            let (vars, bad_lines) = parse(text);
            let vars: Vec<_> = vars.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
            assert_eq!((vars.as_slice(), bad_lines), (*expected, *bad), "{text:?}");
        }
    }
}
