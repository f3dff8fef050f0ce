"""Pages kept by hand are whole, and the page that a program writes is current."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ET
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
DECISIONS = sorted((ROOT / "docs" / "adr").glob("*.md"))


def test_the_page_of_commands_is_what_help_prints() -> None:
    script = str(ROOT / "docs" / "commands.py")
    ending = subprocess.run(
        [sys.executable, script, "--check"], capture_output=True, text=True, check=False
    )
    assert ending.returncode == 0, ending.stderr


def test_the_changelog_has_a_place_for_the_next_change() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    first = re.search(r"^## (.*)$", text, re.MULTILINE)
    assert first is not None
    assert first[1] == "[Unreleased]"


def test_the_contributing_page_is_short_and_says_where_to_look() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    assert len(text.splitlines()) < 60
    rows = re.findall(r"^\| .*? \| (.*?) \|$", text, re.MULTILINE)
    named = {path for row in rows for path in re.findall(r"`([\w./]+)`", row)}
    assert len(named) > 10
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)|(?:src|srcset|href)=\"([^\"#]+)\"", text)
    targets = [unquote(one or other) for one, other in links]
    missing = [
        target for target in targets if "://" not in target and not (page.parent / target).exists()
    ]
    assert missing == []


def test_decisions_are_numbered_without_gaps_and_all_of_a_shape() -> None:
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))
    for path in DECISIONS:
        text = path.read_text()
        assert text.startswith(f"# {int(path.name[:4])}. "), path
        for part in ("## Context", "## Decision", "## Consequences"):
            assert part in text, f"{path.name} lacks {part}"


def test_pictures_are_self_contained_and_follow_the_reader_into_the_dark() -> None:
    pictures = sorted((ROOT / "docs" / "img").glob("*.svg"))
    assert pictures
    for path in pictures:
        ET.parse(path)
        text = path.read_text()
        assert "prefers-color-scheme: dark" in text, path
        assert not re.search(r"(?:href|src)=\"http", text), path


def test_the_architecture_page_shows_every_room_on_its_floor() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    for contract in settings["contracts"][:2]:
        [package] = contract["containers"]
        rooms = [re.findall(r"\w+", layer) for layer in contract["layers"]]
        built = [[r for r in layer if _is_built(package, r)] for layer in rooms]
        _, _, page = text.partition(f"`{package}`, from the top:")
        table = page.split("\n\n")[1]
        shown = [re.findall(r"`(\w+)`", row.split("|")[2]) for row in table.splitlines()[2:]]
        assert shown == [layer for layer in built if layer]


def _is_built(package: str, room: str) -> bool:
    place = ROOT / package / room
    return place.with_suffix(".py").exists() or (place / "__init__.py").exists()
