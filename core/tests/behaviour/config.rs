//! Configuration: who wins, where each value came from, and what is refused.

use daytona_core::{Client, ClientOptions, Config, ConfigOptions, Environment, ErrorCode, Result};
use serde_json::json;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The places a setting can come from, highest precedence first.
const PLACES: [&str; 5] = ["argument", "environment", ".env.local", ".env", "file"];

/// A machine in a folder: working directory, CLI configuration and variables.
struct Machine {
    folder: TempDir,
    options: ConfigOptions,
    vars: Vec<(String, String)>,
    dotenv: [String; 2],
    profile: serde_json::Map<String, serde_json::Value>,
}

impl Machine {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("tempdir"),
            options: ConfigOptions::default(),
            vars: Vec::new(),
            dotenv: Default::default(),
            profile: serde_json::Map::new(),
        }
    }

    fn var(mut self, name: &str, value: &str) -> Self {
        self.vars.push((name.into(), value.into()));
        self
    }

    fn dotenv(mut self, text: &str) -> Self {
        self.dotenv[1] = text.into();
        self
    }

    /// Sets a setting in one of [`PLACES`].
    fn set(mut self, setting: &str, place: &str, value: &str) -> Self {
        let name = format!("DAYTONA_{}", setting.to_uppercase());
        match place {
            "argument" => {
                let field = match setting {
                    "api_key" => &mut self.options.api_key,
                    "api_url" => &mut self.options.api_url,
                    "target" => &mut self.options.target,
                    "jwt_token" => &mut self.options.jwt_token,
                    "organization_id" => &mut self.options.organization_id,
                    "server_url" => &mut self.options.server_url,
                    other => panic!("no setting {other}"),
                };
                *field = Some(value.into());
            }
            "environment" => self.vars.push((name, value.into())),
            ".env.local" => self.dotenv[0].push_str(&format!("{name}={value}\n")),
            ".env" => self.dotenv[1].push_str(&format!("{name}={value}\n")),
            "file" => drop(self.profile.insert(setting.into(), value.into())),
            other => panic!("no place {other}"),
        }
        self
    }

    fn environment(&self) -> Environment {
        let cwd = self.path("cwd");
        let config = self.path("config");
        std::fs::create_dir_all(&cwd).expect("mkdir");
        std::fs::create_dir_all(&config).expect("mkdir");
        for (name, text) in [".env.local", ".env"].into_iter().zip(&self.dotenv) {
            if !text.is_empty() {
                std::fs::write(cwd.join(name), text).expect("writes");
            }
        }
        if !self.profile.is_empty() {
            let get = |name: &str| self.profile.get(name);
            let file = json!({"activeProfile": "p2", "profiles": [
                {"id": "p1", "name": "other", "api": {"url": "https://wrong.example", "key": "wrong"}},
                {"id": "p2", "name": "initial", "activeOrganizationId": get("organization_id"),
                 "api": {"url": get("api_url"), "key": get("api_key"),
                         "token": get("jwt_token").map(|token| json!({"accessToken": token, "refreshToken": "x"}))}},
            ]});
            std::fs::write(config.join("config.json"), file.to_string()).expect("writes");
        }
        let dir = ("DAYTONA_CONFIG_DIR".to_owned(), config.to_string_lossy().into_owned());
        Environment::new(self.vars.iter().cloned().chain([dir]), cwd)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn resolve(&self) -> Result<Config> {
        Config::resolve(self.options.clone(), &self.environment())
    }
}

fn read(config: &Config, setting: &str) -> Option<String> {
    match setting {
        "api_key" => config.api_key(),
        "api_url" => config.api_url(),
        "target" => Some(config.target()),
        "jwt_token" => config.jwt_token(),
        "organization_id" => config.organization_id(),
        other => panic!("no setting {other}"),
    }
    .map(str::to_owned)
}

/// A value that is valid for the setting and tells where it was put.
fn value(setting: &str, place: &str) -> String {
    let place = place.replace('.', "-");
    if setting == "api_url" {
        format!("https://{}.example/api", place.trim_matches('-'))
    } else {
        format!("from{place}")
    }
}

