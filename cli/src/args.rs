//! What can be typed. Plain data: nothing here knows what a command does.

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Run code in isolated sandboxes, on this machine or on a Daytona API.
#[derive(Debug, Parser)]
#[command(name = "daytona", version, max_term_width = 100, arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a sandbox and print its id
    Create(Create),
    /// List sandboxes
    List(List),
    /// Run a shell command in a sandbox; exits with its exit code
    Exec(Exec),
    /// Run a program from a file, in a new sandbox or a given one; exits with its exit code
    Run(Run),
    /// Delete sandboxes, files included
    Delete(Delete),
    /// Run the local Daytona server
    Serve(Serve),
    /// Say whether the local server runs, and where
    Status(Status),
    /// Stop the local server; sandboxes keep running
    Stop(Stop),
    /// Check what this machine can give to sandboxes, and how to get what is missing
    Doctor(Doctor),
    /// Prepare the tools layer of local sandboxes, once: a TypeScript runner, language servers, Python packages
    Setup(Setup),
    /// Print a completion script for a shell
    Completion(Completion),
}

/// Where the local server keeps its state.
#[derive(ClapArgs, Clone, Debug, Default)]
pub(crate) struct DataDir {
    /// State folder of the local server [default: ~/.local/share/daytona]
    #[arg(long, value_name = "DIR", env = "DAYTONA_DATA_DIR")]
    pub(crate) data_dir: Option<PathBuf>,
}

