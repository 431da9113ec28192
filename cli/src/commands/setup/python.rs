//! The parts that pip installs, for the Python that sandboxes see: the one beneath `/usr`, not the first on PATH.
//!
//! The packages lie in a virtual environment whose `python` and `python3` come first on a sandbox's PATH. Its one
//! `.pth` line puts them behind what users install for themselves and before what the machine has: `pip install`
//! in a sandbox, which writes to the user's own folder, always wins, and a set that fits together stays one.

use super::versions::{PYTHON, PYTHON_LSP, PYTHON_MINORS};
use crate::failure::{Failure, Outcome};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where a sandbox finds its Python, in the order of its PATH.
const PLACES: [&str; 2] = ["/usr/local/bin/python3", "/usr/bin/python3"];
/// Runs for each start of the environment's Python, before the folders of users and the system are added.
const PATH_LINE: &str = "import site, sys; site.PREFIXES.insert(0, sys.prefix + \"/packages\")\n";
const RUN_SERVER: &str = "import sys\n\nfrom pylsp.__main__ import main\n\nsys.exit(main())\n";
/// By its own place, wherever the layer is mounted. Its Python is that of programs, so that it knows their packages.
const SERVER: &str = "#!/bin/sh\nhere=$(dirname -- \"$(readlink -f -- \"$0\")\")\npython=$here/../../python/bin/python3\n\
                      [ -x \"$python\" ] || python=python3\nexec \"$python\" \"$here/../lib/run_pylsp.py\" \"$@\"\n";
const PIP: &str = "#!/bin/sh\nexec \"$(dirname -- \"$(readlink -f -- \"$0\")\")/python3\" -m pip \"$@\"\n";

/// The environment's Python, as sandboxes see it.
const INSIDE: &str = "/opt/daytona/tools/python/bin/python3";

/// The Python sandboxes see.
struct Python {
    program: PathBuf,
    major: u32,
    minor: u32,
}

impl Python {
    fn find() -> Option<Self> {
        let program = PLACES.iter().map(PathBuf::from).find(|program| program.exists())?;
        let asked = Command::new(&program)
            .args(["-I", "-c", "import sys; print(*sys.version_info[:2])"])
            .stdin(Stdio::null())
            .output()
            .ok()?;
        let text = String::from_utf8(asked.stdout).ok()?;
        let (major, minor) = text.trim().split_once(' ')?;
        Some(Self { program, major: major.parse().ok()?, minor: minor.parse().ok()? })
    }

    fn found() -> Outcome<Self> {
        Self::find().ok_or_else(|| {
            Failure::new("there is no python3 in /usr/local/bin or /usr/bin, where sandboxes look for it").hint(
                "install it (Debian: apt-get install python3 python3-pip); sandboxes for JavaScript and TypeScript \
                 work without this part",
            )
        })
    }

    fn version(&self) -> String {
        format!("{}.{}", self.major, self.minor)
    }
}

/// The version of the Python sandboxes see.
pub(super) fn version() -> Option<String> {
    Python::find().map(|python| python.version())
}

pub(super) fn packages() -> Vec<String> {
    let pinned =
        Python::find().is_none_or(|python| python.major == 3 && PYTHON_MINORS.contains(&python.minor));
    let name = |package: &str| package.split("==").next().unwrap_or(package).to_owned();
    PYTHON.iter().map(|package| if pinned { (*package).to_owned() } else { name(package) }).collect()
}

pub(super) fn language_server() -> Vec<String> {
    PYTHON_LSP.map(str::to_owned).to_vec()
}

pub(super) fn install_packages(into: &Path) -> Outcome<()> {
    let python = Python::found()?;
    let library = format!("lib/python{}/site-packages", python.version());
    let (bin, site, packages_dir) =
        (into.join("bin"), into.join(&library), into.join("packages").join(&library));
    for folder in [&bin, &site, &packages_dir] {
        fs::create_dir_all(folder)?;
    }
    let home = python.program.parent().unwrap_or(Path::new("/usr/bin"));
    let config = format!(
        "home = {}\ninclude-system-site-packages = true\nversion = {}\n",
        home.display(),
        python.version()
    );
    fs::write(into.join("pyvenv.cfg"), config)?;
    fs::write(site.join("daytona.pth"), PATH_LINE)?;
    link(&python.program, &bin.join("python3"))?;
    for name in ["python".to_owned(), format!("python{}", python.version())] {
        link(Path::new("python3"), &bin.join(name))?;
    }
    for name in ["pip", "pip3"] {
        script(&bin.join(name), PIP)?;
    }
    pip(&python, &packages(), &packages_dir)?;
    commands(&packages_dir.join("bin"), &into.join("packages/bin"))
}

