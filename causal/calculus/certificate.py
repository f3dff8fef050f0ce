"""The answer as plain data that anyone can verify: ``python -m causal.checker answer.json``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from causal.checker import digest
from causal.graph import ADMG
from causal.variables import Variables, natural

__all__ = ["certificate"]


def certificate(
    graph: ADMG,
    query: str,
    *,
    estimand: str | None = None,
    derivation: Sequence[object] = (),
    hedge: Mapping[str, Variables] | None = None,
    answer: str = "identified",
) -> dict[str, object]:
    """Graph, query, verdict, and what bears it out, under one digest.

    ``answer`` is "identified", or "equal" when the derivation ends in a law with actions.

    >>> certificate(ADMG.parse("X -> Y"), "P(X)", estimand="P(X)")["answer"]
    'identified'
    """
    body: dict[str, object] = {
        "schema": 1,
        "graph": {
            "nodes": list(graph.nodes),
            "directed": [list(edge) for edge in graph.directed],
            "bidirected": [list(edge) for edge in graph.bidirected],
        },
        "query": query,
        "answer": answer if hedge is None else "not-identified",
        "estimand": estimand,
        "derivation": list(derivation),
        "hedge": hedge and {name: sorted(part, key=natural) for name, part in hedge.items()},
    }
    return body | {"digest": digest(body)}
