//! What a caller may ask of a new sandbox, and how that is said on the wire.

use crate::{Error, Result};
use daytona_protocol::sandbox::{CreateSandbox, LANGUAGE_LABEL, SandboxVolume};
use std::collections::BTreeMap;

/// The languages `code_run` runs.
pub(crate) const LANGUAGES: [&str; 3] = ["python", "javascript", "typescript"];
/// The language of a sandbox that does not say.
pub(crate) const DEFAULT_LANGUAGE: &str = "python";

/// What a new sandbox should be; everything is optional.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CreateParams {
    /// `python` (the default), `javascript` or `typescript`; what `code_run` runs.
    pub language: Option<String>,
    /// The id to give it, where the server lets clients choose; its name elsewhere.
    pub id: Option<String>,
    /// A name; the id when absent.
    pub name: Option<String>,
    /// A registered image of the organization, or an OCI image reference.
    pub image: Option<String>,
    /// The user that processes run as.
    pub os_user: Option<String>,
    /// Environment of every process in it.
    pub env_vars: Option<BTreeMap<String, String>>,
    /// Labels to find it by.
    pub labels: Option<BTreeMap<String, String>>,
    /// Whether preview links need no token.
    pub public: Option<bool>,
    /// Region; the client's target when absent.
    pub target: Option<String>,
    /// Upper bounds.
    pub resources: Option<Resources>,
    /// Minutes without activity until it is stopped; 0 never.
    pub auto_stop_interval: Option<i32>,
    /// Volumes to mount.
    pub volumes: Option<Vec<SandboxVolume>>,
}

/// Upper bounds of a sandbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resources {
    /// Cores.
    pub cpu: Option<u32>,
    /// Memory in GB.
    pub memory: Option<u32>,
    /// Disk in GB.
    pub disk: Option<u32>,
    /// GPUs.
    pub gpu: Option<u32>,
}

impl CreateParams {
    /// The request body; `target` is the client's, if somebody chose one.
    pub(super) fn to_wire(&self, verb: &str, target: Option<&str>) -> Result<CreateSandbox> {
        check_auto_stop(verb, self.auto_stop_interval)?;
        let mut labels = self.labels.clone().unwrap_or_default();
        match &self.language {
            Some(language) => {
                drop(labels.insert(LANGUAGE_LABEL.into(), parse_language(verb, language)?.into()))
            }
            None => drop(labels.entry(LANGUAGE_LABEL.into()).or_insert_with(|| DEFAULT_LANGUAGE.into())),
        }
        let resources = self.resources.unwrap_or_default();
        Ok(CreateSandbox {
            id: self.id.clone(),
            name: self.name.clone().or_else(|| self.id.clone()),
            snapshot: self.image.clone(),
            user: self.os_user.clone(),
            env: self.env_vars.clone(),
            labels: Some(labels),
            public: self.public,
            target: self.target.clone().or_else(|| target.map(str::to_owned)),
            cpu: resources.cpu,
            gpu: resources.gpu,
            memory: resources.memory,
            disk: resources.disk,
            auto_stop_interval: self.auto_stop_interval,
            volumes: self.volumes.clone(),
            ..CreateSandbox::default()
        })
    }
}

fn parse_language(verb: &str, text: &str) -> Result<&'static str> {
    LANGUAGES.into_iter().find(|known| known.eq_ignore_ascii_case(text.trim())).ok_or_else(|| {
        Error::validation(verb, format!("unknown language {text:?}; use one of {}", LANGUAGES.join(", ")))
    })
}

/// The documents' rule for the interval: minutes, 0 never.
pub(super) fn check_auto_stop(verb: &str, minutes: Option<i32>) -> Result<()> {
    match minutes {
        Some(minutes) if minutes < 0 => Err(Error::validation(
            verb,
            format!("auto_stop_interval must not be negative, got {minutes}; 0 means never"),
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorCode;

    fn wire(params: &CreateParams) -> CreateSandbox {
        params.to_wire("create the sandbox", Some("eu")).expect("valid")
    }

    #[test]
    fn an_id_is_a_name_where_servers_do_not_know_ids() {
        let sent = wire(&CreateParams { id: Some("mine".into()), ..Default::default() });
        assert_eq!((sent.id.as_deref(), sent.name.as_deref()), (Some("mine"), Some("mine")));
        let sent = wire(&CreateParams { id: Some("a".into()), name: Some("b".into()), ..Default::default() });
        assert_eq!((sent.id.as_deref(), sent.name.as_deref()), (Some("a"), Some("b")));
    }

    #[test]
    fn language_becomes_a_label() {
        let label = |language: Option<&str>| {
            let sent = wire(&CreateParams { language: language.map(Into::into), ..Default::default() });
            sent.labels.expect("labels")[LANGUAGE_LABEL].clone()
        };
        assert_eq!(label(None), "python");
        assert_eq!(label(Some("TypeScript")), "typescript");
        let wrong = CreateParams { language: Some("cobol".into()), ..Default::default() };
        let error = wrong.to_wire("create the sandbox", None).expect_err("unknown");
        assert_eq!(error.code(), ErrorCode::Validation);
        assert!(error.message().contains("python, javascript, typescript"), "{error}");
    }

    #[test]
    fn the_target_of_the_call_wins_over_the_clients() {
        assert_eq!(wire(&CreateParams::default()).target.as_deref(), Some("eu"));
        let sent = wire(&CreateParams { target: Some("asia".into()), ..Default::default() });
        assert_eq!(sent.target.as_deref(), Some("asia"));
    }

    #[test]
    fn a_negative_interval_is_refused() {
        let params = CreateParams { auto_stop_interval: Some(-1), ..Default::default() };
        let error = params.to_wire("create the sandbox", None).expect_err("negative");
        assert_eq!(error.code(), ErrorCode::Validation);
    }
}
