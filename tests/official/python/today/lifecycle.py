"""The life of a sandbox, its labels and its previews."""

from __future__ import annotations

import asyncio
from typing import Any

from daytona import CreateSandboxFromSnapshotParams, DaytonaError, DaytonaNotFoundError, ListSandboxesQuery

import facts
from registry import scenario
from today.waiting import until


@scenario
async def create(daytona: Any) -> None:
    params = CreateSandboxFromSnapshotParams(
        language="python",
        name=facts.unique("today"),
        env_vars={"GREETING": "hello wörld"},
        labels={"purpose": "create"},
        public=True,
        auto_stop_interval=25,
        auto_delete_interval=60,
    )
    sandbox = await daytona.create(params)
    try:
        assert sandbox.state == "started"
        assert sandbox.name == params.name
        assert sandbox.env["GREETING"] == "hello wörld"
        assert sandbox.labels["purpose"] == "create"
        assert sandbox.public
        assert (sandbox.auto_stop_interval, sandbox.auto_delete_interval) == (25, 60)
        assert (sandbox.cpu, sandbox.gpu) == (1, 0)
        assert (await sandbox.process.exec("echo $GREETING")).result == "hello wörld\n"
        assert (await sandbox.get_work_dir()).startswith("/")
        assert (await sandbox.get_user_home_dir()).startswith("/")
    finally:
        await daytona.delete(sandbox)


@scenario
async def list_by_labels(daytona: Any, sandbox: Any) -> None:
    mark = facts.unique("mark")
    await sandbox.set_labels({"mark": mark})
    found = [each.id async for each in daytona.list(ListSandboxesQuery(labels={"mark": mark}))]
    assert found == [sandbox.id]
    assert sandbox.id in [each.id async for each in daytona.list()]
    # More than a page.
    others = [await daytona.create(CreateSandboxFromSnapshotParams(labels={"mark": mark})) for _ in range(2)]
    try:
        pages = daytona.list(ListSandboxesQuery(labels={"mark": mark}, limit=1))
        assert sorted([each.id async for each in pages]) == sorted([sandbox.id, *(each.id for each in others)])
    finally:
        for other in others:
            await daytona.delete(other)


@scenario
async def get(daytona: Any, sandbox: Any) -> None:
    again = await daytona.get(sandbox.id)
    assert (again.id, again.state) == (sandbox.id, "started")
    assert (await again.process.exec("echo here")).result == "here\n"


@scenario
async def get_unknown(daytona: Any) -> None:
    with facts.raises(DaytonaNotFoundError, "nobody not found"):
        await daytona.get("nobody")


@scenario
async def stop_and_start(daytona: Any, sandbox: Any) -> None:
    await sandbox.fs.upload_file(b"kept", "kept.txt")
    await sandbox.stop()
    assert sandbox.state == "stopped"
    with facts.raises(DaytonaError, "Is the Sandbox started"):
        await sandbox.process.exec("true")
    await sandbox.start()
    assert sandbox.state == "started"
    assert await sandbox.fs.download_file("kept.txt") == b"kept"


@scenario
async def delete(daytona: Any) -> None:
    sandbox = await daytona.create()
    await sandbox.delete(wait=True)
    with facts.raises(DaytonaNotFoundError, "not found"):
        await daytona.get(sandbox.id)


@scenario
async def autostop(daytona: Any, sandbox: Any) -> None:
    for minutes in (0, 90):
        await sandbox.set_autostop_interval(minutes)
        assert (await daytona.get(sandbox.id)).auto_stop_interval == minutes


@scenario
async def labels(daytona: Any, sandbox: Any) -> None:
    assert await sandbox.set_labels({"team": "x"}) == {"team": "x"}
    await sandbox.set_labels({"only": "one"})
    assert (await daytona.get(sandbox.id)).labels == {"only": "one"}


@scenario
async def preview(daytona: Any, sandbox: Any) -> None:
    await sandbox.process.exec(facts.SERVE)
    link = await sandbox.get_preview_link(facts.PORT)

    async def served() -> bool:
        return await asyncio.to_thread(facts.fetch, link.url, link.token) == (200, facts.PAGE)

    await until(served, "the page is there")
    assert (await asyncio.to_thread(facts.fetch, link.url))[0] == 401
    signed = await sandbox.create_signed_preview_url(facts.PORT, 600)
    assert await asyncio.to_thread(facts.fetch, signed.url) == (200, facts.PAGE)
