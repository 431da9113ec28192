"""The core's error codes are the contract's: read from its source, where the one list of them is."""

from __future__ import annotations

import re

from contract import CONTRACT, ROOT


def test_every_error_code_of_the_core_is_in_the_contract() -> None:
    source = (ROOT / "protocol" / "src" / "error.rs").read_text()
    texts = dict(re.findall(r'Self::(\w+) => "([A-Z_]+)"', source))
    listed = re.search(r"pub const ALL: \[Self; \d+\] = \[(.*?)\];", source, re.DOTALL)
    assert listed
    names = re.findall(r"Self::(\w+)", listed[1])
    assert sorted(names) == sorted(texts)
    assert sorted(texts.values()) == sorted(CONTRACT["errors"])
