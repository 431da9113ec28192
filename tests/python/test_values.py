"""Values and enums: keyword-constructible, comparable, printable, picklable, convertible."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

import daytona_sdk
from daytona_sdk import (
    BarChart,
    BarData,
    BoxAndWhiskerChart,
    BoxAndWhiskerData,
    Chart,
    ChartType,
    CodeLanguage,
    CodeRunParams,
    Command,
    CompletionItem,
    CompletionList,
    CompositeChart,
    CreateSandboxParams,
    DaytonaConfig,
    ExecuteResponse,
    ExecutionArtifacts,
    FileInfo,
    FileStatus,
    FileUpload,
    GitCommitInfo,
    GitCommitResponse,
    GitRemote,
    GitStatus,
    LineChart,
    ListBranchResponse,
    LspLanguageId,
    LspLocation,
    LspRange,
    LspSymbol,
    Match,
    PieChart,
    PieData,
    PointData,
    PortPreviewUrl,
    Position,
    ProcessExecutionError,
    ReplaceResult,
    SandboxInstance,
    SandboxResources,
    SandboxState,
    SandboxTargetRegion,
    SearchFilesResponse,
    Session,
    SessionExecuteRequest,
    SessionExecuteResponse,
    SessionLogChunk,
)

VALUES = [
    DaytonaConfig(api_key="key", target="us"),
    CreateSandboxParams(language="python", labels={"a": "b"}, resources=SandboxResources(cpu=2)),
    SandboxResources(cpu=2, memory=4, disk=20),
    CodeRunParams(argv=["a"], env={"B": "c"}),
    ExecutionArtifacts("out", charts=[Chart(title="t")]),
    ExecuteResponse(exit_code=3, result="both", stdout="out", stderr="err"),
    FileUpload("path", b"content"),
    SandboxInstance(id="one", state="started", env={"A": "b"}, cpu=2),
    PortPreviewUrl("http://3000-one.example", "s3cret"),
    Command(id="c1", command="true", exit_code=0),
    Session(session_id="s1", commands=[Command("c1")]),
    SessionExecuteRequest(command="true", run_async=True),
    SessionExecuteResponse(cmd_id="c1", output="out", exit_code=0, stdout="out", stderr=""),
    SessionLogChunk(text="out", source="stderr"),
    FileInfo(name="a", is_dir=False, size=1, mod_time="t", mode="-rw-r--r--", permissions="0644", owner="o", group="g"),
    Match(file="a", line=1, content="text"),
    SearchFilesResponse(files=["a"]),
    ReplaceResult(file="a", success=False, error="read-only"),
    FileStatus(name="a", staging="Added", worktree="Unmodified", extra=""),
    GitStatus(current_branch="main", file_status=[FileStatus("a")], ahead=1, behind=2, branch_published=True),
    ListBranchResponse(branches=["main"]),
    GitCommitResponse(sha="abc"),
    GitCommitInfo(hash="abc", message="m", author="a", email="e", timestamp="t"),
    GitRemote(name="origin", url="https://example.com/r.git"),
    Position(line=1, character=2),
    LspRange(start=Position(1, 2), end=Position(3, 4)),
    LspLocation(uri="file:///a"),
    LspSymbol(name="f", kind=12, location=LspLocation("file:///a", LspRange(Position(0, 0), Position(0, 1)))),
    CompletionItem(label="print", kind=3, insert_text="print"),
    CompletionList(is_incomplete=True, items=[CompletionItem("print")]),
    PointData(label="a", points=[(1, 2)]),
    BarData(label="a", group="g", value=3),
    PieData(label="a", angle=90, radius=1, autopct=25),
    BoxAndWhiskerData(label="a", min=1, first_quartile=2, median=3, third_quartile=4, max=5, outliers=[9]),
    Chart(type="heatmap", title="t", png="AA=="),
    LineChart(type=ChartType.LINE, elements=[PointData("a", [(1, 2)])], x_label="x", y_scale="log"),
    BarChart(title="t", elements=[BarData("a")]),
    PieChart(elements=[PieData("a")]),
    BoxAndWhiskerChart(elements=[BoxAndWhiskerData("a")], y_label="y"),
    CompositeChart(elements=[PieChart()]),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
class TestEveryValue:
    def test_survives_pickling(self, value: object) -> None:
        assert pickle.loads(pickle.dumps(value)) == value

    def test_is_compared_by_its_fields(self, value: object) -> None:
        other = pickle.loads(pickle.dumps(value))
        slots = [name for kind in type(value).__mro__ for name in getattr(kind, "__slots__", ())]
        setattr(other, slots[-1], "something else")
        assert other != value
        assert value != object()

    def test_converts_to_a_dict(self, value: daytona_sdk._values.Value) -> None:
        assert value.to_dict() == value.model_dump()
        assert None not in value.model_dump(exclude_none=True).values()

    def test_says_which_keyword_is_unknown(self, value: object) -> None:
        with pytest.raises(TypeError, match="languag3"):
            type(value)(languag3="python")

    def test_prints_its_class(self, value: object) -> None:
        assert repr(value).startswith(type(value).__name__ + "(")


def test_dicts_are_plain() -> None:
    params = CreateSandboxParams(language=CodeLanguage.PYTHON, resources=SandboxResources(cpu=2))
    plain = params.to_dict()
    assert type(plain["language"]) is str
    assert plain["resources"] == {"cpu": 2, "memory": None, "disk": None, "gpu": None}


def test_secrets_are_not_printed() -> None:
    config = DaytonaConfig(api_key="s3cret-key", jwt_token="s3cret-jwt", target="us")
    assert "s3cret" not in repr(config)
    assert repr(config) == "DaytonaConfig(api_key='***', target='us', jwt_token='***')"


def test_enums_are_their_text() -> None:
    assert CodeLanguage.PYTHON == "python"
    assert {CodeLanguage.PYTHON: 1}["python"] == 1
    assert f"{CodeLanguage.TYPESCRIPT} {CodeLanguage.JAVASCRIPT!s}" == "typescript javascript"
    assert CodeLanguage("python") is CodeLanguage.PYTHON
    assert [region.value for region in SandboxTargetRegion] == ["eu", "us", "asia", "local"]
    assert pickle.loads(pickle.dumps(CodeLanguage.PYTHON)) is CodeLanguage.PYTHON
    with pytest.raises(ValueError, match="cobol"):
        CodeLanguage("cobol")


def test_a_preview_link_prints_no_token() -> None:
    assert repr(PortPreviewUrl("http://a", "s3cret")) == "PortPreviewUrl(url='http://a', token='***')"


def test_a_session_has_both_names_of_its_id() -> None:
    assert Session("s1").id == Session("s1").session_id == "s1"


def test_lsp_languages_are_their_text() -> None:
    assert [language.value for language in LspLanguageId] == ["python", "typescript", "javascript"]
    assert LspLanguageId.PYTHON == "python"


def test_an_unknown_state_is_a_state() -> None:
    state = SandboxState("hibernating")
    assert state == "hibernating"
    assert isinstance(state, SandboxState)
    assert (state.name, state.value, str(state)) == ("HIBERNATING", "hibernating", "hibernating")
    assert pickle.loads(pickle.dumps(state)) == state
    assert SandboxInstance(id="one", state="hibernating").state == "hibernating"
    with pytest.raises(ValueError, match="3"):
        SandboxState(3)


def test_an_instance_has_its_info() -> None:
    instance = SandboxInstance(id="one", name="n", state="started", cpu=2, memory=4)
    assert instance.info.to_dict() == instance.to_dict()
    assert instance.info.resources == SandboxResources(cpu=2, memory=4, disk=0, gpu=0)


def test_a_file_upload_takes_both_pairs_of_names() -> None:
    assert FileUpload(source=b"x", destination="p") == FileUpload("p", b"x")
    assert FileUpload(source="local", destination="p").content == Path("local")
    assert FileUpload("p", "text").content == "text"
    with pytest.raises(TypeError, match="path and content"):
        FileUpload("p")


def test_check_returns_or_raises() -> None:
    fine = ExecuteResponse(0, "out")
    assert fine.check() is fine
    with pytest.raises(ProcessExecutionError) as raised:
        ExecuteResponse(3, "both", stderr="broken").check()
    assert (raised.value.exit_code, raised.value.stderr) == (3, "broken")
    assert "3" in str(raised.value)
    assert "broken" in str(raised.value)


def test_artifacts_default_to_stdout() -> None:
    assert ExecuteResponse(0, "out", stdout="out").artifacts == ExecutionArtifacts("out")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("CreateWorkspaceParams", "CreateSandboxParams"),
        ("Workspace", "Sandbox"),
        ("WorkspaceResources", "SandboxResources"),
        ("WorkspaceState", "SandboxState"),
        ("WorkspaceTargetRegion", "SandboxTargetRegion"),
    ],
)
def test_deprecated_names_warn(old: str, new: str) -> None:
    with pytest.warns(DeprecationWarning, match=f"{old} is deprecated; use {new}") as caught:
        assert getattr(daytona_sdk, old) is getattr(daytona_sdk, new)
    assert caught[0].filename == __file__


def test_the_deprecated_timeout_warns() -> None:
    with pytest.warns(DeprecationWarning, match="timeout"):
        CreateSandboxParams(timeout=10)


def test_unknown_names_are_attribute_errors() -> None:
    with pytest.raises(AttributeError, match="NoSuchName"):
        _ = daytona_sdk.NoSuchName


def test_everything_exported_is_there() -> None:
    for name in daytona_sdk.__all__:
        assert getattr(daytona_sdk, name) is not None


def test_earlier_import_paths_work() -> None:
    from daytona_sdk import charts, git, lsp_server
    from daytona_sdk.common.code_run_params import CodeRunParams as Params
    from daytona_sdk.common.errors import DaytonaError as Error
    from daytona_sdk.common.execute_response import ExecuteResponse as Response
    from daytona_sdk.daytona import Daytona, DaytonaError, SandboxTargetRegion, SessionExecuteRequest
    from daytona_sdk.filesystem import FileSystem, FileUpload
    from daytona_sdk.process import Process
    from daytona_sdk.sandbox import Sandbox, SandboxState

    assert (Params, Response, Error) == (CodeRunParams, ExecuteResponse, daytona_sdk.DaytonaError)
    assert (Daytona, DaytonaError) == (daytona_sdk.Daytona, daytona_sdk.DaytonaError)
    assert (FileSystem, FileUpload, Process) == (daytona_sdk.FileSystem, daytona_sdk.FileUpload, daytona_sdk.Process)
    assert (Sandbox, SandboxState) == (daytona_sdk.Sandbox, daytona_sdk.SandboxState)
    assert SandboxTargetRegion is daytona_sdk.SandboxTargetRegion
    assert SessionExecuteRequest is daytona_sdk.SessionExecuteRequest
    for module in (charts, git, lsp_server):
        for name in module.__all__:
            assert getattr(module, name) is getattr(daytona_sdk, name)