/// Where the tools layer of local sandboxes is.
#[derive(ClapArgs, Clone, Debug, Default)]
pub(crate) struct ToolsDir {
    /// Folder of the tools layer; several state folders may share one [default: tools in the state folder]
    #[arg(long, value_name = "DIR", env = "DAYTONA_TOOLS_DIR")]
    pub(crate) tools_dir: Option<PathBuf>,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct Create {
    /// python, javascript or typescript
    #[arg(long, short)]
    pub(crate) language: Option<String>,
    /// Id to give it
    #[arg(long)]
    pub(crate) id: Option<String>,
    /// Name to give it
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Image to make it from
    #[arg(long)]
    pub(crate) image: Option<String>,
    /// User that processes run as
    #[arg(long)]
    pub(crate) user: Option<String>,
    /// Environment variable of its processes
    #[arg(long, short, value_name = "KEY=VALUE", value_parser = pair)]
    pub(crate) env: Vec<(String, String)>,
    /// Label to find it by
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    pub(crate) label: Vec<(String, String)>,
    /// Cores
    #[arg(long)]
    pub(crate) cpu: Option<u32>,
    /// Memory in GB
    #[arg(long)]
    pub(crate) memory: Option<u32>,
    /// Disk in GB
    #[arg(long)]
    pub(crate) disk: Option<u32>,
    /// Minutes without activity until it is stopped; 0 never
    #[arg(long, value_name = "MINUTES")]
    pub(crate) auto_stop: Option<i32>,
    /// Let anyone open its preview links
    #[arg(long)]
    pub(crate) public: bool,
    /// Region, or `local` for this machine
    #[arg(long)]
    pub(crate) target: Option<String>,
    /// Seconds to wait for it; 0 for no limit
    #[arg(long, value_name = "SECONDS", default_value_t = 60.0)]
    pub(crate) timeout: f64,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct List {
    /// Only sandboxes with this label
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    pub(crate) label: Vec<(String, String)>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct Exec {
    /// Id or name of the sandbox
    pub(crate) sandbox: String,
    /// Working directory in the sandbox
    #[arg(long)]
    pub(crate) cwd: Option<String>,
    /// Environment variable for this command
    #[arg(long, short, value_name = "KEY=VALUE", value_parser = pair)]
    pub(crate) env: Vec<(String, String)>,
    /// Seconds until it is killed; 0 for no limit
    #[arg(long, value_name = "SECONDS")]
    pub(crate) timeout: Option<f64>,
    /// One word is a shell command; several are a program and its arguments
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) command: Vec<String>,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct Run {
    /// The program's source; `-` reads standard input
    pub(crate) file: PathBuf,
    /// Sandbox to run it in [default: a new one, deleted afterwards]
    #[arg(long, short)]
    pub(crate) sandbox: Option<String>,
    /// python, javascript or typescript [default: by the file's extension, else python]
    #[arg(long, short, conflicts_with = "sandbox")]
    pub(crate) language: Option<String>,
    /// Environment variable for the program
    #[arg(long, short, value_name = "KEY=VALUE", value_parser = pair)]
    pub(crate) env: Vec<(String, String)>,
    /// Seconds until it is killed; 0 for no limit
    #[arg(long, value_name = "SECONDS")]
    pub(crate) timeout: Option<f64>,
    /// Arguments of the program
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) argv: Vec<String>,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct Delete {
    /// Ids or names
    #[arg(required_unless_present = "all")]
    pub(crate) sandboxes: Vec<String>,
    /// Every sandbox
    #[arg(long, conflicts_with = "sandboxes")]
    pub(crate) all: bool,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct Serve {
    #[command(flatten)]
    pub(crate) data_dir: DataDir,
    #[command(flatten)]
    pub(crate) tools_dir: ToolsDir,
    /// Port on 127.0.0.1; 0 takes any free one
    #[arg(long, default_value_t = 3986)]
    pub(crate) port: u16,
    /// Go to the background once ready; the log is server.log in the state folder
    #[arg(long, short)]
    pub(crate) detach: bool,
    /// Sandboxes to keep started for the next create; 0 turns it off [default: by memory]
    #[arg(long, value_name = "N")]
    pub(crate) warm_pool: Option<usize>,
    /// Memory in GiB that running sandboxes may be promised together [default: no bound where control groups
    /// hold their use to 80 % of the machine's, else that]
    #[arg(long, value_name = "GIB", value_parser = clap::value_parser!(u64).range(1..1 << 20))]
    pub(crate) memory_limit: Option<u64>,
    /// Free space in GiB to keep on the disk of the state folder: below it no sandbox is made [default: a tenth of
    /// the disk, 4 at most]
    #[arg(long, value_name = "GIB", value_parser = clap::value_parser!(u64).range(0..1 << 20))]
    pub(crate) disk_reserve: Option<u64>,
    /// Form of the log
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    pub(crate) log_format: LogFormat,
    /// Set on the background process that `--detach` starts
    #[arg(long, hide = true, conflicts_with = "detach")]
    pub(crate) own_session: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people
    Text,
    /// One JSON object a line
    Json,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct Status {
    #[command(flatten)]
    pub(crate) data_dir: DataDir,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct Stop {
    #[command(flatten)]
    pub(crate) data_dir: DataDir,
    /// Delete all its sandboxes first, files included
    #[arg(long)]
    pub(crate) all: bool,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct Doctor {
    #[command(flatten)]
    pub(crate) data_dir: DataDir,
    #[command(flatten)]
    pub(crate) tools_dir: ToolsDir,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct Setup {
    #[command(flatten)]
    pub(crate) data_dir: DataDir,
    #[command(flatten)]
    pub(crate) tools_dir: ToolsDir,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct Completion {
    /// Which shell
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("expected KEY=VALUE".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn a_commands_own_options_are_its_own() {
        let parsed = Args::try_parse_from(["daytona", "exec", "--timeout", "3", "box", "ls", "-l", "--cwd"]);
        let Ok(Args { command: Command::Exec(exec) }) = parsed else { panic!("{parsed:?}") };
        assert_eq!(exec.command, ["ls", "-l", "--cwd"]);
        assert_eq!(exec.timeout, Some(3.0));
        assert_eq!(exec.cwd, None);
    }

    #[test]
    fn pairs_need_a_key() {
        assert_eq!(pair("A=b=c"), Ok(("A".into(), "b=c".into())));
        assert_eq!(pair("A="), Ok(("A".into(), String::new())));
        assert!(pair("=b").is_err());
        assert!(pair("A").is_err());
    }
}
