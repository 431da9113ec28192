//! The native half of `@daytonaio/sdk`: one class per noun of the core, for the TypeScript half to wrap.
//!
//! A method here converts its arguments, makes one core call and maps the error; no default, retry, URL or
//! policy lives in this crate. Three rules hold everywhere:
//!
//! - every argument is read by [`args::Js`], so a wrong one is a `VALIDATION` error and never a panic;
//! - every promise is made by [`call::promise`], so a cancel token can end it and its error is structured;
//! - every error leaves as the JSON of [`error`], which `ts/errors.ts` alone reads.

// Public, because what the exports of a cdylib mention must be.
pub mod args;
pub mod call;
pub mod client;
pub mod error;
pub mod files;
pub mod git;
pub mod logs;
pub mod lsp;
pub mod made;
pub mod process;
pub mod sandbox;
pub mod sessions;
pub mod transfer;
