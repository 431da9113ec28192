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
