//! Sets up the linker for a Node-API module.

fn main() {
    napi_build::setup();
}
