//! The precedence rule, and what must hold of its outcome.

use super::{
    Config, ConfigOptions, DEFAULT_API_URL, DEFAULT_TARGET, Environment, LOCAL_TARGET, Setting, Source,
    dotenv, env_vars, non_empty, profile, url,
};
use crate::{Error, ErrorCode, Result};
use std::collections::BTreeMap;

const VERB: &str = "configure the client";

/// Every place a setting can come from, read once.
struct Places<'a> {
    env: &'a Environment,
    local: BTreeMap<String, String>,
    shared: BTreeMap<String, String>,
}

impl Places<'_> {
    /// The candidates for one setting, highest precedence first.
    fn pick(
        &self,
        argument: Option<&str>,
        name: &'static str,
        file: Option<(&str, &std::path::Path)>,
    ) -> Option<Setting> {
        let from = |value: Option<&str>, source: Source| {
            non_empty(value).map(|value| Setting { value: value.to_owned(), source })
        };
        from(argument, Source::Argument)
            .or_else(|| from(self.env.var(name), Source::Environment(name)))
            .or_else(|| from(self.local.get(name).map(String::as_str), Source::DotEnvLocal(name)))
            .or_else(|| from(self.shared.get(name).map(String::as_str), Source::DotEnv(name)))
            .or_else(|| file.and_then(|(value, path)| from(Some(value), Source::ConfigFile(path.to_owned()))))
    }
}

impl Config {
    /// Resolves every setting once: argument > process environment > `.env.local` > `.env` > the active
    /// profile of the configuration file > default. Reads files, makes no connection.
    ///
    /// # Errors
    /// `Validation` for a value no client can work with, naming where it came from; `Authentication` when no
    /// credential is configured and the target is not `local`.
    pub fn resolve(options: ConfigOptions, env: &Environment) -> Result<Self> {
        let (mut warnings, mut deprecations) = (Vec::new(), Vec::new());
        let dotenv = |name: &str, warnings: &mut Vec<String>| {
            env.cwd().map(|cwd| dotenv::read(&cwd.join(name), warnings)).unwrap_or_default()
        };
        let local = dotenv(".env.local", &mut warnings);
        let shared = dotenv(".env", &mut warnings);
        let places = Places { env, local, shared };

        let path = env.config_dir().map(|dir| dir.join("config.json"));
        let profile = path.as_deref().map(profile::read).unwrap_or_default();
        let file = |value: &'_ Option<String>| -> Option<(String, std::path::PathBuf)> {
            Some((value.clone()?, path.clone()?))
        };
        let pick = |argument: &Option<String>, name, in_profile: &Option<String>| {
            let in_profile = file(in_profile);
            let in_profile = in_profile.as_ref().map(|(value, path)| (value.as_str(), path.as_path()));
            places.pick(argument.as_deref(), name, in_profile)
        };

        let api_key = pick(&options.api_key, env_vars::API_KEY, &profile.api_key);
        let jwt_token = pick(&options.jwt_token, env_vars::JWT_TOKEN, &profile.jwt_token);
        let organization_id =
            pick(&options.organization_id, env_vars::ORGANIZATION_ID, &profile.organization_id);
        let target = pick(&options.target, env_vars::TARGET, &None)
            .unwrap_or_else(|| Setting { value: DEFAULT_TARGET.into(), source: Source::Default });

        let api_url = pick(&options.api_url, env_vars::API_URL, &profile.api_url);
        let server_url = pick(&options.server_url, env_vars::SERVER_URL, &None);
        let api_url = prefer_api_url(api_url, server_url, &mut deprecations);
        let api_url = match api_url {
            Some(setting) if !overruled_by_local(&setting, &target) => Some(url::normalize(setting)?),
            _ if target.value == LOCAL_TARGET => None,
            _ => Some(Setting { value: DEFAULT_API_URL.into(), source: Source::Default }),
        };

