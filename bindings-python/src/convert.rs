//! Python values to core arguments; `values.rs` does the other direction.
//!
//! A wrong type is a `TypeError` that names the class and the field; a value of the right type that cannot be
//! right is a `DaytonaValidationError`. Both are found before any request is made.

use crate::error;
use daytona_core::{
    CodeRunParams, ConfigOptions, CreateParams, Position, Resources, SandboxVolume, SessionExecuteRequest,
    Timeout,
};
use pyo3::conversion::FromPyObjectOwned;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyType};
use std::collections::BTreeMap;

pub(crate) type Labels = BTreeMap<String, String>;

const A_STR: &str = "a str";
const A_MAP: &str = "a dict of str to str";
const A_WHOLE_NUMBER: &str = "an int";

/// Seconds as Python callers give them.
pub(crate) fn timeout(py: Python<'_>, seconds: Option<f64>) -> PyResult<Timeout> {
    Timeout::from_seconds(seconds).map_err(|failure| error::raise(py, &failure))
}

/// The `timeout` of `create`. None is a value there, no limit, so what was not given needs one of its own.
pub(crate) enum CreateTimeout {
    NotGiven,
    Given(Option<f64>),
}

impl<'py> FromPyObject<'_, 'py> for CreateTimeout {
    type Error = PyErr;

    fn extract(seconds: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        seconds.extract().map(Self::Given)
    }
}

impl CreateTimeout {
    pub(crate) fn or(self, py: Python<'_>, deprecated: Option<f64>) -> PyResult<Timeout> {
        let argument = match self {
            Self::NotGiven => None,
            Self::Given(seconds) => Some(seconds.unwrap_or_default()),
        };
        Timeout::of_create(argument, deprecated).map_err(|failure| error::raise(py, &failure))
    }
}

/// A value of one of the package's own classes, whose fields are about to be read.
struct Value<'a, 'py> {
    object: &'a Bound<'py, PyAny>,
    class: &'static str,
}

impl<'a, 'py> Value<'a, 'py> {
    /// `argument` names the parameter in the error.
    fn of(
        object: &'a Bound<'py, PyAny>,
        class: &Bound<'py, PyType>,
        class_name: &'static str,
        argument: &str,
    ) -> PyResult<Self> {
        if object.is_instance(class)? {
            return Ok(Self { object, class: class_name });
        }
        Err(PyTypeError::new_err(format!("{argument} must be a {class_name}, not {}", kind(object))))
    }

    fn get(&self, name: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
        let field = self.object.getattr(name)?;
        Ok((!field.is_none()).then_some(field))
    }

    fn field<T: FromPyObjectOwned<'py>>(&self, name: &str, expected: &str) -> PyResult<Option<T>> {
        self.get(name)?
            .map(|field| {
                field.extract().map_err(|_| {
                    PyTypeError::new_err(format!(
                        "{}.{name} must be {expected}, not {}",
                        self.class,
                        field.repr().map_or_else(|_| kind(&field), |repr| shorten(&repr.to_string()))
                    ))
                })
            })
            .transpose()
    }

    fn text(&self, name: &str) -> PyResult<Option<String>> {
        self.field(name, A_STR)
    }

    /// Like [`Self::text`], for what an error must not repeat.
    fn secret(&self, name: &str) -> PyResult<Option<String>> {
        self.get(name)?
            .map(|field| {
                field.extract().map_err(|_| {
                    PyTypeError::new_err(format!(
                        "{}.{name} must be {A_STR}, not {}",
                        self.class,
                        kind(&field)
                    ))
                })
            })
            .transpose()
    }

    /// Only `create` takes values with numbers in them.
    fn whole<T: TryFrom<i64>>(&self, name: &str) -> PyResult<Option<T>> {
        self.field::<i64>(name, A_WHOLE_NUMBER)?
            .map(|number| {
                T::try_from(number).map_err(|_| {
                    let reason = format!("{}.{name} is out of range: {number}", self.class);
                    error::invalid(self.object.py(), "create the sandbox", &reason)
                })
            })
            .transpose()
    }
}

fn kind(object: &Bound<'_, PyAny>) -> String {
    object.get_type().name().map_or_else(|_| "another type".to_owned(), |name| name.to_string())
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(60) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}...", &text[..end]),
    }
}

/// `DaytonaConfig`.
pub(crate) fn config_options(config: Option<&Bound<'_, PyAny>>) -> PyResult<ConfigOptions> {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let Some(config) = config else { return Ok(ConfigOptions::default()) };
    let class = CLASS.import(config.py(), "daytona_sdk.daytona", "DaytonaConfig")?;
    let value = Value::of(config, class, "DaytonaConfig", "config")?;
    Ok(ConfigOptions {
        api_key: value.secret("api_key")?,
        api_url: value.text("api_url")?,
        target: value.text("target")?,
        jwt_token: value.secret("jwt_token")?,
        organization_id: value.text("organization_id")?,
        server_url: value.text("server_url")?,
    })
}

