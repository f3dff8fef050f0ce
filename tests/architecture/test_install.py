"""The installer repairs what it finds, whatever that is, and does nothing twice.

A small script plays Python: it makes environments that are copies of itself, and its pip does what
the test asks for.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYTHON = """#!/usr/bin/env bash
case "$*" in
  *"print("*) echo "$VERSION" ;;
  "-m venv --clear "*) echo venv >>"$LOG"; mkdir -p "$4/bin"; cp "$0" "$4/bin/python" ;;
  "-m pip install "*) echo pip >>"$LOG"; printf '%b' "$SAYS" >&2; sleep "$TAKES"; exit "$ENDS" ;;
  "-P -c "*) exit "$LACKS" ;;
esac
"""


@dataclass
class House:
    """A folder with our installer, and a Python that is played."""

    folder: Path
    settings: dict[str, str] = field(
        default_factory=lambda: {
            "VERSION": "3.12", "SAYS": "", "TAKES": "0", "ENDS": "0", "LACKS": "0",
        }
    )  # fmt: skip

    def start(self, **settings: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["bash", str(self.folder / ".ci" / "install")],
            env=os.environ
            | {"LOG": str(self.folder / "log"), "PY": str(self.folder / "python"), "VENV": ".venv"}
            | self.settings
            | settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def install(self, **settings: str) -> tuple[int, str, str]:
        process = self.start(**settings)
        out, err = process.communicate(timeout=20)
        return process.returncode, out, err

    def did(self) -> list[str]:
        """What was made since the last look: environments, installations."""
        log = self.folder / "log"
        lines = log.read_text().split() if log.exists() else []
        log.write_text("")
        return lines


@pytest.fixture
def house(tmp_path: Path) -> House:
    folder = tmp_path / "a folder"
    (folder / ".ci").mkdir(parents=True)
    for name in ("pyproject.toml", "constraints.txt", ".ci/install"):
        shutil.copy(ROOT / name, folder / name)
    python = folder / "python"
    python.write_text(PYTHON)
    python.chmod(0o755)
    return House(folder)


def test_the_first_time_installs_and_the_second_does_nothing(house: House) -> None:
    assert house.install()[0] == 0
    assert house.did() == ["venv", "pip"]
    assert house.install() == (0, "", "")
    assert house.did() == []


def test_changed_requirements_are_installed_into_the_same_environment(house: House) -> None:
    house.install()
    house.did()
    with (house.folder / "constraints.txt").open("a") as file:
        file.write("click==8.1\n")
    house.install()
    assert house.did() == ["pip"]


def test_an_installation_that_was_killed_starts_from_an_empty_environment(house: House) -> None:
    process = house.start(TAKES="60")
    while not (house.folder / "log").exists() or "pip" not in (house.folder / "log").read_text():
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    house.did()
    assert house.install()[0] == 0
    assert house.did() == ["venv", "pip"]


@pytest.mark.parametrize("damage", ["LACKS", "stamp", "python", "folder"])
def test_what_is_damaged_is_made_again(house: House, damage: str) -> None:
    house.install()
    house.did()
    if damage == "stamp":
        (house.folder / ".venv" / ".installed").unlink()
    elif damage == "python":
        (house.folder / ".venv" / "bin" / "python").unlink()
    elif damage == "folder":
        house.folder = house.folder.rename(house.folder.with_name("another folder"))
    assert house.install(LACKS="1" if damage == "LACKS" else "0")[0] == 0
    assert house.did() == ["venv", "pip"]


def test_a_failing_pip_keeps_what_worked_and_shows_its_errors_only(house: House) -> None:
    house.install()
    stamp = (house.folder / ".venv" / ".installed").read_text()
    with (house.folder / "constraints.txt").open("a") as file:
        file.write("click==0\n")
    says = "WARNING: Location 'file:///a' is ignored: it is neither.\\nERROR: no click==0\\n"
    code, _, err = house.install(ENDS="1", SAYS=says)
    assert code == 2
    assert err.splitlines()[0] == "ERROR: no click==0"
    assert len(err.splitlines()) == 2
    assert (house.folder / ".venv" / ".installed").read_text() == stamp


@pytest.mark.parametrize("version", ["2.7", "3.10", "3.15"])
def test_an_unsuitable_python_is_one_line(house: House, version: str) -> None:
    code, out, err = house.install(VERSION=version)
    assert (code, out, house.did()) == (2, "", [])
    assert err.startswith("Python 3.11 to 3.14 is needed, but ")
    assert f"is {version}: " in err
    assert err.count("\n") == 1


def test_a_missing_python_is_one_line(house: House) -> None:
    code, out, err = house.install(PY="no-such-python")
    assert (code, out) == (2, "")
    assert err.startswith("Python 3.11 to 3.14 is needed, but 'no-such-python' does not start")
    assert err.count("\n") == 1
