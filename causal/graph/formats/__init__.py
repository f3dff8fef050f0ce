"""Graphs as text: one page a format, each read in one pass with errors that say where.

What each of them means is told at the top of its page; ``docs/formats.md`` shows them side by side.
"""

from __future__ import annotations

from types import MappingProxyType

from causal.errors import OptionError
from causal.graph.formats.arrows import ARROWS
from causal.graph.formats.causaleffect import CAUSALEFFECT
from causal.graph.formats.dagitty import DAGITTY
from causal.graph.formats.dot import DOT
from causal.graph.formats.edge_list import CSV
from causal.graph.formats.format import Format as Format
from causal.graph.formats.gml import GML
from causal.graph.formats.lavaan import LAVAAN
from causal.graph.formats.plain_json import JSON
from causal.graph.formats.sketch import Sketch as Sketch
from causal.variables import listed, nearest

__all__ = ["FORMATS", "Format", "Sketch", "named", "recognised"]

_KNOWN = (DOT, DAGITTY, GML, JSON, CAUSALEFFECT, CSV, LAVAAN)

FORMATS = MappingProxyType({known.name: known for known in (*_KNOWN, ARROWS)})


def named(name: str) -> Format:
    """The format of a name; raises OptionError with the nearest ones.

    >>> named("dot").title
    'DOT, the language of Graphviz'
    """
    if known := FORMATS.get(name):
        return known
    close = nearest(name, FORMATS)
    hint = f"; did you mean {close[0]}?" if close else ""
    raise OptionError("the format", name, f"graphs are written in {listed(FORMATS)}{hint}")


def recognised(text: str) -> Format:
    """The format that a text is in, by how it begins; what no other format claims is arrow text.

    >>> recognised("digraph { X -> Y }").name, recognised("X -> Y").name
    ('dot', 'arrows')
    """
    return next((known for known in _KNOWN if known.claims(text)), ARROWS)
