//! Sessions and their logs, from a sandbox that is one.

use crate::place::Place;
use daytona_core::{ErrorCode, LogSource, SessionExecuteRequest, Timeout};

fn run(command: &str, run_async: bool) -> SessionExecuteRequest {
    SessionExecuteRequest { command: command.to_owned(), run_async }
}

/// Checks numbered lines as they come, however they are cut.
struct Lines {
    form: fn(u64) -> String,
    next: u64,
    begun: String,
}

impl Lines {
    fn new(form: fn(u64) -> String) -> Self {
        Self { form, next: 1, begun: String::new() }
    }

    fn take(&mut self, text: &str) {
        self.begun.push_str(text);
        let mut rest = self.begun.as_str();
        while let Some((line, after)) = rest.split_once('\n') {
            assert_eq!(line, (self.form)(self.next), "after {} lines", self.next - 1);
            (self.next, rest) = (self.next + 1, after);
        }
        self.begun = rest.to_owned();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_million_lines_survive_killed_servers() {
    const OUT: u64 = 1_000_000;
    const ERR: u64 = 100_000;
    let place = Place::new();
    let sandbox = place.sandbox().await;
    let process = sandbox.process();
    process.create_session("s").await.expect("created");
    // The second half is written once the test has seen the first, so that the log is followed live as well.
    let command = format!(
        "seq -f 'line %.0f €' 1 {half}; seq -f 'e%.0f' 1 {ERR} >&2; read go; seq -f 'line %.0f €' {after} {OUT}",
        half = OUT / 2,
        after = OUT / 2 + 1
    );
    let started =
        process.execute_session_command("s", run(&command, true), Timeout::NONE).await.expect("started");
    let mut stream = process.stream_session_command_logs("s", &started.cmd_id);
    let mut out = Lines::new(|number| format!("line {number} €"));
    let mut err = Lines::new(|number| format!("e{number}"));
    let mut kills = [OUT / 10, OUT / 4, OUT / 2 + OUT / 4].into_iter().peekable();
    let mut going = false;
    while let Some(batch) = stream.next().await.expect("the log") {
        for chunk in batch {
            match chunk.source {
                LogSource::Stdout => out.take(&chunk.text),
                // Input is echoed into the log, as standard output; see below.
                LogSource::Stderr => err.take(&chunk.text),
            }
        }
        if kills.next_if(|kill| out.next > *kill).is_some() {
            let before = place.server();
            place.kill_server();
            // Some other call, while the stream finds out for itself.
            process.get_session("s").await.expect("answered by the next server");
            assert_ne!(place.server(), before);
        }
        if !going && out.next > OUT / 2 && err.next > ERR {
            going = true;
            let stuck = process.get_session_command("s", &started.cmd_id).await.expect("there");
            assert_eq!(stuck.exit_code, None);
            sandbox.process().exec("true", None, None, Timeout::NONE).await.expect("others run meanwhile");
            process
                .send_session_command_input("s", &started.cmd_id, &(out.form)(out.next))
                .await
                .expect("sent");
            // The echo of that input is a line of the log.
            out.form = |number| format!("line {} €", if number > OUT / 2 + 1 { number - 1 } else { number });
        }
    }
    assert_eq!((out.next, err.next), (OUT + 2, ERR + 1));
    assert!(out.begun.is_empty() && err.begun.is_empty() && kills.peek().is_none());
    let command = process.get_session_command("s", &started.cmd_id).await.expect("there");
    assert_eq!(command.exit_code, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_name_reaches_its_session() {
    let place = Place::new();
    let process = place.sandbox().await.process();
    let names = ["plain", "a/b", "a%2Fb", "/", "..//..", "tab\tline\n", "ü ?#&\\", "..."];
    for name in names {
        process.create_session(name).await.expect("created");
        let error = process.create_session(name).await.expect_err("there is one");
        assert_eq!(error.code(), ErrorCode::Conflict);
        let says = format!("echo '{name}'; echo no >&2; false");
        let ran = process.execute_session_command(name, run(&says, false), Timeout::NONE).await.expect("ran");
        assert_eq!((ran.stdout, ran.stderr), (Some(format!("{name}\n")), Some("no\n".into())), "{name:?}");
        assert_eq!(ran.exit_code, Some(1));
        let command = process.get_session_command(name, &ran.cmd_id).await.expect("there");
        assert_eq!((command.command, command.exit_code), (says, Some(1)));
        let logs = process.get_session_command_logs(name, &ran.cmd_id).await.expect("read");
        assert_eq!((logs.stdout, logs.stderr), (format!("{name}\n"), "no\n".into()));
        let mut stream = process.stream_session_command_logs(name, &ran.cmd_id);
        let mut followed = String::new();
        while let Some(batch) = stream.next().await.expect("the log") {
            followed.extend(batch.into_iter().map(|chunk| chunk.text));
        }
        assert_eq!(followed.len(), logs.output.len());
    }
    let mut listed: Vec<_> = process
        .list_sessions()
        .await
        .expect("listed")
        .into_iter()
        .map(|session| session.session_id)
        .collect();
    let mut expected = names.map(str::to_owned).to_vec();
    listed.sort();
    expected.sort();
    assert_eq!(listed, expected);
    for name in names {
        process.delete_session(name).await.expect("deleted");
        let error = process.get_session(name).await.expect_err("gone");
        assert_eq!(error.code(), ErrorCode::NotFound);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_keeps_its_state_until_its_shell_exits() {
    let place = Place::new();
    let process = place.sandbox().await.process();
    process.create_session("s").await.expect("created");
    let ran = |command: &'static str| {
        let process = process.clone();
        async move { process.execute_session_command("s", run(command, false), Timeout::NONE).await }
    };
    ran("cd /tmp; export A=b; f() { echo \"$1 $A\"; }").await.expect("ran");
    let kept = ran("pwd; f x").await.expect("ran");
    assert_eq!((kept.output.as_deref(), kept.exit_code), (Some("/tmp\nx b\n"), Some(0)));
    ran("exit 3").await.expect("the last one");
    let error = ran("true").await.expect_err("no shell");
    assert_eq!((error.code(), error.status()), (ErrorCode::NotFound, Some(410)));
    let lost = process.execute_session_command("none", run("true", false), Timeout::NONE).await;
    assert_eq!(lost.expect_err("none").code(), ErrorCode::NotFound);
    // A stream whose session goes ends with an error or with the end, and does not hang.
    process.create_session("t").await.expect("created");
    let slow = process.execute_session_command("t", run("echo a; sleep 1000", true), Timeout::NONE).await;
    let mut stream = process.stream_session_command_logs("t", &slow.expect("started").cmd_id);
    assert!(stream.next().await.expect("text").is_some());
    process.delete_session("t").await.expect("deleted");
    while let Ok(Some(_)) = stream.next().await {}
}
