//! `POST /files/bulk-download` and `POST /files/bulk-upload`.

use crate::harness::{Answer, Toolbox};
use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use serde_json::{Value, json};

/// Name, file name, content of each part, read by a parser that is not ours.
async fn parts(answer: &Answer) -> Vec<(String, String, Bytes)> {
    let boundary = multer::parse_boundary(answer.header("content-type")).expect("a boundary");
    assert_eq!(boundary, "DAYTONA-FILE-BOUNDARY");
    let body = answer.body.clone();
    let mut form =
        multer::Multipart::new(futures::stream::once(async { Ok::<_, std::io::Error>(body) }), boundary);
    let mut parts = Vec::new();
    while let Some(field) = form.next_field().await.expect("a part") {
        let (name, file) =
            (field.name().unwrap_or_default().to_owned(), field.file_name().unwrap_or_default().to_owned());
        let length =
            field.headers().get("content-length").expect("a length").to_str().expect("text").to_owned();
        let content = field.bytes().await.expect("content");
        assert_eq!(length, content.len().to_string());
        parts.push((name, file, content));
    }
    parts
}

#[tokio::test]
async fn downloads_keep_order_and_report_each_failure() {
    let toolbox = Toolbox::start().await;
    let large = vec![b'\n'; 1 << 20];
    std::fs::write(toolbox.dir.join("large"), &large).expect("a file");
    std::fs::write(toolbox.dir.join("empty"), "").expect("a file");
    std::fs::write(toolbox.dir.join("é \"q\""), "--DAYTONA-FILE-BOUNDARY").expect("a file");
    let paths = ["large", "no/such", "empty", "", "/tmp", "é \"q\"", "large"];
    let answer = toolbox.post_json("/files/bulk-download", json!({"paths": paths})).await;
    assert_eq!(answer.status, 200);
    let parts = parts(&answer).await;
    let names: Vec<&str> = parts.iter().map(|part| part.0.as_str()).collect();
    assert_eq!(names, ["file", "error", "file", "error", "error", "file", "file"]);
    for (part, path) in parts.iter().zip(paths).filter(|(_, path)| !path.contains('"')) {
        assert_eq!(part.1, path);
    }
    assert!(parts[0].2 == large && parts[6].2 == large && parts[2].2.is_empty());
    assert_eq!(&parts[5].2[..], b"--DAYTONA-FILE-BOUNDARY");
    for (index, status, code) in
        [(1, 404, "FILE_NOT_FOUND"), (3, 400, "INVALID_FILE_PATH"), (4, 400, "INVALID_FILE_PATH")]
    {
        let error: Value = serde_json::from_slice(&parts[index].2).expect("JSON");
        assert_eq!((&error["statusCode"], &error["code"]), (&json!(status), &json!(code)), "{error}");
        assert_eq!(error["path"], "/files/bulk-download");
    }
    toolbox.post_json("/files/bulk-download", json!({"paths": []})).await.error(400, "BAD_REQUEST");
}

fn form(fields: &[(&str, &str)]) -> Request<Full<Bytes>> {
    let mut body = String::new();
    for (name, content) in fields {
        body += &format!("--B\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{content}\r\n");
    }
    let request = Request::post("/files/bulk-upload").header("host", "x");
    let request = request.header("content-type", "multipart/form-data; boundary=B");
    request.body(Full::new((body + "--B--\r\n").into())).expect("a request")
}

