"""Every scenario, in every interpreter: Rust, Python both ways, TypeScript on Node, Bun and Deno."""

from __future__ import annotations

from typing import Any

import pytest

import plan

Outcomes = dict[str, dict[str, dict[str, Any]]]

SCENARIOS = {scenario["name"]: scenario for scenario in plan.load()}
CASES = [
    pytest.param(runner, name, id=f"{runner}: {name}")
    for runner in plan.RUNNERS
    for name, scenario in SCENARIOS.items()
    if runner not in scenario["exclude"]
]


@pytest.mark.parametrize(("runner", "name"), CASES)
def test_scenario(outcomes: Outcomes, runner: str, name: str) -> None:
    outcome = outcomes[runner].get(name)
    assert outcome is not None, f"{runner} did not report this scenario; see target/behaviour/{runner}.log"
    if SCENARIOS[name]["fails"]:
        assert outcome["wrong"], "the interpreter does not see what is wrong here"
    else:
        assert outcome["wrong"] is None, outcome["wrong"]


@pytest.mark.parametrize("runner", plan.RUNNERS)
def test_an_interpreter_ran_the_data_and_nothing_else(outcomes: Outcomes, runner: str) -> None:
    """What is left out is left out with a reason, which is shown."""
    excluded = {name: scenario["exclude"].get(runner) for name, scenario in SCENARIOS.items()}
    assert set(outcomes[runner]) == {name for name, why in excluded.items() if why is None}
    left_out = [f"  {name}: {why}" for name, why in excluded.items() if why is not None]
    print(f"\n{runner}: {len(outcomes[runner])} scenarios ran, {len(left_out)} left out", *left_out, sep="\n")


def test_every_method_of_the_contract_is_called() -> None:
    called = {step["call"] for scenario in SCENARIOS.values() for step in scenario["steps"]}
    assert set(plan.methods()) - called == set()


def test_nothing_is_left_out_without_a_reason() -> None:
    for name, scenario in SCENARIOS.items():
        assert all(why.strip() for why in scenario["exclude"].values()), name
        assert set(scenario["exclude"]) != set(plan.RUNNERS), f"{name} runs nowhere"
