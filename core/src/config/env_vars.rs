//! Every environment variable the client reads, by name.

/// The constants, and `ALL` of them: neither can be missing from the other.
macro_rules! variables {
    ($($(#[$docs:meta])* $name:ident = $text:literal;)*) => {
        $($(#[$docs])* pub const $name: &str = $text;)*

        /// All of them. A binding whose language has an environment of its own asks it for these and no others.
        pub const ALL: &[&str] = &[$($name),*];
    };
}

variables! {
    /// API key; read from the process and from `.env` files.
    API_KEY = "DAYTONA_API_KEY";
    /// Base URL of the API, `/api` included; read from the process and from `.env` files.
    API_URL = "DAYTONA_API_URL";
    /// Older name of [`API_URL`]; still read, with a warning.
    SERVER_URL = "DAYTONA_SERVER_URL";
    /// Region of new sandboxes, or `local`; read from the process and from `.env` files.
    TARGET = "DAYTONA_TARGET";
    /// JWT used instead of an API key; read from the process and from `.env` files.
    JWT_TOKEN = "DAYTONA_JWT_TOKEN";
    /// Organization the JWT acts for; read from the process and from `.env` files.
    ORGANIZATION_ID = "DAYTONA_ORGANIZATION_ID";

    /// Folder of the CLI's `config.json`; process only.
    CONFIG_DIR = "DAYTONA_CONFIG_DIR";
    /// State folder of the local server; process only.
    DATA_DIR = "DAYTONA_DATA_DIR";
    /// The `daytona` binary that starts the local server; process only.
    BINARY = "DAYTONA_BIN";

    /// Home folder, from which the two folders above follow.
    HOME = "HOME";
    /// The XDG folder of configuration files.
    XDG_CONFIG_HOME = "XDG_CONFIG_HOME";
    /// The XDG folder of data files.
    XDG_DATA_HOME = "XDG_DATA_HOME";
    /// Where Windows keeps configuration files.
    APPDATA = "APPDATA";
    /// Search path of programs.
    PATH = "PATH";
}