        let mut config =
            Self { api_key, jwt_token, organization_id, api_url, target, warnings, deprecations };
        if let Some(unread) = &profile.unread {
            config.check_without(unread)?;
        }
        config.check()?;
        config.warn();
        Ok(config)
    }

    /// The configuration file could not be read: whether a setting that is made nowhere else may be in it. A
    /// default in its place could send a key to another API than the one its owner chose.
    fn check_without(&self, unread: &profile::Unread) -> Result<()> {
        let by_default = |setting: &Option<Setting>| {
            setting.as_ref().is_some_and(|setting| setting.source == Source::Default)
        };
        let (missing, variable) = match self.credential() {
            _ if self.is_local() => return Ok(()),
            None => ("api_key", env_vars::API_KEY),
            Some(jwt) if jwt.name == "jwt_token" && jwt.organization_id.is_none() => {
                ("organization_id", env_vars::ORGANIZATION_ID)
            }
            Some(_) if unread.exists && by_default(&self.api_url) => ("api_url", env_vars::API_URL),
            Some(_) => return Ok(()),
        };
        let reason = format!(
            "{missing} is set nowhere else, and the configuration file could not be read ({}). Correct or remove \
             the file, or set {variable}",
            unread.reason
        );
        Err(Error::validation(VERB, reason))
    }

    /// What must hold before a request can be made. The local target brings its own credential.
    fn check(&self) -> Result<()> {
        if self.is_local() {
            return Ok(());
        }
        let Some(credential) = self.credential() else {
            return Err(Error::failed(
                ErrorCode::Authentication,
                VERB,
                "there is no API key. To use a Daytona API, set DAYTONA_API_KEY (and DAYTONA_API_URL if it is not \
                 https://app.daytona.io/api), or pass api_key. To run sandboxes on this machine without an account, \
                 set DAYTONA_TARGET=local, or pass target=\"local\"",
            ));
        };
        let (name, source) = (credential.name, &credential.setting.source);
        if name == "jwt_token" && credential.organization_id.is_none() {
            return Err(Error::validation(
                VERB,
                format!(
                    "jwt_token (from {source}) needs an organization; set DAYTONA_ORGANIZATION_ID or pass organization_id"
                ),
            ));
        }
        let values = [
            (name, Some(credential.setting)),
            ("organization_id", self.organization_id.as_ref().filter(|_| name == "jwt_token")),
        ];
        for (name, setting) in values {
            let Some(setting) = setting else { continue };
            if !setting.value.bytes().all(|byte| byte.is_ascii_graphic()) {
                let source = &setting.source;
                return Err(Error::validation(
                    VERB,
                    format!(
                        "{name} (from {source}) contains characters that no HTTP header can carry; copy it again"
                    ),
                ));
            }
        }
        Ok(())
    }

    /// Combinations that work but that their owner may not have meant.
    fn warn(&mut self) {
        let (Some(api_url), Some(credential)) = (self.api_url.as_ref(), self.credential()) else { return };
        let Ok(parsed) = reqwest::Url::parse(&api_url.value) else { return };
        if url::is_loopback(&parsed) {
            return;
        }
        let mut found = Vec::new();
        if parsed.scheme() == "http" {
            found.push(format!(
                "{} is sent unencrypted to {} (api_url from {}); use an https URL",
                credential.name, api_url.value, api_url.source
            ));
        }
        if api_url.source.is_working_directory() && !credential.setting.source.is_working_directory() {
            found.push(format!(
                "{} (from {}) is sent to {}, which {} chose; make sure that this folder is yours",
                credential.name, credential.setting.source, api_url.value, api_url.source
            ));
        }
        self.warnings.extend(found);
    }
}

/// `server_url` is the older name of `api_url`: it counts where nothing of equal precedence has the new name.
fn prefer_api_url(
    api: Option<Setting>,
    server: Option<Setting>,
    deprecations: &mut Vec<String>,
) -> Option<Setting> {
    let Some(server) = server else { return api };
    match api {
        Some(api) if api.source.rank() <= server.source.rank() => Some(api),
        _ => {
            let name = match server.source {
                Source::Argument => "api_url",
                _ => env_vars::API_URL,
            };
            let old = match server.source {
                Source::Argument => "server_url",
                _ => env_vars::SERVER_URL,
            };
            deprecations.push(format!("{old} is deprecated; use {name}"));
            Some(server)
        }
    }
}

/// `DAYTONA_TARGET=local python main.py` must mean this machine even where a profile or `.env` names an API;
/// a URL given in the same place as the target, or a higher one, was meant to be used.
fn overruled_by_local(api_url: &Setting, target: &Setting) -> bool {
    target.value == LOCAL_TARGET && target.source.rank() < api_url.source.rank()
}
