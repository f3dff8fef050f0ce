"""Graphs as text: one page a format, each read in one pass with errors that say where.

What each of them means is told at the top of its page; ``docs/formats.md`` shows them side by side.
A page is opened when a text is written so, as most programs know one or two of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module

from causal.errors import OptionError
from causal.graph.formats.format import Format as Format
from causal.graph.formats.openings import form_of
from causal.graph.formats.sketch import Sketch as Sketch
from causal.variables import listed, nearest

__all__ = ["FORMATS", "Format", "Sketch", "named", "recognised", "sketched"]

_PAGES = {
    "dot": "dot",
    "dagitty": "dagitty",
    "gml": "gml",
    "json": "plain_json",
    "causaleffect": "causaleffect",
    "csv": "edge_list",
    "lavaan": "lavaan",
    "arrows": "arrows",
}


class _Formats(Mapping[str, Format]):
    """The formats by their names."""

    def __getitem__(self, name: str) -> Format:
        page: Format = import_module(f"{__name__}.{_PAGES[name]}").FORMAT
        return page

    def __iter__(self) -> Iterator[str]:
        return iter(_PAGES)

    def __len__(self) -> int:
        return len(_PAGES)


FORMATS = _Formats()


def named(name: str) -> Format:
    """The format of a name; raises OptionError with the nearest ones.

    >>> named("dot").title
    'DOT, the language of Graphviz'
    """
    if name in _PAGES:
        return FORMATS[name]
    close = nearest(name, FORMATS)
    hint = f"; did you mean {close[0]}?" if close else ""
    raise OptionError("the format", name, f"graphs are written in {listed(FORMATS)}{hint}")


def sketched(text: object, form: str | None = None) -> Sketch:
    r"""What a text draws, in the format of that name or in the one that it is recognised to be in.

    A byte order mark before it is no part of it.  Raises GraphSyntaxError, OptionError, and
    TypeError for what is no text.

    >>> sketched("\ufeffX -> Y").directed
    (('X', 'Y'),)
    """
    if not isinstance(text, str):
        raise TypeError(
            f"a graph is read from text, found the {type(text).__name__} {text!r:.60}; "
            "causal.read takes files, tables and graphs of other libraries"
        )
    text = text.removeprefix("\ufeff")
    return (recognised(text) if form is None else named(form)).read(text)


def recognised(text: str) -> Format:
    """The format that a text is in, by how it begins; what no other format claims is arrow text.

    >>> recognised("digraph { X -> Y }").name, recognised("X -> Y").name
    ('dot', 'arrows')
    """
    return FORMATS[form_of(text)]
