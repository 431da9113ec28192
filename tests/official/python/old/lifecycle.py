"""The life of a sandbox, its labels and its previews."""

from __future__ import annotations

import facts
from daytona_sdk import CreateSandboxParams, DaytonaError, Sandbox
from old.client import daytona
from registry import scenario


@scenario
def create() -> None:
    params = CreateSandboxParams(
        language="python",
        name=facts.unique("old"),
        env_vars={"GREETING": "hello wörld"},
        labels={"purpose": "create"},
        public=True,
        auto_stop_interval=25,
    )
    sandbox = daytona.create(params)
    try:
        info = sandbox.info()
        assert info.state == "started"
        assert info.name == params.name
        assert info.env["GREETING"] == "hello wörld"
        assert info.labels["purpose"] == "create"
        assert info.public
        assert info.auto_stop_interval == 25
        assert info.resources.cpu == "1"
        assert info.class_name == "small"
        assert info.region in ("us", "eu", "asia")
        assert sandbox.process.exec("echo $GREETING").result == "hello wörld\n"
        assert sandbox.get_user_root_dir().startswith("/")
    finally:
        daytona.remove(sandbox)


@scenario
def list_by_labels(sandbox: Sandbox) -> None:
    sandbox.set_labels({"listed": "yes", "code-toolbox-language": "javascript"})
    found = {each.id: each for each in daytona.list()}
    assert found[sandbox.id].instance.labels["listed"] == "yes"
    assert found[sandbox.id].process.code_run("console.log(6 * 7)").result.strip() == "42"


@scenario
def get(sandbox: Sandbox) -> None:
    again = daytona.get_current_sandbox(sandbox.id)
    assert again.id == sandbox.id
    assert again.instance.state == "started"


@scenario
def get_unknown() -> None:
    with facts.raises(DaytonaError, "nobody not found"):
        daytona.get_current_sandbox("nobody")


@scenario
def stop_and_start(sandbox: Sandbox) -> None:
    sandbox.fs.upload_file("kept.txt", b"kept")
    sandbox.stop()
    assert sandbox.info().state == "stopped"
    with facts.raises(DaytonaError, "Is the Sandbox started"):
        sandbox.process.exec("true")
    sandbox.start()
    assert sandbox.info().state == "started"
    assert sandbox.fs.download_file("kept.txt") == b"kept"


@scenario
def delete() -> None:
    sandbox = daytona.create()
    daytona.remove(sandbox)
    facts.until(lambda: sandbox.id not in {each.id for each in daytona.list()}, "it is gone")


@scenario
def autostop(sandbox: Sandbox) -> None:
    sandbox.set_autostop_interval(0)
    assert sandbox.info().auto_stop_interval == 0
    sandbox.set_autostop_interval(90)
    assert sandbox.info().auto_stop_interval == 90


@scenario
def labels(sandbox: Sandbox) -> None:
    answer = sandbox.set_labels({"team": "x", "on": True})
    assert answer.labels == {"team": "x", "on": "true"}
    sandbox.set_labels({"only": "one"})
    assert sandbox.info().labels == {"only": "one"}


@scenario
def preview(sandbox: Sandbox) -> None:
    sandbox.process.exec(facts.SERVE)
    link = sandbox.get_preview_link(facts.PORT)
    facts.until(lambda: facts.fetch(link.url, link.token) == (200, facts.PAGE), "the page is there")
    assert facts.fetch(link.url)[0] == 401
