//! Small files, several to a request: what is sent, and that each file fares as if it had gone alone.

use crate::support::{Reply, Request, toolbox};
use bytes::Bytes;
use daytona_core::{ErrorCode, Upload};
use serde_json::json;

fn files(count: usize) -> Vec<(String, Upload)> {
    let content = |index: usize| Upload::Bytes(Bytes::from(format!("content of {index}.")));
    (0..count).map(|index| (format!("f{index}"), content(index))).collect()
}

/// The paths of a form, and its whole text.
fn form(request: &Request) -> Option<(Vec<String>, String)> {
    let text = String::from_utf8(request.body.clone()).expect("a text");
    let path = |part: &str| {
        part.split_once(".path\"\r\n\r\n")?.1.split_once("\r\n").map(|(path, _)| path.to_owned())
    };
    request
        .target
        .ends_with("files/bulk-upload")
        .then(|| (text.split("name=\"").filter_map(path).collect(), text))
}

fn written<'a>(paths: impl IntoIterator<Item = &'a String>) -> serde_json::Value {
    let files: Vec<_> = paths.into_iter().map(|path| json!({"path": path, "bytes": 1})).collect();
    json!({"files": files})
}

#[tokio::test]
async fn small_files_share_requests_and_large_ones_go_alone() {
    let (server, sandbox) = toolbox(|request: &Request| match form(request) {
        Some((paths, _)) => Reply::json(200, &written(&paths)),
        None => Reply::json(200, &json!({"name": "f", "path": "/f", "type": "file"})),
    })
    .await;
    let mut wanted = files(130);
    wanted.push(("large".to_owned(), Upload::Bytes(vec![0; 100_000].into())));
    sandbox.fs().upload_many(wanted).await.expect("uploaded");
    let seen = server.seen();
    let forms: Vec<_> = seen.iter().filter_map(form).collect();
    assert_eq!(forms.len(), 3);
    let (mut paths, text) =
        forms.into_iter().fold((Vec::new(), String::new()), |(mut paths, text), (more, one)| {
            paths.extend(more);
            (paths, text + &one)
        });
    paths.sort_by_key(|path| path[1..].parse::<usize>().expect("a number"));
    assert_eq!(paths, (0..130).map(|index| format!("f{index}")).collect::<Vec<_>>());
    for index in 0..130 {
        assert!(text.contains(&format!("content of {index}.\r\n")), "{index}");
    }
    let alone = |request: &&Request| request.target.contains("upload-v2");
    assert_eq!(seen.iter().filter(alone).count(), 1);
}

#[tokio::test]
async fn what_a_form_does_not_confirm_is_sent_alone() {
    // Answers of toolboxes that wrote a part, that failed, that know no forms, and that say nothing.
    let answers = [
        (200, json!({"files": [{"path": "f1", "bytes": 1}], "errors": ["f2: no"]}), 9),
        (400, json!({"files": [{"path": "f1", "bytes": 1}], "errors": ["f2: no"]}), 10),
        (404, json!({"message": "no such route"}), 10),
        (200, json!({}), 10),
    ];
    for (status, answer, expected) in answers {
        let told = answer.clone();
        let (server, sandbox) = toolbox(move |request: &Request| match form(request) {
            Some(_) => Reply::json(status, &told),
            None if request.target.ends_with("=f2") => {
                Reply::json(403, &json!({"message": "no right to write", "code": "FILE_ACCESS_DENIED"}))
            }
            None => Reply::json(200, &json!({"name": "f", "path": "/f", "type": "file"})),
        })
        .await;
        let error = sandbox.fs().upload_many(files(10)).await.expect_err("one fails");
        assert_eq!(error.code(), ErrorCode::Authorization, "{answer}");
        assert!(error.message().contains("1 of 10") && error.message().contains("f2: "), "{error}");
        let alone = server.lines().iter().filter(|line| line.contains("upload-v2")).count();
        assert_eq!(alone, expected, "{answer}");
    }
}

#[tokio::test]
async fn a_toolbox_that_answers_nothing_is_not_asked_for_each_file() {
    let (server, sandbox) = toolbox(|request: &Request| match form(request) {
        Some(_) => Reply::Reset(Vec::new()),
        None => panic!("{} was asked", request.target),
    })
    .await;
    let error = sandbox.fs().upload_many(files(20)).await.expect_err("all fail");
    assert_eq!(error.code(), ErrorCode::Connection);
    assert!(error.message().contains("20 of 20") && error.message().contains("f19"), "{error}");
    assert_eq!(server.seen().iter().filter_map(form).count(), 3, "a form is sent three times at most");
}