/// `CreateSandboxParams`, and the timeout in it, which is deprecated.
pub(crate) fn create_params(params: Option<&Bound<'_, PyAny>>) -> PyResult<(CreateParams, Option<f64>)> {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let Some(params) = params else { return Ok((CreateParams::default(), None)) };
    let class = CLASS.import(params.py(), "daytona_sdk.daytona", "CreateSandboxParams")?;
    let value = Value::of(params, class, "CreateSandboxParams", "params")?;
    let timeout: Option<f64> = value.field("timeout", "a number")?;
    let params = CreateParams {
        language: value.text("language")?,
        id: value.text("id")?,
        name: value.text("name")?,
        image: value.text("image")?,
        os_user: value.text("os_user")?,
        env_vars: value.field("env_vars", A_MAP)?,
        labels: value.field("labels", A_MAP)?,
        public: value.field("public", "a bool")?,
        target: value.text("target")?,
        resources: value.get("resources")?.map(|resources| self::resources(&resources)).transpose()?,
        auto_stop_interval: value.whole("auto_stop_interval")?,
        volumes: value
            .field::<Vec<BTreeMap<String, String>>>("volumes", "a list of dicts of str to str")?
            .map(|volumes| volumes.into_iter().map(volume).collect::<PyResult<_>>())
            .transpose()?,
    };
    Ok((params, timeout))
}

fn resources(resources: &Bound<'_, PyAny>) -> PyResult<Resources> {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let class = CLASS.import(resources.py(), "daytona_sdk.sandbox", "SandboxResources")?;
    let value = Value::of(resources, class, "SandboxResources", "CreateSandboxParams.resources")?;
    Ok(Resources {
        cpu: value.whole("cpu")?,
        memory: value.whole("memory")?,
        disk: value.whole("disk")?,
        gpu: value.whole("gpu")?,
    })
}

fn volume(mut given: BTreeMap<String, String>) -> PyResult<SandboxVolume> {
    let mut take = |name: &str| {
        given.remove(name).ok_or_else(|| {
            PyTypeError::new_err(format!("each of CreateSandboxParams.volumes needs '{name}'"))
        })
    };
    let (volume_id, mount_path) = (take("volume_id")?, take("mount_path")?);
    let subpath = given.remove("subpath");
    match given.pop_first() {
        None => Ok(SandboxVolume { volume_id, mount_path, subpath }),
        Some((unknown, _)) => Err(PyTypeError::new_err(format!(
            "CreateSandboxParams.volumes: unknown key '{unknown}'; a volume has volume_id, mount_path and subpath"
        ))),
    }
}

/// `CodeRunParams`.
pub(crate) fn code_run_params(params: Option<&Bound<'_, PyAny>>) -> PyResult<CodeRunParams> {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let Some(params) = params else { return Ok(CodeRunParams::default()) };
    let class = CLASS.import(params.py(), "daytona_sdk.process", "CodeRunParams")?;
    let value = Value::of(params, class, "CodeRunParams", "params")?;
    Ok(CodeRunParams { argv: value.field("argv", "a list of str")?, env: value.field("env", A_MAP)? })
}

/// `SessionExecuteRequest`. `var_async` is the earlier name of `run_async`.
pub(crate) fn session_execute_request(request: &Bound<'_, PyAny>) -> PyResult<SessionExecuteRequest> {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let class = CLASS.import(request.py(), "daytona_sdk.process", "SessionExecuteRequest")?;
    let value = Value::of(request, class, "SessionExecuteRequest", "req")?;
    let run_async = value.field("run_async", "a bool")?.or(value.field("var_async", "a bool")?);
    let Some(command) = value.text("command")? else {
        return Err(PyTypeError::new_err(format!("SessionExecuteRequest.command must be {A_STR}, not None")));
    };
    Ok(SessionExecuteRequest { command, run_async: run_async.unwrap_or(false) })
}

/// `Position`, or a dict that looks like one.
pub(crate) fn position(position: &Bound<'_, PyAny>) -> PyResult<Position> {
    let place = |name: &str| {
        let number = match position.cast::<PyDict>() {
            Ok(fields) => fields.get_item(name)?,
            Err(_) => position.getattr_opt(name)?,
        };
        let Some(number) = number else {
            return Err(PyTypeError::new_err(format!(
                "position must be a Position, or a dict with line and character, not {}",
                position.repr().map_or_else(|_| kind(position), |repr| shorten(&repr.to_string()))
            )));
        };
        let whole: i64 = number
            .extract()
            .map_err(|_| PyTypeError::new_err(format!("position.{name} must be {A_WHOLE_NUMBER}")))?;
        u32::try_from(whole).map_err(|_| {
            let reason = format!("position.{name} is out of range: {whole}; the first is 0");
            error::invalid(position.py(), "get completions", &reason)
        })
    };
    Ok(Position { line: place("line")?, character: place("character")? })
}
