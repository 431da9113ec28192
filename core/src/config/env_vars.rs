//! Every environment variable the client reads, by name.

/// API key; read from the process and from `.env` files.
pub const API_KEY: &str = "DAYTONA_API_KEY";
/// Base URL of the API, `/api` included; read from the process and from `.env` files.
pub const API_URL: &str = "DAYTONA_API_URL";
/// Older name of [`API_URL`]; still read, with a warning.
pub const SERVER_URL: &str = "DAYTONA_SERVER_URL";
/// Region of new sandboxes, or `local`; read from the process and from `.env` files.
pub const TARGET: &str = "DAYTONA_TARGET";
/// JWT used instead of an API key; read from the process and from `.env` files.
pub const JWT_TOKEN: &str = "DAYTONA_JWT_TOKEN";
/// Organization the JWT acts for; read from the process and from `.env` files.
pub const ORGANIZATION_ID: &str = "DAYTONA_ORGANIZATION_ID";

/// Folder of the CLI's `config.json`; process only.
pub const CONFIG_DIR: &str = "DAYTONA_CONFIG_DIR";
/// State folder of the local server; process only.
pub const DATA_DIR: &str = "DAYTONA_DATA_DIR";
/// The `daytona` binary that starts the local server; process only.
pub const BINARY: &str = "DAYTONA_BIN";

/// Home folder, from which the two folders above follow.
pub const HOME: &str = "HOME";
/// The XDG folder of configuration files.
pub const XDG_CONFIG_HOME: &str = "XDG_CONFIG_HOME";
/// The XDG folder of data files.
pub const XDG_DATA_HOME: &str = "XDG_DATA_HOME";
/// Where Windows keeps configuration files.
pub const APPDATA: &str = "APPDATA";
/// Search path of programs.
pub const PATH: &str = "PATH";
