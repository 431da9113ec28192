"""The unmodified official clients against the built server: each scenario with each client."""

from __future__ import annotations

import pytest

from conftest import ROOT, Client
from scenarios import CLIENTS, EXCLUDED, SCENARIOS

CELLS = [(client, scenario) for client in CLIENTS for scenario in SCENARIOS if (client, scenario) not in EXCLUDED]


@pytest.mark.parametrize(("client", "scenario"), CELLS)
def test_scenario(clients: dict[str, Client], client: str, scenario: str) -> None:
    outcome, detail = clients[client].outcome(scenario)
    assert outcome == "passed", f"{outcome}\n{detail}"


@pytest.mark.parametrize("client", CLIENTS)
def test_the_table_is_complete(clients: dict[str, Client], client: str) -> None:
    left_out = {scenario for name, scenario in EXCLUDED if name == client}
    assert clients[client].implemented() == set(SCENARIOS) - left_out
    assert left_out <= set(SCENARIOS)


def test_no_lock_file_names_a_registry() -> None:
    for lock in (ROOT / "package-lock.json", ROOT / "tests/official/node/package-lock.json"):
        assert '"resolved"' not in lock.read_text(), f"{lock}: npm config set omit-lockfile-registry-resolved=true"