#[test]
fn every_setting_obeys_the_precedence_for_every_pair_of_places() {
    let mut pairs = 0;
    for setting in ["api_key", "api_url", "target", "jwt_token", "organization_id"] {
        // The configuration file knows no target.
        let places = if setting == "target" { &PLACES[..4] } else { &PLACES[..] };
        for (index, higher) in places.iter().enumerate() {
            for lower in &places[index + 1..] {
                let mut machine = Machine::new().set(setting, lower, &value(setting, lower)).set(
                    setting,
                    higher,
                    &value(setting, higher),
                );
                if setting != "api_key" {
                    machine = machine.set("api_key", "argument", "key");
                }
                let config = machine.resolve().expect("resolves");
                assert_eq!(
                    read(&config, setting),
                    Some(value(setting, higher)),
                    "{setting}: {higher} over {lower}"
                );
                let source = config.source_of(setting).expect("set").to_string();
                let says = match *higher {
                    "argument" => "passed in code",
                    "environment" => "in the environment",
                    "file" => "config.json",
                    file => &format!(" in {file}"),
                };
                assert!(source.ends_with(says), "{setting}: {source}");
                pairs += 1;
            }
        }
    }
    assert_eq!(pairs, 4 * 10 + 6);
}

#[test]
fn each_place_alone_is_enough() {
    for place in PLACES {
        let config = Machine::new().set("api_key", place, "key").resolve().expect(place);
        assert_eq!(config.api_key(), Some("key"));
        assert_eq!(config.api_url(), Some("https://app.daytona.io/api"));
        assert_eq!(config.target(), "us");
        assert!(config.warnings().is_empty(), "{:?}", config.warnings());
    }
}

#[test]
fn empty_and_blank_values_count_as_unset_and_values_are_trimmed() {
    let config = Machine::new()
        .set("api_key", "argument", "")
        .set("api_key", "environment", "  ")
        .set("api_key", ".env.local", "")
        .set("api_key", ".env", "' key '")
        .resolve()
        .expect("resolves");
    assert_eq!(config.api_key(), Some("key"));
}

#[test]
fn with_nothing_configured_both_ways_out_are_named() {
    let error = Machine::new().resolve().expect_err("nothing");
    assert_eq!(error.code(), ErrorCode::Authentication);
    for way in ["DAYTONA_API_KEY", "DAYTONA_API_URL", "DAYTONA_TARGET=local"] {
        assert!(error.message().contains(way), "{error}");
    }
}

#[test]
fn a_jwt_needs_an_organization() {
    let error = Machine::new().set("jwt_token", ".env", "eyJ").resolve().expect_err("no organization");
    assert_eq!(error.code(), ErrorCode::Validation);
    assert!(error.message().contains("DAYTONA_JWT_TOKEN in .env"), "{error}");
    assert!(error.message().contains("DAYTONA_ORGANIZATION_ID"), "{error}");
    Machine::new()
        .set("jwt_token", ".env", "eyJ")
        .set("organization_id", "environment", "org")
        .resolve()
        .expect("complete");
}

#[test]
fn the_old_name_of_the_url_works_and_warns() {
    let base = || Machine::new().set("api_key", "argument", "key");
    for place in ["argument", "environment", ".env"] {
        let config = base().set("server_url", place, "https://old.example/api").resolve().expect("resolves");
        assert_eq!(config.api_url(), Some("https://old.example/api"));
        assert_eq!(config.deprecations().len(), 1);
    }
    let config = base()
        .set("server_url", "environment", "https://old.example")
        .set("api_url", "environment", "https://new.example")
        .resolve()
        .expect("resolves");
    assert_eq!(config.api_url(), Some("https://new.example"));
}

#[test]
fn a_url_that_cannot_work_is_refused_with_its_origin() {
    for wrong in [
        "app.daytona.io/api",
        "ftp://example.com",
        "https://",
        "https://user:secret@example.com/api",
        "https://example.com/api?key=1",
        "https://example.com/api#x",
        "not a url",
        "localhost:3986",
    ] {
        let machine =
            Machine::new().set("api_key", "argument", "key").set("api_url", ".env", &format!("'{wrong}'"));
        let error = machine.resolve().expect_err(wrong);
        assert_eq!(error.code(), ErrorCode::Validation, "{wrong}");
        assert!(error.message().contains("api_url (from DAYTONA_API_URL in .env)"), "{error}");
        assert!(!error.message().contains("secret"), "{error}");
    }
    let slashes =
        Machine::new().set("api_key", "argument", "key").set("api_url", ".env", "https://e.example/api//");
    assert_eq!(slashes.resolve().expect("resolves").api_url(), Some("https://e.example/api"));
}

#[test]
fn a_key_no_header_can_carry_is_refused_without_being_repeated() {
    for wrong in ["with space", "with\nnewline", "schlüssel", "a\u{0}b"] {
        let error = Machine::new().set("api_key", "argument", wrong).resolve().expect_err("refused");
        assert_eq!(error.code(), ErrorCode::Validation);
        assert!(!error.message().contains(wrong), "{error}");
    }
}

