"""DOT, the language of Graphviz: ``digraph { X -> Y; X -> Y [dir=both]; U [observed=no] }``.

``dir=both`` is ``<->`` (and ``<->`` itself is read), ``dir=back`` turns an edge round; a node
marked ``observed=no`` or ``latent`` is a hidden cause.  All else about looks is passed over.
"""

from __future__ import annotations

import re

from causal.graph.formats import braced
from causal.graph.formats.format import Format
from causal.graph.formats.sketch import Sketch
from causal.variables import Variable, enclosed

__all__ = ["FORMAT"]

_KEYWORDS = {"node", "edge", "graph", "digraph", "subgraph", "strict"}
_BARE = re.compile(r"[^\W\d]\w*|\d+")
_NO = {"no", "false", "0"}


def _latent(attributes: braced.Attributes) -> bool:
    observed, latent = attributes.get("observed"), attributes.get("latent")
    return bool(
        (observed and observed.value.lower() in _NO) or (latent and latent.value.lower() not in _NO)
    )


def _arrow(arrow: str, attributes: braced.Attributes) -> str:
    """What is drawn between two names: ``dir`` says at which ends of ``->`` the heads are."""
    ends = attributes.get("dir")
    if arrow != "->" or ends is None:
        return arrow
    return {"forward": "->", "back": "<-", "both": "<->"}.get(ends.value.lower(), "--")


_DIALECT = braced.Dialect(
    kinds=frozenset({"digraph", "graph"}),
    has_defaults=True,
    latent=_latent,
    arrow=_arrow,
    refused={},
)


def _read(text: str) -> Sketch:
    return braced.read(text, _DIALECT)


def _name(name: Variable) -> str:
    bare = _BARE.fullmatch(name) and name.lower() not in _KEYWORDS
    return name if bare else enclosed(name)


def _write(sketch: Sketch) -> str:
    lines = [_name(name) for name in sketch.alone]
    lines += [f"{_name(tail)} -> {_name(head)}" for tail, head in sketch.directed]
    if sketch.bidirected:
        lines.append("edge [dir=both, style=dashed]")  # from here on
    lines += [f"{_name(one)} -> {_name(other)}" for one, other in sketch.bidirected]
    return "".join(["digraph {\n", *(f"  {line};\n" for line in lines), "}\n"])


FORMAT = Format(
    name="dot",
    title="DOT, the language of Graphviz",
    read=_read,
    write=_write,
)
