"""Importing either package, or asking a command for help, waits for nothing heavy."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {
    "jinja2", "matplotlib", "networkx", "numba", "numpy", "pandas", "pgmpy",
    "ray", "scipy", "sklearn", "statsmodels", "sympy", "torch",
}  # fmt: skip


DOORS = ["causal", "causal.cli", "ablation", "ablation.cli"]
SYMBOLIC = ["causal.graph", "causal.expression", "causal.query", "causal.identification"]


@pytest.mark.parametrize("package", DOORS + SYMBOLIC)
def test_an_import_pulls_in_nothing_heavy(package: str) -> None:
    code = f"import {package}, sys; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert package in loaded
    assert HEAVY.intersection(name.split(".")[0] for name in loaded) == set()


def test_help_of_causal_loads_no_room_of_the_solver() -> None:
    code = (
        "import sys; from causal.cli import causal as group;"
        "[group.get_command(None, name) for name in group.list_commands(None)];"
        "print(*(name for name in sys.modules if 'causal.' in name))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    rooms = {".".join(name.split(".")[:2]) for name in loaded}
    assert rooms == {"causal.cli", "causal.errors", "causal.variables"}


def test_a_command_opens_its_own_page_and_no_other() -> None:
    code = "import sys; from causal.cli import causal as group; print(*sys.modules)"
    opened = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {f"causal.cli.{page}" for page in ("adjust", "bounds", "simplify")} & {*opened}


def loaded_by(code: str) -> set[str]:
    """The pages of formats and of pictures that some code opens."""
    code = f"import sys; {code}; print(*sys.modules)"
    known = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    rooms = ("causal.graph.formats.", "causal.graph.drawing.")
    shared = {"format", "openings", "sketch", "tokens"}
    pages = {name.rpartition(".")[2] for name in known if name.startswith(rooms)}
    return pages - shared


PICTURES = {"columns", "composing", "curves", "labels", "layers", "placing", "svg"}


@pytest.mark.parametrize(
    ("code", "pages"),
    [
        ("import causal.identification", set()),
        ("from causal import ADMG; ADMG.parse('W -> {X, Y}; X <-> Y')", {"arrows"}),
        ("from causal import ADMG; ADMG.parse('digraph { X -> Y }')", {"dot", "braced"}),
        ("from causal import ADMG; ADMG.of(nodes='XY').to('csv')", {"edge_list"}),
        ("from causal import ADMG; ADMG.of(nodes='XY').svg()", PICTURES),
    ],
)
def test_a_format_or_a_picture_is_loaded_when_it_is_asked_for(code: str, pages: set[str]) -> None:
    assert loaded_by(code) == pages


def test_an_effect_loads_nothing_of_counterfactuals_adjustment_or_implications() -> None:
    code = (
        "import sys, causal; graph = causal.ADMG.parse('X -> Z -> Y; X <-> Y'); "
        "causal.identify(graph, 'P(Y | do(X))'); print(*sys.modules)"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    others = ("counterfactual.", "adjustment", "front_door", "implied", "verma", "instrumental")
    rooms = ("causal.graph.parallel", *(f"causal.identification.{room}" for room in others))
    assert [name for name in loaded if name.startswith(rooms)] == []


def seconds(command: list[str]) -> float:
    """Of its own work, as others use the machine too."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@pytest.mark.parametrize("command", ["causal", "ablation"])
def test_help_answers_within_a_fifth_of_a_second(command: str) -> None:
    script = Path(sys.executable).with_name(command)
    assert min(seconds([str(script), "--help"]) for _ in range(5)) < 0.2
