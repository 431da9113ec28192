//! Output of any kind and size.

use crate::harness::{Toolbox, eventually, in_time};
use daytona_protocol::process::ANSWER_LIMIT;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use std::time::Duration;

const MIB: usize = 1 << 20;

#[tokio::test]
async fn a_hundred_megabytes_pass_through_little_memory() {
    let toolbox = Toolbox::start().await;
    let code =
        "import sys\nfor i in range(100):\n  sys.stdout.write('é' * (1 << 19))\nsys.stderr.write('end')";
    let answer = toolbox.run("python", code).await;
    assert_eq!(answer["exitCode"], 0);
    let text = answer["stdout"].as_str().expect("text");
    assert_eq!(text.len(), 100 * MIB);
    assert!(text.bytes().step_by(2).all(|byte| byte == 0xc3), "no character was cut");
    assert_eq!(answer["stderr"], "end");
    assert_eq!(answer["result"].as_str().expect("text").len(), 100 * MIB + 3);
    let peak = toolbox.peak_memory();
    assert!(peak < 32 * MIB as u64, "peak memory was {} MiB", peak >> 20);
}

#[tokio::test]
async fn endless_output_ends_with_advice() {
    let toolbox = Toolbox::start().await;
    let answer =
        in_time(toolbox.post_json("/process/execute", json!({"command": "echo $$ > pid; exec yes"}))).await;
    let message = answer.error(413, "OUTPUT_TOO_LARGE");
    assert!(message.contains("512 MiB") && message.contains("file"), "{message}");
    assert!(toolbox.peak_memory() < 32 * MIB as u64);
    let pid = std::fs::read_to_string(toolbox.dir.join("pid")).expect("a pid");
    crate::harness::eventually("it was killed", async || !crate::harness::alive(&pid)).await;
}

#[tokio::test]
async fn a_hundred_megabytes_of_control_bytes_are_an_answer_that_clients_read() {
    let toolbox = Toolbox::start().await;
    let size = 100_000_000;
    let command = json!({"command": format!("head -c {size} /dev/zero")});
    let answer = toolbox.post_json("/process/execute", command).await;
    assert_eq!(answer.status, 200);
    // Every byte is six in JSON, and is there in `result` and in `stdout`.
    assert!(answer.body.len() > 12 * size && answer.body.len() < ANSWER_LIMIT, "{}", answer.body.len());
    assert!(answer.body.ends_with(br#"\u0000","stderr":""}"#));
    assert!(toolbox.peak_memory() < 32 * MIB as u64);
}

#[tokio::test]
async fn output_that_only_its_json_makes_too_large_ends_with_advice() {
    let toolbox = Toolbox::start().await;
    let command = json!({"command": "head -c 110M /dev/zero >&2; touch done"});
    let message = toolbox.post_json("/process/execute", command).await.error(413, "OUTPUT_TOO_LARGE");
    assert!(message.contains("1216 MiB as JSON") && message.contains("file"), "{message}");
    assert!(!toolbox.dir.join("done").exists(), "it was killed");
}

#[tokio::test]
async fn bytes_that_are_no_text_become_replacement_characters() {
    let toolbox = Toolbox::start().await;
    let answer = toolbox.execute(r"printf 'a\377\000\033[31m\342\202'; printf '\200' >&2").await;
    assert_eq!(answer["stdout"], "a\u{FFFD}\0\u{1b}[31m\u{FFFD}");
    assert_eq!(answer["stderr"], "\u{FFFD}");
    // A character that arrives in two writes is one character, in each stream and in both together.
    let answer =
        toolbox.execute(r"printf '\342\202'; sleep 0.1; printf x >&2; sleep 0.1; printf '\254'").await;
    assert_eq!(answer["stdout"], "€");
    assert_eq!(answer["result"], "x€");
}

#[tokio::test]
async fn output_between_memory_and_disk_is_whole() {
    let toolbox = Toolbox::start().await;
    for size in [1, 65_535, 65_536, 4 * MIB - 1, 4 * MIB, 4 * MIB + 1, 5 * MIB] {
        let answer = toolbox.execute(&format!("head -c {size} /dev/zero | tr '\\0' '\"'; echo e >&2")).await;
        let text = answer["stdout"].as_str().expect("text");
        assert!(text.len() == size && text.bytes().all(|byte| byte == b'"'), "{size}");
        assert_eq!(answer["result"].as_str().expect("text").len(), size + 2);
        assert_eq!(answer["stderr"], "e\n");
    }
}

#[tokio::test]
async fn output_that_came_in_time_is_kept_however_late_it_is_looked_at() {
    // The leader ends; while what it left still writes, the toolbox gets no time, and the silence it waits for is
    // over when it does. A try counts in which it was stopped before that: on a busy machine not every one is.
    let mut kept = false;
    for _ in 0..10 {
        let toolbox = Toolbox::start().await;
        let pid = Pid::from_child(&toolbox.process);
        let stalled = async {
            eventually("the leader ends", async || toolbox.names().contains(&"left".to_owned())).await;
            // Its end, too, has to be seen.
            tokio::time::sleep(Duration::from_millis(50)).await;
            kill_process(pid, Signal::STOP).expect("stopped");
            std::fs::write(toolbox.dir.join("go"), "").expect("written");
            eventually("it is written", async || toolbox.names().contains(&"written".to_owned())).await;
            tokio::time::sleep(Duration::from_millis(600)).await;
            kill_process(pid, Signal::CONT).expect("goes on");
        };
        let late = "until [ -e go ]; do sleep 0.01; done; echo late; : > written; exec sleep 600";
        let command = format!("({late}) & : > left");
        let (answer, ()) = futures::future::join(toolbox.execute(&command), stalled).await;
        kept = answer["stdout"] == "late\n";
        if kept {
            break;
        }
    }
    assert!(kept, "what was in the pipe is lost");
}
