//! Python values to core arguments, and core results to Python values.
//!
//! A wrong type is a `TypeError` that names the class and the field; a value of the right type that cannot be
//! right is a `DaytonaValidationError`. Both are found before any request is made.

use crate::error;
use daytona_core::protocol::sandbox::Sandbox;
use daytona_core::{
    CodeRunParams, ConfigOptions, CreateParams, ExecuteResponse, Resources, SandboxVolume, Timeout,
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

    fn whole<T: TryFrom<i64>>(&self, name: &str) -> PyResult<Option<T>> {
        self.field::<i64>(name, A_WHOLE_NUMBER)?
            .map(|number| {
                T::try_from(number).map_err(|_| {
                    error::invalid(
                        self.object.py(),
                        format!("{}.{name} is out of range: {number}", self.class),
                    )
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

/// `CreateSandboxParams`, and the timeout in it, which is deprecated but wins where it is given.
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

/// `ExecuteResponse`.
pub(crate) fn execute_response<'py>(
    py: Python<'py>,
    response: &ExecuteResponse,
) -> PyResult<Bound<'py, PyAny>> {
    static RESPONSE: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    static ARTIFACTS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    static PARSE_CHARTS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let charts = if response.charts.is_empty() {
        None
    } else {
        // Charts are rare and small; Python's own parser turns their JSON into Python objects.
        let text = serde_json::Value::Array(response.charts.clone()).to_string();
        let decoded = py.import("json")?.call_method1("loads", (text,))?;
        Some(PARSE_CHARTS.import(py, "daytona_sdk.charts", "parse_charts")?.call1((decoded,))?)
    };
    // One Python string for both places it shows up in.
    let stdout = response.stdout.as_str().into_pyobject(py)?;
    let artifacts =
        ARTIFACTS.import(py, "daytona_sdk.process", "ExecutionArtifacts")?.call1((&stdout, charts))?;
    let keywords = PyDict::new(py);
    keywords.set_item("stdout", &stdout)?;
    keywords.set_item("stderr", &response.stderr)?;
    RESPONSE
        .import(py, "daytona_sdk.process", "ExecuteResponse")?
        .call((response.exit_code, &response.result, artifacts), Some(&keywords))
}

/// `SandboxInstance`.
pub(crate) fn instance<'py>(py: Python<'py>, data: &Sandbox) -> PyResult<Bound<'py, PyAny>> {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    sandbox_value(py, CLASS.import(py, "daytona_sdk.sandbox", "SandboxInstance")?, data)
}

/// `SandboxInfo`.
pub(crate) fn info<'py>(py: Python<'py>, data: &Sandbox) -> PyResult<Bound<'py, PyAny>> {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    sandbox_value(py, CLASS.import(py, "daytona_sdk.sandbox", "SandboxInfo")?, data)
}

fn sandbox_value<'py>(
    py: Python<'py>,
    class: &Bound<'py, PyType>,
    data: &Sandbox,
) -> PyResult<Bound<'py, PyAny>> {
    let fields = PyDict::new(py);
    fields.set_item("id", &data.id)?;
    fields.set_item("name", &data.name)?;
    fields.set_item("image", &data.snapshot)?;
    fields.set_item("user", &data.user)?;
    fields.set_item("env", &data.env)?;
    fields.set_item("labels", &data.labels)?;
    fields.set_item("public", data.public)?;
    fields.set_item("target", &data.target)?;
    for (name, number) in [
        ("cpu", Some(data.cpu)),
        ("gpu", Some(data.gpu)),
        ("memory", Some(data.memory)),
        ("disk", Some(data.disk)),
        ("auto_stop_interval", data.auto_stop_interval),
    ] {
        fields.set_item(name, number.map(|number| whole_or_float(py, number)).transpose()?)?;
    }
    fields.set_item("state", data.state.as_ref().map(|state| state.as_str()))?;
    fields.set_item("error_reason", &data.error_reason)?;
    fields.set_item("snapshot_state", &data.backup_state)?;
    fields.set_item("snapshot_created_at", &data.backup_created_at)?;
    fields.set_item("class_name", &data.sandbox_class)?;
    fields.set_item("created_at", &data.created_at)?;
    fields.set_item("updated_at", &data.updated_at)?;
    class.call((), Some(&fields))
}

/// JSON has one kind of number; `cpu` should print as 2, not 2.0.
fn whole_or_float(py: Python<'_>, number: f64) -> PyResult<Bound<'_, PyAny>> {
    #[expect(clippy::cast_possible_truncation, reason = "checked: it is a whole number that an i32 can hold")]
    if number.fract() == 0.0 && number.abs() <= f64::from(i32::MAX) {
        Ok((number as i32).into_pyobject(py)?.into_any())
    } else {
        Ok(number.into_pyobject(py)?.into_any())
    }
}
