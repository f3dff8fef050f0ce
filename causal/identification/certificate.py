"""The answer as plain data that anyone can verify: ``python -m causal.checker answer.json``."""

from __future__ import annotations

from collections.abc import Sequence

from causal.checker import digest
from causal.graph import ADMG
from causal.identification.hedge import Hedge
from causal.query import Assignment, Query, Term
from causal.variables import natural

__all__ = ["certificate"]


def certificate(
    graph: ADMG,
    query: Query,
    *,
    estimand: str | None = None,
    derivation: Sequence[object] = (),
    hedge: Hedge | None = None,
) -> dict[str, object]:
    """Graph, query, verdict, and what bears it out, under one digest."""
    body: dict[str, object] = {
        "schema": 1,
        "graph": {
            "nodes": list(graph.nodes),
            "directed": [list(edge) for edge in graph.directed],
            "bidirected": [list(edge) for edge in graph.bidirected],
        },
        "query": str(_without_values(query)),
        "answer": "not-identified" if hedge else "identified",
        "estimand": estimand,
        "derivation": list(derivation),
        "hedge": None,
    }
    if hedge:
        sets = {"outer": hedge.outer, "inner": hedge.inner}
        body["hedge"] = {name: sorted(part, key=natural) for name, part in sets.items()}
    return body | {"digest": digest(body)}


def _without_values(query: Query) -> Query:
    """The question for all values: what a formula answers."""
    return Query(
        tuple(Term(term.variable) for term in query.outcome),
        tuple(Assignment(action.variable) for action in query.do),
        tuple(Term(term.variable) for term in query.given),
    )
