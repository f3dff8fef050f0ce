"""Pages stay small, have names that say something, and never turn text into code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [page for room in ("causal", "ablation") for page in sorted((ROOT / room).rglob("*.py"))]
IDS = [str(page.relative_to(ROOT)) for page in PAGES]

VAGUE = {"utils", "util", "helpers", "helper", "common", "base", "misc"}
RUNS_TEXT = {"eval", "exec", "compile", "__import__", "sympify", "lambdify", "parse_expr"}
RUNS_BYTES = {"pickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"}
READS_PICKLES = {"read_pickle", "to_pickle"}


def dangers(source: str) -> Iterator[str]:
    """Every place where text or bytes from outside could become running code."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in RUNS_TEXT:
                yield f"{node.lineno}: {name}(...)"
            case ast.Call(func=ast.Attribute(attr=name)) if name in READS_PICKLES | {
                "sympify",
                "lambdify",
                "parse_expr",
            }:
                yield f"{node.lineno}: .{name}(...)"
            case ast.Call(func=ast.Attribute(attr="eval"), args=[_, *_]):
                yield f"{node.lineno}: .eval(text)"
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="torch"), attr="load"), keywords=given
            ):
                if not any(_is(keyword, "weights_only", True) for keyword in given):
                    yield f"{node.lineno}: torch.load without weights_only=True"
            case ast.keyword(arg="shell" | "allow_pickle", value=ast.Constant(value=True)):
                yield f"{node.value.lineno}: {node.arg}=True"
            case ast.Import(names=names):
                yield from (
                    f"{node.lineno}: import {alias.name}"
                    for alias in names
                    if alias.name.split(".")[0] in RUNS_BYTES
                )
            case ast.ImportFrom(module=str(name)) if name.split(".")[0] in RUNS_BYTES:
                yield f"{node.lineno}: from {name} import ..."
            case _:
                pass


def _is(keyword: ast.keyword, name: str, value: object) -> bool:
    constant = keyword.value
    return keyword.arg == name and isinstance(constant, ast.Constant) and constant.value is value


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_a_page_holds_one_idea_under_a_name_that_says_it(page: Path) -> None:
    assert page.stem not in VAGUE
    assert len(page.read_text().splitlines()) <= 400


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_a_page_opens_with_its_idea(page: Path) -> None:
    assert ast.get_docstring(ast.parse(page.read_text())), f"{page} has no module docstring"


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_imports_stand_at_the_top_except_where_a_command_saves_time(page: Path) -> None:
    functions = [n for n in ast.walk(ast.parse(page.read_text())) if isinstance(n, ast.FunctionDef)]
    inside = [
        n for f in functions for n in ast.walk(f) if isinstance(n, ast.Import | ast.ImportFrom)
    ]
    assert page.parent.name == "cli" or not inside


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_no_page_turns_text_into_code(page: Path) -> None:
    assert list(dangers(page.read_text())) == []


@pytest.mark.parametrize(
    "line",
    [
        "eval(text)",
        "exec(text)",
        "sympy.sympify(text)",
        "from sympy import lambdify; lambdify(x, y)",
        "import pickle",
        "from cloudpickle import loads",
        "frame.eval(text)",
        "pandas.read_pickle(path)",
        "torch.load(path)",
        "torch.load(path, weights_only=False)",
        "numpy.load(path, allow_pickle=True)",
        "subprocess.run(text, shell=True)",
    ],
)
def test_the_search_for_code_made_of_text_finds_it(line: str) -> None:
    assert list(dangers(line)) != []


@pytest.mark.parametrize(
    "line", ["model.eval()", "re.compile(text)", "torch.load(path, weights_only=True)"]
)
def test_the_search_for_code_made_of_text_leaves_the_harmless_alone(line: str) -> None:
    assert list(dangers(line)) == []
