//! The toolbox as its clients meet it: the real binary, a real socket, real processes. Files mirror URLs.

mod bad_input;
mod files_bulk;
mod files_change;
mod files_download;
mod files_look;
mod files_upload;
mod git;
mod git_remote;
mod git_secrets;
mod git_server;
mod harness;
mod init;
mod isolation;
mod lsp;
mod lsp_faults;
mod ports_list;
mod ports_tunnel;
mod process_charts;
mod process_code_run;
mod process_execute;
mod process_output;
mod session;
mod session_end;
mod session_logs;
mod system;
