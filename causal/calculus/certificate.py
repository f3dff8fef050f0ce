"""The answer as plain data that anyone can verify: ``python -m causal.checker answer.json``.

Everything in it is verified, and nothing may be added to it: the checker refuses unknown keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from causal.calculus.step import Step
from causal.checker import digest
from causal.graph import ADMG
from causal.variables import Variables, natural

__all__ = ["certificate_of_no", "certificate_of_yes", "sealed"]


def certificate_of_yes(
    graph: ADMG, query: str, estimand: str, steps: Iterable[Step], *, acts: bool = False
) -> dict[str, object]:
    """Graph, query, formula and derivation, under one digest.

    The answer is "identified", or "equal" when the formula speaks of actions.

    >>> certificate_of_yes(ADMG.parse("X -> Y"), "P(X)", "P(X)", ())["answer"]
    'identified'
    """
    derivation = [
        {key: value for key, value in step.to_dict().items() if key != "why"} for step in steps
    ]
    body = _asked(graph, query, "equal" if acts else "identified")
    return sealed(body | {"estimand": estimand, "derivation": derivation})


def certificate_of_no(
    graph: ADMG, query: str, *, outer: Variables, inner: Variables
) -> dict[str, object]:
    """Graph, query and hedge, under one digest; its two models are to be added on a higher floor.

    >>> bow = ADMG.parse("X -> Y; X <-> Y")
    >>> no = certificate_of_no(bow, "P(Y | do(X))", outer=frozenset("XY"), inner=frozenset("Y"))
    >>> no["hedge"], no["models"]
    ({'outer': ['X', 'Y'], 'inner': ['Y']}, None)
    """
    hedge = {"outer": sorted(outer, key=natural), "inner": sorted(inner, key=natural)}
    return sealed(_asked(graph, query, "not-identified") | {"hedge": hedge, "models": None})


def sealed(body: Mapping[str, object]) -> dict[str, object]:
    """A certificate with the digest of all the rest of it."""
    return {**body, "digest": digest(body)}


def _asked(graph: ADMG, query: str, answer: str) -> dict[str, object]:
    return {
        "schema": 1,
        "graph": {
            "nodes": list(graph.nodes),
            "directed": [list(edge) for edge in graph.directed],
            "bidirected": [list(edge) for edge in graph.bidirected],
        },
        "query": query,
        "answer": answer,
    }
