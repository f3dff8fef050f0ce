"""dagitty: ``dag { X [exposure] Y [outcome] U [latent] X -> Y X <- U -> Y }``.

Textor, van der Zander, Gilthorpe, Liskiewicz & Ellison (2016), "Robust causal inference using
directed acyclic graphs: the R package dagitty".  A ``latent`` variable is a hidden cause; exposure,
outcome and adjusted belong to the question, not to the graph.
"""

from __future__ import annotations

from causal.graph.formats import braced
from causal.graph.formats.format import Format
from causal.graph.formats.sketch import Sketch
from causal.variables import quoted

__all__ = ["FORMAT"]

_LATENT = {"latent", "unobserved", "l", "u"}


def _latent(attributes: braced.Attributes) -> bool:
    return not _LATENT.isdisjoint(attributes)


def _arrow(arrow: str, attributes: braced.Attributes) -> str:
    """An arrow is what it is; edge attributes such as ``beta`` and ``pos`` do not turn it."""
    del attributes
    return arrow


_DIALECT = braced.Dialect(
    kinds=frozenset({"dag", "mag", "pag", "pdag", "digraph", "graph"}),
    has_defaults=False,
    latent=_latent,
    arrow=_arrow,
    refused={
        "selected": "a selected variable conditions all data, which this kind of graph cannot say; "
        "delete the mark, and ask given that variable"
    },
)


def _read(text: str) -> Sketch:
    return braced.read(text, _DIALECT)


def _write(sketch: Sketch) -> str:
    lines = [f"{quoted(tail)} -> {quoted(head)}" for tail, head in sketch.directed]
    lines += [f"{quoted(one)} <-> {quoted(other)}" for one, other in sketch.bidirected]
    lines += [quoted(name) for name in sketch.alone]
    return "".join(["dag {\n", *(f"  {line}\n" for line in lines), "}\n"])


FORMAT = Format(
    name="dagitty",
    title="dagitty, of the web page and R package",
    read=_read,
    write=_write,
)