#[test]
fn the_local_target_needs_no_key_and_no_url() {
    for place in ["argument", "environment", ".env.local", ".env"] {
        let config = Machine::new().set("target", place, "local").resolve().expect(place);
        assert!(config.is_local());
        assert_eq!(config.api_url(), None);
    }
}

#[test]
fn a_url_given_no_lower_than_the_target_is_used() {
    let resolve = |url_place, target_place| {
        Machine::new()
            .set("api_key", "argument", "key")
            .set("api_url", url_place, "http://127.0.0.1:1/api")
            .set("target", target_place, "local")
            .resolve()
            .expect("resolves")
            .is_local()
    };
    assert!(!resolve("argument", "argument"));
    assert!(!resolve("argument", "environment"));
    assert!(!resolve("environment", "environment"));
    assert!(!resolve("environment", ".env"));
    assert!(resolve("environment", "argument"));
    assert!(resolve(".env", "environment"));
    assert!(resolve("file", ".env"));
}

#[test]
fn risky_combinations_are_warned_of() {
    let warnings = |url_place, url| {
        let machine = Machine::new().set("api_key", "environment", "key").set("api_url", url_place, url);
        machine.resolve().expect("resolves").warnings().join("\n")
    };
    assert!(warnings("environment", "http://daytona.example/api").contains("unencrypted"));
    assert_eq!(warnings("environment", "http://127.0.0.1:3986/api"), "");
    assert_eq!(warnings("environment", "http://[::1]:3986/api"), "");
    assert!(warnings(".env", "https://daytona.example/api").contains("DAYTONA_API_URL in .env chose"));
    assert_eq!(warnings("argument", "https://daytona.example/api"), "");
}

#[test]
fn secrets_are_never_shown() {
    let machine = Machine::new()
        .set("api_key", "argument", "SECRET1")
        .set("jwt_token", "environment", "SECRET2")
        .set("organization_id", "environment", "org");
    let config = machine.resolve().expect("resolves");
    let client = Client::with_environment(
        ClientOptions { config: machine.options.clone(), source: "cli", ..ClientOptions::default() },
        &machine.environment(),
    )
    .expect("a client");
    for shown in [
        format!("{config:?}"),
        format!("{:?}", machine.options),
        format!("{:?}", machine.environment()),
        format!("{client:?}"),
    ] {
        assert!(!shown.contains("SECRET"), "{shown}");
    }
}

#[test]
fn lines_that_are_no_settings_are_skipped_with_a_warning_that_repeats_nothing() {
    let config = Machine::new()
        .dotenv("this is SECRET prose\nexport DAYTONA_API_KEY=\"key\" # comment\nOTHER=$(rm -rf /)\n")
        .resolve()
        .expect("resolves");
    assert_eq!(config.api_key(), Some("key"));
    assert!(config.warnings()[0].contains("not KEY=value"), "{:?}", config.warnings());
    assert!(!config.warnings()[0].contains("SECRET"));
}

#[test]
fn a_folder_named_dotenv_is_no_file_of_settings() {
    let machine = Machine::new().set("api_key", "argument", "key");
    std::fs::create_dir_all(machine.path("cwd").join(".env")).expect("mkdir");
    let config = machine.resolve().expect("resolves");
    assert!(config.warnings().is_empty(), "{:?}", config.warnings());
}

