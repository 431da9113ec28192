//! Starting the server on a folder that is there already.

use crate::place::{Place, binary};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

/// An empty folder as `mkdir` leaves it.
fn make_open(path: &Path) {
    std::fs::create_dir(path).expect("made");
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("chmod");
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).expect("there").permissions().mode() & 0o777
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_folder_is_taken_and_closed_by_a_clients_first_call() {
    let place = Place::new();
    make_open(&place.data());
    place.client().list(None).await.expect("the server starts");
    assert_eq!(mode(&place.data()), 0o700);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_folder_is_taken_and_closed_by_a_detached_server() {
    let place = Place::new();
    make_open(&place.data());
    let mut serve = Command::new(binary());
    serve.args(["serve", "--detach", "--port", "0", "--data-dir"]).arg(place.data());
    let said = serve.output().expect("runs");
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    assert_eq!(mode(&place.data()), 0o700);
    place.client().list(None).await.expect("it answers");
}
