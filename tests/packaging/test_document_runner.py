"""The runner of documents notices what it is there to notice. What needs no sandbox; ``make test-documents`` runs it."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "documents"))

from block_plans import Edit, Plan
from blocks import Block, read_blocks
from run import Job, edited, judge, of_the_guide

PAGE = """# Page

## First

  ```python
  if True:
      print("one")
  ```
```ts
console.log("one")
```
```text
one
t...o
```

```python
print("two")
```
"""


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.md"
    path.write_text(PAGE)
    return path


def test_blocks_have_names_lines_and_no_indent(page: Path) -> None:
    python, typescript, text, second = read_blocks(page)
    assert python == Block("First/python", "python", 6, 'if True:\n    print("one")\n')
    assert (typescript.name, typescript.line, text.language) == ("First/typescript", 10, "text")
    assert (second.name, second.line) == ("First/python#2", 18)


def test_a_block_that_is_never_closed_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text("# Page\n```python\nprint(1)\n")
    with pytest.raises(ValueError, match="never closed"):
        read_blocks(tmp_path / "page.md")


def test_the_text_below_is_what_both_languages_print(page: Path) -> None:
    first, second, third = of_the_guide(page)
    assert first.plan.output == second.plan.output
    assert third.plan.output == ()
    for stdout, problems in [("one\ntwo\n", 0), ("one\nthree\n", 1), ("", 2)]:
        job = replace(first, problems=[], result={**DONE, "stdout": stdout})
        judge(job, page.parent)
        assert len(job.problems) == problems, job.problems


DONE = {"error": "", "stdout": "", "stderr": "", "after": [], "serves": []}


@pytest.mark.parametrize(
    ("plan", "result"),
    [
        (Plan(), {"error": "Traceback"}),
        (Plan(), {"stderr": "a warning"}),
        (Plan(), {"stdout": "Error: caught and printed\n"}),
        (Plan(output=("yes",)), {"stdout": "no"}),
        (Plan(after=(("cat file", "^yes$"),)), {"after": ["no"]}),
        (Plan(serves=((3000, "yes"),)), {"serves": ["502"]}),
        (Plan(leaves=(("*.log", "yes"),)), {}),
    ],
)
def test_each_kind_of_failure_is_seen(plan: Plan, result: dict[str, object], tmp_path: Path) -> None:
    block = Block("Page/python", "python", 1, "")
    job = Job(tmp_path / "page.md", block, plan, everything=True, result={**DONE, **result})
    judge(job, tmp_path)
    assert len(job.problems) == 1


def test_an_edit_that_no_longer_applies_is_a_failure(tmp_path: Path) -> None:
    plan = Plan(edits=(Edit("slip", "fixed", "a slip"),))
    for code, problems in [("slip()\n", 0), ("fixed()\n", 1), ("slip(slip)\n", 1)]:
        job = Job(tmp_path / "page.md", Block("Page/python", "python", 3, code), plan, everything=True)
        assert edited(job, "").startswith("\n\nfixed(")
        assert len(job.problems) == problems
