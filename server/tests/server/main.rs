//! The server as its clients meet it: real sockets, a real database, and the real engine wherever sandboxes
//! themselves are judged. Only faults and races use the engine's stand-in (`fake`).
//!
//! One binary, since linking the server once per file would take longer than the tests.

#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected is to fail there")]

mod api_keys;
mod auth;
mod bad_input;
mod crash;
mod deletion;
mod escape;
mod fake;
mod fake_port;
mod guard;
mod idempotency;
mod life;
mod listing;
mod openapi;
mod pool;
mod preview;
mod preview_access;
mod preview_ports;
mod preview_real;
mod preview_wire;
mod proxy;
mod races;
mod real;
mod restart;
mod secrecy;
mod support;
mod tenants;
mod transfer;
mod wishes;
mod workspace;