#[test]
fn a_broken_configuration_file_is_named_and_not_quoted() {
    let machine = Machine::new().set("api_key", "argument", "key");
    let environment = machine.environment();
    std::fs::write(machine.path("config").join("config.json"), r#"{"profiles": "SECRET"}"#).expect("writes");
    let error = Config::resolve(ConfigOptions::default(), &environment).expect_err("broken");
    assert!(error.message().contains("config.json") && !error.message().contains("SECRET"), "{error}");
}

#[cfg(unix)]
/// A machine whose `config.json` cannot be read, in each way that happens; whether it is certainly there.
fn unreadable(path: &Path) -> Vec<(String, PathBuf, bool)> {
    let case = |name: &str, exists| (name.to_owned(), path.join(name), exists);
    let file = |name: &str| path.join(name).join("config.json");
    for name in ["folder", "broken", "prose", "circle"] {
        std::fs::create_dir_all(path.join(name)).expect("mkdir");
    }
    std::fs::create_dir(file("folder")).expect("mkdir");
    std::fs::write(file("broken"), "{\"profiles\": ").expect("writes");
    std::fs::write(file("prose"), [0xff, 0xfe]).expect("writes");
    // As little can be seen behind it as behind a folder one may not enter, also as root.
    std::os::unix::fs::symlink(path.join("circle/a"), path.join("circle/a")).expect("linked");
    let circle = ("circle".to_owned(), path.join("circle/a"), false);
    vec![case("folder", true), case("broken", true), case("prose", true), circle]
}

#[cfg(unix)]
#[test]
fn a_configuration_file_that_cannot_be_read_stops_only_those_who_need_it() {
    let machine = Machine::new();
    let at = |dir: &Path| {
        let dir = ("DAYTONA_CONFIG_DIR".to_owned(), dir.to_string_lossy().into_owned());
        Environment::new([dir], machine.path("nowhere"))
    };
    let key = || ConfigOptions { api_key: Some("key".into()), ..ConfigOptions::default() };
    let url = || Some("https://e.example/api".to_owned());
    for (name, dir, exists) in unreadable(machine.folder.path()) {
        let environment = at(&dir);
        for complete in [
            ConfigOptions { api_url: url(), ..key() },
            ConfigOptions { target: Some("local".into()), ..ConfigOptions::default() },
        ] {
            let config = Config::resolve(complete, &environment).expect(&name);
            assert!(config.warnings().is_empty(), "{name}: {:?}", config.warnings());
        }
        let refused = |options, missing: &str| {
            let error = Config::resolve(options, &environment).expect_err(&name);
            assert_eq!(error.code(), ErrorCode::Validation, "{name}: {error}");
            for said in ["config.json: ", missing, &missing.to_uppercase(), "Correct or remove"] {
                assert!(error.message().contains(said), "{name}: {said}: {error}");
            }
        };
        refused(ConfigOptions { api_url: url(), ..ConfigOptions::default() }, "api_key");
        let jwt = ConfigOptions { jwt_token: Some("eyJ".into()), api_url: url(), ..ConfigOptions::default() };
        refused(jwt, "organization_id");
        // The key may belong to the API that the file names.
        if exists {
            refused(key(), "api_url");
        } else {
            Config::resolve(key(), &environment).expect(&name);
        }
    }
    // A home that is no folder has no file in it.
    let config = Config::resolve(key(), &at(Path::new("/dev/null/x"))).expect("no file");
    assert_eq!(config.api_url(), Some("https://app.daytona.io/api"));
    let error = Config::resolve(ConfigOptions::default(), &at(Path::new("/dev/null/x"))).expect_err("no key");
    assert_eq!(error.code(), ErrorCode::Authentication);
}

#[test]
fn a_dotenv_file_takes_nothing_from_the_environment() {
    let machine = Machine::new()
        .var("SECRET", "hunter2")
        .dotenv("DAYTONA_API_URL=https://e.example/$PATH\nDAYTONA_API_KEY=a$HOME\nAPP=My App\nQUOTE=\"open\nDAYTONA_TARGET=eu ");
    let config = machine.resolve().expect("resolves");
    assert_eq!(config.api_key(), Some("a$HOME"));
    assert_eq!(config.api_url(), Some("https://e.example/$PATH"));
    assert_eq!(config.target(), "eu");
    assert!(config.warnings()[0].contains("1 line(s)"), "{:?}", config.warnings());
}

#[test]
fn the_process_environment_stays_as_it_is() {
    let before: Vec<_> = std::env::vars_os().collect();
    let machine = Machine::new().set("api_key", ".env", "key").var("DAYTONA_TARGET", "eu");
    machine.resolve().expect("resolves");
    assert_eq!(before, std::env::vars_os().collect::<Vec<_>>());
}

#[test]
fn folders_follow_the_environment() {
    let environment = |vars: &[(&str, &str)]| {
        Environment::new(vars.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())), "/work")
    };
    let data = |vars: &[(&str, &str)]| environment(vars).data_dir();
    let path = |text: &str| Some(Path::new(text).to_owned());
    assert_eq!(data(&[("HOME", "/home/u")]), path("/home/u/.local/share/daytona"));
    assert_eq!(data(&[("HOME", "/home/u"), ("XDG_DATA_HOME", "/xdg")]), path("/xdg/daytona"));
    assert_eq!(
        data(&[("HOME", "/home/u"), ("XDG_DATA_HOME", "relative")]),
        path("/home/u/.local/share/daytona")
    );
    assert_eq!(data(&[("DAYTONA_DATA_DIR", "/d"), ("XDG_DATA_HOME", "/xdg")]), path("/d"));
    assert_eq!(data(&[("DAYTONA_DATA_DIR", "d")]), path("/work/d"));
    assert_eq!(data(&[]), None);
}
