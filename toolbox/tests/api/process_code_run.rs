//! `POST /process/code-run`.

use crate::harness::{Toolbox, eventually, in_time};
use serde_json::json;
use std::os::unix::fs::PermissionsExt;

#[tokio::test]
async fn python() {
    let toolbox = Toolbox::start().await;
    let sum = toolbox.run("python", r#"print("Sum of 3 and 4 is " + str(3 + 4))"#).await;
    assert_eq!(sum["result"], "Sum of 3 and 4 is 7\n");
    assert_eq!(sum["exitCode"], 0);
    std::fs::write(toolbox.dir.join("beside.py"), "x = 5").expect("a module");
    let cases = [
        ("import beside; print(beside.x)", "5\n"),
        ("try:\n  input()\nexcept EOFError:\n  print('no input')", "no input\n"),
        ("print(__name__, [name for name in globals() if name[0] != '_'])", "__main__ []\n"),
        ("def f(): return g()\ndef g(): return 1\nprint(f())", "1\n"),
        ("import pickle\nclass C: pass\nprint(type(pickle.loads(pickle.dumps(C()))).__name__)", "C\n"),
        ("import os; print(os.getcwd() == os.environ['WORK'])", "True\n"),
        ("", ""),
    ];
    for (code, expected) in cases {
        let body = json!({"language": "python", "code": code, "envs": {"WORK": toolbox.dir}});
        let answer = toolbox.post_json("/process/code-run", body).await.json();
        assert_eq!(
            (&answer["exitCode"], &answer["result"]),
            (&json!(0), &json!(expected)),
            "{code}: {answer}"
        );
    }
}

#[tokio::test]
async fn python_errors_show_the_users_frames_only() {
    let toolbox = Toolbox::start().await;
    let failed = toolbox.run("python", "print('before')\ndef f():\n    return 1 / 0\nf()").await;
    assert_eq!(failed["exitCode"], 1);
    assert_eq!(failed["stdout"], "before\n");
    let trace = failed["stderr"].as_str().expect("text");
    assert!(
        trace
            .starts_with("Traceback (most recent call last):\n  File \"<target_code>\", line 4, in <module>")
    );
    assert!(
        trace.contains("return 1 / 0") && trace.ends_with("ZeroDivisionError: division by zero\n"),
        "{trace}"
    );
    assert!(!trace.contains("_run") && !trace.contains("<string>"), "{trace}");
    assert_eq!(failed["result"], format!("before\n{trace}"));

    let syntax = toolbox.run("python", "x = (").await;
    assert_eq!(syntax["exitCode"], 1);
    let said = syntax["stderr"].as_str().expect("text");
    assert!(said.contains("SyntaxError") && said.contains("line 1") && !said.contains("Traceback"), "{said}");
    assert_eq!(toolbox.run("python", "raise SystemExit(3)").await["exitCode"], 3);
    assert_eq!(toolbox.run("python", "import os; os.abort()").await["exitCode"], 134);
}

#[tokio::test]
async fn arguments_are_passed_as_they_are() {
    let toolbox = Toolbox::start().await;
    let argv = json!(["Daytona", "a b", "$HOME;*", "", "-v", "é\n\"'"]);
    let python = json!({"language": "python", "code": "import sys, json; print(json.dumps(sys.argv[1:]))", "argv": argv});
    let node = json!({"language": "javascript", "code": "console.log(JSON.stringify(process.argv.slice(2)))", "argv": argv});
    for body in [python, node] {
        let answer = toolbox.post_json("/process/code-run", body).await.json();
        let got: serde_json::Value =
            serde_json::from_str(answer["result"].as_str().expect("text")).expect("JSON");
        assert_eq!(got, argv);
    }
}

#[tokio::test]
async fn javascript() {
    let toolbox = Toolbox::start().await;
    std::fs::write(toolbox.dir.join("beside.js"), "module.exports = 5").expect("a module");
    let cases = [
        ("console.log(`Sum of 3 and 4 is ${3 + 4}`)", "Sum of 3 and 4 is 7\n"),
        ("console.log(require('./beside'), __dirname === '.')", "5 true\n"),
        ("setTimeout(() => console.log('later'), 10)", "later\n"),
        ("console.log(require('fs').readFileSync(0).length)", "0\n"),
    ];
    for (code, expected) in cases {
        assert_eq!(toolbox.run("javascript", code).await["stdout"], expected, "{code}");
    }
    let failed = toolbox.run("javascript", "console.log(1); throw new Error('boom')").await;
    assert_eq!((failed["exitCode"].as_i64(), failed["stdout"].as_str()), (Some(1), Some("1\n")));
    assert!(failed["stderr"].as_str().is_some_and(|text| text.contains("Error: boom")), "{failed}");
}

/// The runner itself is someone else's; what counts is which one is taken, how it is called, and that
/// nothing is left. A shell script stands for it and shows its arguments and the file it was given.
#[tokio::test]
async fn typescript_takes_the_runner_on_the_path_and_leaves_no_file() {
    let toolbox = Toolbox::start().await;
    let bin = toolbox.dir.join("bin");
    std::fs::create_dir(&bin).expect("a folder");
    let script = "#!/bin/sh\ncat \"$1\"; shift; printf '|%s' \"$@\"; ls -a | grep -c daytona-run; [ \"$1\" != wait ] || exec sleep 1000\n";
    std::fs::write(bin.join("tsx"), script).expect("a script");
    std::fs::set_permissions(bin.join("tsx"), std::fs::Permissions::from_mode(0o755)).expect("permissions");
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").expect("PATH"));
    let body = |arg: &str, timeout: u64| json!({"language": "typescript", "code": "let x: number = 1", "argv": [arg, "a b"], "envs": {"PATH": path}, "timeout": timeout});
    let answer = toolbox.post_json("/process/code-run", body("Daytona", 0)).await.json();
    assert_eq!(answer["result"], "let x: number = 1|Daytona|a b1\n", "{answer}");
    assert_eq!(toolbox.names(), ["bin"]);

    let late = in_time(toolbox.post_json("/process/code-run", body("wait", 1))).await;
    late.error(408, "PROCESS_EXECUTION_TIMEOUT");
    assert_eq!(toolbox.names(), ["bin"], "a killed run leaves no file either");

    // A client who goes away, too.
    tokio::select! {
        answer = toolbox.post_json("/process/code-run", body("wait", 0)) => panic!("{answer:?}"),
        () = eventually("the file is there", async || toolbox.names() != ["bin"]) => {}
    }
    eventually("the file is removed", async || toolbox.names() == ["bin"]).await;
}

#[tokio::test]
async fn charts_leave_the_text() {
    let toolbox = Toolbox::start().await;
    let code = r#"print("before")
print('dtn_artifact_k39fd2:{"type":"chart","value":{"type":"line","title":"T","elements":[]}}')
print("after")"#;
    let answer = toolbox.run("python", code).await;
    assert_eq!(answer["result"], "before\nafter\n");
    assert_eq!(answer["stdout"], "before\nafter\n");
    assert_eq!(answer["artifacts"], json!({"charts": [{"type": "line", "title": "T", "elements": []}]}));
    let plain = toolbox.run("python", "print(1)").await;
    assert!(plain.get("artifacts").is_none(), "{plain}");
    let kept = toolbox.execute(r#"echo 'dtn_artifact_k39fd2:{"type":"chart","value":{}}'"#).await;
    assert!(kept["result"].as_str().is_some_and(|text| text.starts_with("dtn_artifact")), "{kept}");
}

#[tokio::test]
async fn code_may_be_megabytes_long() {
    let toolbox = Toolbox::start().await;
    let code = format!("x = '{}'\nprint(len(x))", "x".repeat(8 << 20));
    assert_eq!(toolbox.run("python", &code).await["result"], format!("{}\n", 8 << 20));
}

#[tokio::test]
async fn code_that_never_ends_is_killed() {
    let toolbox = Toolbox::start().await;
    let code = "import os, time\nopen('pid', 'w').write(str(os.getpid()))\nwhile True: pass";
    let body = json!({"language": "python", "code": code, "timeout": 1});
    in_time(toolbox.post_json("/process/code-run", body)).await.error(408, "PROCESS_EXECUTION_TIMEOUT");
    let pid = std::fs::read_to_string(toolbox.dir.join("pid")).expect("a pid");
    assert!(!crate::harness::alive(&pid), "it is gone when the answer comes");
}

#[tokio::test]
async fn a_missing_interpreter_is_named() {
    let toolbox = Toolbox::start().await;
    for (language, program) in [("python", "python3"), ("javascript", "node"), ("typescript", "node")] {
        let body = json!({"language": language, "code": "", "envs": {"PATH": "/no/such"}});
        let message = toolbox.post_json("/process/code-run", body).await.error(422, "INTERPRETER_MISSING");
        assert!(message.contains(program), "{message}");
    }
    let unknown = toolbox.post_json("/process/code-run", json!({"language": "cobol", "code": ""})).await;
    assert!(unknown.error(400, "BAD_REQUEST").contains("unsupported language: cobol"));
}