/// Moves the packages' commands to where PATH has them, and has them run by the Python that finds the packages.
fn commands(from: &Path, to: &Path) -> Outcome<()> {
    if !from.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        // One that is no script needs no interpreter.
        let text = fs::read_to_string(&path).unwrap_or_default();
        if let (Some(rest), Some(name)) = (text.strip_prefix("#!"), path.file_name()) {
            let (_, program) = rest.split_once('\n').unwrap_or_default();
            script(&to.join(name), &format!("#!{INSIDE}\n{program}"))?;
        }
    }
    Ok(fs::remove_dir_all(from)?)
}

pub(super) fn install_language_server(into: &Path) -> Outcome<()> {
    let python = Python::found()?;
    let (bin, lib) = (into.join("bin"), into.join("lib"));
    fs::create_dir_all(&bin)?;
    fs::create_dir_all(&lib)?;
    fs::write(lib.join("run_pylsp.py"), RUN_SERVER)?;
    script(&bin.join("pylsp"), SERVER)?;
    pip(&python, &language_server(), &lib)
}

fn script(path: &Path, text: &str) -> Outcome<()> {
    fs::write(path, text)?;
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    Ok(())
}

#[cfg(unix)]
fn link(to: &Path, at: &Path) -> Outcome<()> {
    Ok(std::os::unix::fs::symlink(to, at)?)
}

#[cfg(not(unix))]
fn link(_to: &Path, _at: &Path) -> Outcome<()> {
    Err(crate::commands::needs_linux("the tools layer"))
}

/// Installs packages with whatever pip there is, for the Python sandboxes see; no package runs code for it.
fn pip(python: &Python, packages: &[String], into: &Path) -> Outcome<()> {
    let candidates = [python.program.clone(), PathBuf::from("python3"), PathBuf::from("python")];
    let works = |program: &PathBuf| {
        let asked = Command::new(program).args(["-m", "pip", "--version"]).stdin(Stdio::null()).output();
        asked.is_ok_and(|done| done.status.success())
    };
    let Some(program) = candidates.into_iter().find(works) else {
        return Err(Failure::new("pip was not found, and installs the Python packages of sandboxes").hint(
            "install it (Debian: apt-get install python3-pip), then run `daytona setup` again: parts that are there \
             are not installed again",
        ));
    };
    let done = Command::new(program)
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-input",
            "--no-compile",
        ])
        .args([
            "--only-binary=:all:",
            "--implementation=cp",
            "--python-version",
            &python.version(),
            "--target",
        ])
        .arg(into)
        .args(packages)
        // A user's own settings for installing elsewhere.
        .env("PIP_USER", "0")
        .env("PIP_REQUIRE_VIRTUALENV", "0")
        .env("PIP_ROOT_USER_ACTION", "ignore")
        .current_dir(into)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| Failure::new(format!("pip could not be run: {error}")))?;
    if !done.status.success() {
        let said = String::from_utf8_lossy(&done.stderr);
        let what =
            format!("pip could not install {} ({})\n{}", packages.join(", "), done.status, said.trim());
        return Err(Failure::new(what).hint(
            "check the network, the free disk and pip's index (`pip config list`), then run `daytona setup` again: \
             parts that are there are not installed again",
        ));
    }
    // Sandboxes cannot write into the layer, and would compile each module at every import.
    let compiled = Command::new(&python.program)
        .args(["-I", "-m", "compileall", "-q", "-j", "0", "--invalidation-mode", "unchecked-hash", "."])
        .current_dir(into)
        .stdin(Stdio::null())
        .output();
    // Some packages ship templates that do not compile; what is left out is compiled when it is imported.
    compiled
        .map(|_| ())
        .map_err(|error| Failure::new(format!("{} could not be run: {error}", python.program.display())))
}
