//! The single-threaded program that makes a sandbox's namespaces and then stays as its monitor.

fn main() -> std::process::ExitCode {
    daytona_engine::launcher::main()
}
