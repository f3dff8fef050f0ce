"""What the pages show is what happens: their Python runs, their commands print what they show.

In a Markdown page, the ``python`` blocks are one session; a ``text`` block after one of them is
what it prints.  A ``console`` block holds commands after ``$`` and what each prints; ``...`` stands
for what changes from run to run.  A block whose first line is ``# study.toml``, or any other name,
is that file (a CSV file begins below it), and lies where the commands run.  A ``sh`` block is for
reading, but its make targets must exist.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", *sorted((ROOT / "docs").rglob("*.md"))]
FILE = re.compile(r"# (\w+\.(?:py|toml|csv))\n")
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
OURS = {"causal", "ablation"}


@dataclass(frozen=True)
class Block:
    language: str
    text: str
    line: int


def blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    return [
        Block(found[1], found[2], text.count("\n", 0, found.start()) + 1)
        for found in FENCE.finditer(text)
    ]


def agree(shown: str, printed: str) -> bool:
    """Whether the page shows what was printed; spaces at the ends of lines do not count."""
    tidy = [
        "\n".join(line.rstrip() for line in text.strip().split("\n")) for text in (shown, printed)
    ]
    return doctest.OutputChecker().check_output(f"{tidy[0]}\n", f"{tidy[1]}\n", doctest.ELLIPSIS)


def with_language(language: str) -> list[object]:
    found = [page for page in PAGES if any(b.language == language for b in blocks(page))]
    return [pytest.param(page, id=str(page.relative_to(ROOT))) for page in found]


@pytest.mark.parametrize("page", with_language("python"))
def test_the_python_of_a_page_runs_and_prints_what_the_page_says(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    session: dict[str, object] = {"__name__": "__main__"}
    written = blocks(page)
    for block, after in zip(written, [*written[1:], None], strict=True):
        if block.language != "python":
            continue
        printed = io.StringIO()
        source = "\n" * block.line + block.text  # so that a traceback names the line of the page
        with contextlib.redirect_stdout(printed):
            exec(compile(source, str(page), "exec"), session)
        shown = after.text if after and after.language == "text" else ""
        assert agree(shown, printed.getvalue()), f"{page}:{block.line} prints\n{printed.getvalue()}"


def transcript(text: str) -> list[tuple[str, str]]:
    """The commands of a console block, each with what it prints."""
    parts = re.split(r"^\$ ", text, flags=re.MULTILINE)
    assert parts[0] == "", "a console block starts with a command"
    return [(command, printed) for command, _, printed in (p.partition("\n") for p in parts[1:])]


@pytest.mark.parametrize("page", with_language("console"))
def test_the_commands_of_a_page_print_what_the_page_says(page: Path, tmp_path: Path) -> None:
    code = 0
    for block in blocks(page):
        if named := FILE.match(block.text):
            text = block.text[named.end() :] if named[1].endswith(".csv") else block.text
            (tmp_path / named[1]).write_text(text, encoding="utf-8")
        for command, shown in transcript(block.text) if block.language == "console" else []:
            if command == "echo $?":
                printed = f"{code}\n"
            else:
                name, *arguments = shlex.split(command)
                assert name in OURS, f"{page}:{block.line}: {name} is not one of our commands"
                ending = subprocess.run(
                    [str(Path(sys.executable).with_name(name)), *arguments],
                    cwd=tmp_path,
                    env=os.environ | {"COLUMNS": "80"},
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                    check=False,
                )
                code, printed = ending.returncode, ending.stdout
            assert agree(shown, printed), f"{page}:{block.line}: {command} prints\n{printed}"


def test_the_targets_of_make_that_the_pages_name_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^(\w+):", makefile, re.MULTILINE))
    named = {
        target
        for page in [*PAGES, ROOT / "CONTRIBUTING.md"]
        for target in re.findall(r"(?:^|`)make (\w+)", page.read_text(), re.MULTILINE)
    }
    assert named
    assert named <= targets


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [("a\nb", "a\nb\n", True), ("a ... c", "a 1.2 c", True), ("a", "b", False), ("", "x", False)],
)
def test_a_difference_between_page_and_print_is_noticed(
    shown: str, printed: str, same: bool
) -> None:
    assert agree(shown, printed) is same
