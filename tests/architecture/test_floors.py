"""The floors of both packages hold, and every contract that holds them can fail."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT = Path(sys.executable).with_name("lint-imports")
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
    "contracts"
]

FLOORS_CAUSAL, FLOORS_ABLATION = "The floors of causal", "The floors of ablation"
ONE_WAY, SYMBOLIC = "causal never imports ablation", "Symbolic floors import no arrays"
TORCH, PGMPY, BRIDGE = "torch has three doors", "pgmpy has one door", "Only attribution"

FORBIDDEN = [
    ("causal.graph", "import causal.identification", FLOORS_CAUSAL),
    ("causal.identification", "import causal.model", FLOORS_CAUSAL),
    ("causal.model", "import causal.identification", FLOORS_CAUSAL),
    ("causal.checker", "import causal.graph", FLOORS_CAUSAL),
    ("causal.utils", "", FLOORS_CAUSAL),
    ("ablation.trial", "import ablation.store", FLOORS_ABLATION),
    ("ablation.statistics", "import ablation.runner", FLOORS_ABLATION),
    ("ablation.helpers", "", FLOORS_ABLATION),
    ("causal.query", "import ablation", ONE_WAY),
    ("causal.graph", "import numpy", SYMBOLIC),
    ("causal.query", "import networkx", SYMBOLIC),
    ("ablation.statistics", "import torch", TORCH),
    ("causal.model.gaussian", "from torch import nn", TORCH),
    ("causal.model", "import pgmpy.models", PGMPY),
    ("ablation.report", "import causal", BRIDGE),
    ("ablation.attribution", "from causal.graph import ADMG", BRIDGE),
]
ALLOWED = [
    ("ablation.neural.hooks", "import torch.nn"),
    ("ablation.studies.digits", "import torch\nimport causal"),
    ("ablation.attribution", "from causal import ADMG"),
    ("causal.model.neural", "import torch"),
    ("causal.interop.pgmpy", "import pgmpy"),
    ("causal.certification", "import causal.identification, causal.model"),
]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(LINT), "--no-cache", "--config", str(folder / "pyproject.toml")],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def rooms(contract: dict[str, object]) -> list[str]:
    """The modules that a layers contract names, in full."""
    [container] = contract["containers"]
    names = re.findall(r"\w+", " ".join(contract["layers"]))
    return [f"{container}.{name}" for name in names]


def module(folder: Path, name: str, text: str = "") -> None:
    """Write a module into the small house, with the packages on the way to it."""
    *packages, last = name.split(".")
    for depth in range(1, len(packages) + 1):
        package = folder.joinpath(*packages[:depth])
        package.mkdir(exist_ok=True)
        package.joinpath("__init__.py").touch()
    here = folder.joinpath(*packages, last)
    path = here / "__init__.py" if here.is_dir() else here.with_suffix(".py")
    path.write_text(text)


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A house with our contracts and nothing but empty rooms."""
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    for contract in CONTRACTS:
        if contract["type"] == "layers":
            for room in rooms(contract):
                (tmp_path / room.replace(".", "/")).mkdir(parents=True)
                module(tmp_path, room)
    return tmp_path


def test_every_import_of_both_packages_keeps_to_the_floors() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_floor_is_exhaustive_so_that_a_stray_room_is_noticed() -> None:
    floors = [contract for contract in CONTRACTS if contract["type"] == "layers"]
    assert [contract["containers"] for contract in floors] == [["causal"], ["ablation"]]
    assert all(contract["exhaustive"] for contract in floors)


def test_empty_rooms_and_the_doors_that_are_open_break_nothing(house: Path) -> None:
    for name, text in ALLOWED:
        module(house, name, text)
    result = lint(house)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(("name", "text", "contract"), FORBIDDEN)
def test_a_forbidden_import_breaks_its_contract(
    house: Path, name: str, text: str, contract: str
) -> None:
    module(house, name, text)
    result = lint(house)
    assert result.returncode == 1, result.stdout + result.stderr
    assert re.search(rf"^{contract}.* BROKEN", result.stdout, re.MULTILINE), result.stdout