#[tokio::test]
async fn uploads_store_what_they_can_and_report_the_rest() {
    let toolbox = Toolbox::start().await;
    let good = form(&[
        ("files[0].path", "a/one"),
        ("files[0].file", "first"),
        ("files[x].path", "two\nlines"),
        ("files[x].file", ""),
    ]);
    let answer = toolbox.send(good).await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.json(),
        json!({"files": [{"path": "a/one", "bytes": 5}, {"path": "two\nlines", "bytes": 0}]})
    );

    let mixed = form(&[
        ("files[0].path", "a"),
        ("files[0].file", "a folder is in the way"),
        ("files[1].file", "no path"),
        ("files[2].path", "kept"),
        ("files[2].file", "k"),
        ("other", "x"),
        ("files[3].path", "no file"),
    ]);
    let answer = toolbox.send(mixed).await;
    assert_eq!(answer.status, 400);
    let body = answer.json();
    assert_eq!(body["files"], json!([{"path": "kept", "bytes": 1}]));
    let errors: Vec<&str> =
        body["errors"].as_array().expect("errors").iter().filter_map(Value::as_str).collect();
    assert_eq!(errors.len(), 4, "{errors:?}");
    for (error, expected) in errors.iter().zip(["a: ", "files[1].file: ", "other: ", "no file: "]) {
        assert!(error.starts_with(expected), "{error}");
    }
    assert_eq!(std::fs::read(toolbox.dir.join("a/one")).expect("a file"), b"first");
    assert_eq!(toolbox.names(), ["a", "kept", "two\nlines"]);
}

#[tokio::test]
async fn ten_thousand_files_come_in_any_order() {
    const FILES: usize = 10_000;
    let toolbox = Toolbox::start().await;
    let path = |index| (format!("files[{index}].path"), format!("many/{index}"));
    let file = |index| (format!("files[{index}].file"), format!("content {index}"));
    let paths_first: Vec<_> = (0..FILES).map(path).chain((0..FILES).map(file)).collect();
    // One by one, then some paths ahead of their files, which come backwards.
    let mixed: Vec<_> = (0..FILES)
        .step_by(1000)
        .flat_map(|start| {
            let (pairs, rest) = (start..start + 500, start + 500..start + 1000);
            let pairs = pairs.flat_map(|index| [path(index), file(index)]);
            pairs.chain(rest.clone().map(path)).chain(rest.rev().map(file)).collect::<Vec<_>>()
        })
        .collect();
    for fields in [paths_first, mixed] {
        let fields: Vec<_> = fields.iter().map(|(name, content)| (name.as_str(), content.as_str())).collect();
        let answer = toolbox.send(form(&fields)).await;
        assert_eq!(answer.status, 200, "{:?}", &answer.body[..answer.body.len().min(500)]);
        assert_eq!(answer.json()["files"].as_array().map(Vec::len), Some(FILES));
        for index in 0..FILES {
            let content = std::fs::read_to_string(toolbox.dir.join(format!("many/{index}"))).expect("a file");
            assert_eq!(content, format!("content {index}"));
        }
        std::fs::remove_dir_all(toolbox.dir.join("many")).expect("removed");
    }
    assert!(toolbox.peak_memory() < 64 << 20, "{} MiB", toolbox.peak_memory() >> 20);
}

#[tokio::test]
async fn what_a_refused_form_is_told_and_kept_of_is_bounded() {
    let toolbox = Toolbox::start().await;
    // Ten thousand failures are the first ten in words, and a number.
    let names: Vec<_> = (0..10_000).map(|index| (format!("files[{index}].file"), "x")).collect();
    let fields: Vec<_> = names.iter().map(|(name, content)| (name.as_str(), *content)).collect();
    let answer = toolbox.send(form(&fields)).await;
    assert_eq!(answer.status, 400);
    let errors = answer.json()["errors"].clone();
    assert_eq!(errors.as_array().map(Vec::len), Some(11), "{errors}");
    assert!(errors[9].as_str().is_some_and(|text| text.starts_with("files[9].file: ")), "{errors}");
    assert_eq!(errors[10], "and 9990 more");

    // More paths than a form may hold, and a name longer than any that is repeated.
    let path = "p".repeat(4000);
    let names: Vec<_> = (0..12_000).map(|index| format!("files[{index}].path")).collect();
    let long = "n".repeat(1 << 20);
    let fields: Vec<_> = std::iter::once((long.as_str(), "x"))
        .chain(names.iter().map(|name| (name.as_str(), path.as_str())))
        .collect();
    let answer = toolbox.send(form(&fields)).await;
    assert_eq!(answer.status, 400);
    assert!(answer.body.len() < 256 << 10, "{} bytes", answer.body.len());
    assert!(answer.json()["errors"][1].as_str().is_some_and(|text| text.contains("send the rest")));
    assert!(toolbox.peak_memory() < 96 << 20, "{} MiB", toolbox.peak_memory() >> 20);
}
