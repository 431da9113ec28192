//! File operations on files that are some.

use crate::place::Place;
use bytes::Bytes;
use daytona_core::{ErrorCode, FilePermissions, Upload};
use futures::StreamExt;
use std::time::Duration;

/// Far longer than anything here takes on a busy machine; only a hang reaches it.
const LONG: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_verb_does_what_it_is_named_after() {
    let place = Place::new();
    let sandbox = place.sandbox().await;
    let fs = sandbox.fs();
    for folder in ["plain", "a b", "quote'\"s", "line\nbreak", "üñí €", "tab\there", "%2F&?#+"] {
        fs.create_folder(folder, Some("700")).await.expect("made");
        fs.create_folder(folder, None).await.expect("there already");
        let file = format!("{folder}/f.txt");
        fs.upload(&file, Upload::Bytes(Bytes::from_static(b"one\ntwo one\n"))).await.expect("written");
        let info = fs.get_file_info(&file).await.expect("there");
        assert_eq!((info.name.as_str(), info.is_dir, info.size), ("f.txt", false, 12), "{folder:?}");
        let listed = fs.list_files(folder).await.expect("listed");
        assert_eq!(listed, [info]);
        assert_eq!(fs.get_file_info(folder).await.expect("there").mode, "drwx------");
        let found = fs.find_files(folder, "one").await.expect("found");
        assert_eq!(
            found.iter().map(|hit| (hit.line, &*hit.content)).collect::<Vec<_>>(),
            [(1, "one"), (2, "two one")]
        );
        assert_eq!(found[0].file, file);
        assert_eq!(fs.search_files(folder, "*.txt").await.expect("found"), std::slice::from_ref(&file));
        let absent = format!("{folder}/absent");
        let replaced =
            fs.replace_in_files(vec![file.clone(), absent.clone()], "one", "three").await.expect("answered");
        assert!(replaced[0].success && replaced[0].error.is_none());
        assert!(!replaced[1].success && replaced[1].error.is_some() && replaced[1].file == absent);
        assert_eq!(fs.download(&file).await.expect("read"), "three\ntwo three\n");
        let permissions = FilePermissions { mode: Some("640".into()), ..FilePermissions::default() };
        fs.set_file_permissions(&file, permissions).await.expect("set");
        let moved = format!("{folder}/moved");
        fs.move_files(&file, &moved).await.expect("moved");
        assert_eq!(fs.get_file_info(&moved).await.expect("there").permissions, "0640");
        assert_eq!(fs.get_file_info(&file).await.expect_err("gone").code(), ErrorCode::NotFound);
        assert_eq!(fs.delete_file(folder, false).await.expect_err("a folder").code(), ErrorCode::Validation);
        fs.delete_file(&moved, false).await.expect("deleted");
        assert_eq!(fs.list_files(folder).await.expect("listed"), []);
        fs.delete_file(folder, true).await.expect("deleted");
        assert_eq!(fs.delete_file(folder, true).await.expect_err("gone").code(), ErrorCode::NotFound);
    }
    for error in [
        fs.list_files("absent").await.expect_err("absent"),
        fs.find_files("absent", "x").await.expect_err("absent"),
        fs.search_files("absent", "x").await.expect_err("absent"),
        fs.move_files("absent", "x").await.expect_err("absent"),
        fs.set_file_permissions("absent", FilePermissions::default()).await.expect_err("absent"),
    ] {
        assert_eq!(error.code(), ErrorCode::NotFound, "{error}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_files_arrive_and_those_that_cannot_are_named() {
    let place = Place::new();
    let fs = place.sandbox().await.fs();
    fs.upload("many/file", Upload::Bytes(Bytes::new())).await.expect("written");
    let content = |index: usize| Bytes::from(format!("content {index}"));
    let mut files: Vec<_> = (0..1000)
        .map(|index| (format!("many/{}/{index}", index % 7), Upload::Bytes(content(index))))
        .collect();
    // A file cannot be a folder; and of two for one path the last one counts.
    files.insert(300, ("many/file/x".into(), Upload::Bytes(content(0))));
    files.insert(500, ("many/0/999".into(), Upload::Bytes(content(1))));
    files.push(("many/0/999".into(), Upload::Bytes(content(2))));
    let error = fs.upload_many(files).await.expect_err("one fails");
    assert!(
        error.message().contains("1 of 1002 files") && error.message().contains("many/file/x: "),
        "{error}"
    );
    assert_eq!(fs.search_files("many", "[0-9][0-9]*").await.expect("found").len(), 991);
    for index in [0, 8, 999] {
        let path = format!("many/{}/{index}", index % 7);
        assert_eq!(fs.download(&path).await.expect("read"), content(index));
    }
    assert_eq!(fs.download("many/0/999").await.expect("read"), content(2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_without_end_to_a_place_that_cannot_be_written_is_refused_at_once() {
    let place = Place::new();
    let fs = place.sandbox().await.fs();
    let pieces = || futures::stream::repeat_with(|| Ok(Bytes::from_static(&[b'x'; 64 << 10]))).boxed();
    for upload in [Upload::Stream(pieces()), Upload::File("/dev/zero".into())] {
        let refused = fs.upload("/proc/nope/z", upload);
        let error = tokio::time::timeout(LONG, refused).await.expect("no hang").expect_err("refused");
        assert_eq!(error.code(), ErrorCode::NotFound, "{error}");
        assert!(error.message().contains("/proc/nope/z"), "{error}");
    }
    fs.upload("fine", Upload::Bytes(Bytes::from_static(b"fine"))).await.expect("the next one is written");
}
