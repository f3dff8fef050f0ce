"""The answer as plain data that anyone can verify: ``python -m causal.checker answer.json``.

Everything in it is verified, and nothing may be added to it: the checker refuses unknown keys.
The same checker is asked before an answer is given; it is handed texts and names, and of the graph
the ancestors of what is mentioned: no other vertex takes part in a separation or in a hedge.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from causal.calculus.step import Step
from causal.checker import CheckError, digest, refute, replay
from causal.errors import CertificateError
from causal.expression import Expression, P
from causal.graph import ADMG
from causal.variables import Variables, natural

__all__ = [
    "certificate_of_experiments",
    "certificate_of_no",
    "certificate_of_worlds",
    "certificate_of_yes",
    "confirm_no",
    "confirm_yes",
    "sealed",
]

Steps: TypeAlias = Sequence[Step]


def certificate_of_yes(
    graph: ADMG, query: str, estimand: str, steps: Iterable[Step], *, acts: bool = False
) -> dict[str, object]:
    """Graph, query, formula and derivation, under one digest.

    The answer is "identified", or "equal" when the formula speaks of actions.

    >>> certificate_of_yes(ADMG.parse("X -> Y"), "P(X)", "P(X)", ())["answer"]
    'identified'
    """
    derivation = [step.claim() for step in steps]
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


def certificate_of_worlds(graph: ADMG, query: str, estimand: str) -> dict[str, object]:
    """Graph, counterfactual and formula, under one digest: the checker puts both into numbers.

    >>> certificate_of_worlds(ADMG.parse("X -> Y"), "P(Y[X=1])", "P(Y | X=1)")["schema"]
    2
    """
    return sealed(_asked(graph, query, "identified", schema=2) | {"estimand": estimand})


def certificate_of_experiments(
    graph: ADMG, query: str, thicket: Mapping[str, object] | None
) -> dict[str, object]:
    """A no to experiments, all or some, whose two models are to be added on a higher floor.

    >>> bow = ADMG.parse("X -> Y; X <-> Y")
    >>> certificate_of_experiments(bow, "P(Y[X=1]=1 | X=0)", None)["models"]
    """
    body = _asked(graph, query, "not-identified", schema=2)
    return sealed(body | {"thicket": thicket, "models": None})


def confirm_yes(
    graph: ADMG, query: Expression, estimand: Expression, steps: Steps, *, acts: bool = False
) -> None:
    """Have every step replayed; raises CertificateError at the first that is false.

    The estimand may speak of actions only if ``acts``.

    >>> law, conditional = P.of_names("Y", do="X"), P.of_names("Y", "X")
    >>> confirm_yes(ADMG.parse("X -> Y"), law, conditional, ())
    Traceback (most recent call last):
    ...
    causal.errors.CertificateError: the axioms of probability do not make the two sides equal
    """
    sides = (formula for step in steps for formula in (step.before, step.after))
    above = _above(graph, query.variables.union(*(f.variables for f in (estimand, *sides))))
    try:
        replay(above, str(query), str(estimand), [step.claim() for step in steps], acts=acts)
    except CheckError as error:
        raise CertificateError(str(error)) from error


def confirm_no(graph: ADMG, query: P, *, outer: Variables, inner: Variables) -> None:
    """Have a hedge verified; raises CertificateError if it does not forbid the query.

    >>> bow, law = ADMG.parse("X -> Y; X <-> Y"), P.of_names("Y", do="X")
    >>> confirm_no(bow, law, outer=frozenset("XY"), inner=frozenset("Y"))
    >>> confirm_no(bow, law, outer=frozenset("XY"), inner=frozenset("X"))
    Traceback (most recent call last):
    ...
    causal.errors.CertificateError: the inner set is no district of what the outcome descends from
    """
    above = _above(graph, query.variables | outer | inner)
    try:
        refute(above, str(query), {"outer": sorted(outer), "inner": sorted(inner)})
    except CheckError as error:
        raise CertificateError(str(error)) from error


def sealed(body: Mapping[str, object]) -> dict[str, object]:
    """A certificate with the digest of all the rest of it."""
    return {**body, "digest": digest(body)}


def _asked(graph: ADMG, query: str, answer: str, *, schema: int = 1) -> dict[str, object]:
    return {
        "schema": schema,
        "graph": {
            "nodes": list(graph.nodes),
            "directed": [list(edge) for edge in graph.directed],
            "bidirected": [list(edge) for edge in graph.bidirected],
        },
        "query": query,
        "answer": answer,
    }


def _above(graph: ADMG, names: Variables) -> dict[str, object]:
    """The graph on the ancestors of some variables, as plain data, walked arrow by arrow."""
    nodes, parents, siblings = graph.nodes, graph.parent_lists, graph.sibling_lists
    waiting = [graph.index[name] for name in names & graph.index.keys()]
    found = set(waiting)
    while waiting:
        new = [v for v in parents[waiting.pop()] if v not in found]
        found.update(new)
        waiting += new
    return {
        "nodes": [nodes[v] for v in found],
        "directed": [[nodes[p], nodes[v]] for v in found for p in parents[v]],
        "bidirected": [[nodes[v], nodes[s]] for v in found for s in siblings[v] if v < s in found],
    }
