"""A page: a title, a lead, sections of blocks; out comes one HTML file that needs nothing else.

No script, no font, no picture from elsewhere: a content security policy forbids every request, so
the page can be mailed, archived and opened in twenty years. Equal content gives equal bytes.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from ablation.pages.blocks import (
    Aside,
    Beside,
    Block,
    Facts,
    Figure,
    Formula,
    KeyFigures,
    Listing,
    Preformatted,
    Prose,
    Table,
)
from ablation.pages.cells import grid
from ablation.pages.formula import lowered, sides
from ablation.pages.inline import Code, Mark, Strong, Text, parts
from ablation.pages.visible import visible

__all__ = [
    "Aside",
    "Beside",
    "Block",
    "Code",
    "Facts",
    "Figure",
    "Formula",
    "KeyFigures",
    "Listing",
    "Mark",
    "Page",
    "Preformatted",
    "Prose",
    "Section",
    "Strong",
    "Table",
    "Text",
]


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it.

    >>> Section("What came out", [Prose("Attention matters.")]).title
    'What came out'
    """

    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Page:
    """A whole page; `colophon` stands at its foot.

    >>> page = Page("Is it <safe>?", "Names are only names.", [Section("One", [Prose("& so on")])])
    >>> html = page.render()
    >>> "Is it &lt;safe&gt;?" in html, "&amp; so on" in html, html == page.render()
    (True, True, True)
    """

    title: str
    lead: Text
    sections: Sequence[Section]
    colophon: Text = ""

    def render(self) -> str:
        """Write the page as HTML."""
        return (
            _environment()
            .get_template("page.html")
            .render(
                page=self,
                sections=list(_placed(self.sections)),
                css=_read("page.css"),
            )
        )

    def save(self, path: str | Path) -> Path:
        """Write the page to a file, whole or not at all, and give its path."""
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.{os.getpid()}.part")
        part.write_text(self.render(), encoding="utf-8", newline="\n")
        part.replace(path)
        return path


@dataclass(frozen=True)
class Placed:
    """A block where it stands on the page: with its number among the tables or the figures."""

    block: Block
    number: int
    inner: tuple["Placed", ...] = ()


@dataclass(frozen=True)
class PlacedSection:
    """A section where it stands on the page."""

    number: int
    title: str
    blocks: tuple[Placed, ...]


def _placed(sections: Sequence[Section]) -> Iterator[PlacedSection]:
    counted = {"table": 0, "figure": 0}

    def place(block: Block) -> Placed:
        if block.kind in counted:
            counted[block.kind] += 1
        inner = tuple(map(place, block.blocks)) if isinstance(block, Beside) else ()
        return Placed(block, counted.get(block.kind, 0), inner)

    for number, section in enumerate(sections, start=1):
        yield PlacedSection(number, section.title, tuple(map(place, section.blocks)))


@cache
def _environment() -> Environment:
    environment = Environment(
        autoescape=True,
        loader=FunctionLoader(_read),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
    )
    environment.filters.update(
        parts=parts,
        grid=grid,
        paragraphs=_paragraphs,
        sides=sides,
        lowered=lowered,
        trusted=Markup,
    )
    return environment


def _finalize(value: object) -> object:
    """Spell out what would not show, in every string that a template prints."""
    return visible(value) if type(value) is str else value


def _paragraphs(text: Text) -> list[Text]:
    if not isinstance(text, str):
        return [text]
    return [part for part in (piece.strip() for piece in text.split("\n\n")) if part]


@cache
def _read(name: str) -> str:
    return files("ablation.pages").joinpath("templates", name).read_text(encoding="utf-8")
