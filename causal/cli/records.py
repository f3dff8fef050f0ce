"""Answers as JSON, schema 1: the same keys for every verdict, and ``null`` where there is nothing.

Only an undecided answer has one key more, ``reason``, a counterfactual's no, ``conflict``, and the
no of chosen experiments, ``thicket``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

import causal
from causal.variables import natural

__all__ = ["SCHEMA", "of_answer", "of_comparison", "of_proof", "of_separation", "written"]

SCHEMA = 1


def of_answer(answer: causal.Answer) -> dict[str, object]:
    """The record that ``causal identify --json`` prints."""
    record: dict[str, object] = {
        "schema": SCHEMA,
        "answer": "undecided",
        "query": str(answer.query),
        "estimand": None,
        "latex": None,
        "free": [],
        "derivation": [],
        "hedge": None,
    }
    match answer:
        case causal.Identified():
            record |= {
                "answer": "identified",
                "estimand": str(answer.formula),
                "latex": answer.formula.latex(),
                "free": _sorted(answer.free),
                "derivation": answer.derivation.to_list(),
            }
        case causal.NotIdentified():
            hedge = {"outer": _sorted(answer.hedge.outer), "inner": _sorted(answer.hedge.inner)}
            record |= {"answer": "not-identified", "hedge": hedge}
            if isinstance(answer.hedge, causal.Conflict):
                record |= {"conflict": answer.hedge.to_dict()}
            if isinstance(answer.hedge, causal.Thicket):
                record |= {"thicket": answer.hedge.to_dict()}
        case causal.Undecided():
            record |= {"reason": answer.reason}
    return record


def of_proof(answer: causal.Derivation | causal.NotDerivable) -> dict[str, object]:
    """The record that ``causal prove --json`` prints."""
    match answer:
        case causal.Derivation():
            steps = answer.to_list()
            sides = {"one": str(answer.start), "other": str(answer.end)}
            return {"schema": SCHEMA, "answer": "equal", **sides, "derivation": steps, "tops": None}
        case causal.NotDerivable():
            tops = [str(answer.top_of_one), str(answer.top_of_other)]
            sides = {"one": str(answer.one), "other": str(answer.other)}
            return {
                "schema": SCHEMA,
                "answer": "not-derivable",
                **sides,
                "derivation": [],
                "tops": tops,
            }


def of_comparison(
    answer: causal.Equal | causal.Unequal | causal.Undecided, one: str, other: str
) -> dict[str, object]:
    """The record that ``causal prove --json`` prints of formulas that are no single laws."""
    record: dict[str, object] = {"schema": SCHEMA, "answer": "undecided", "one": one}
    record |= {"other": other, "derivation": [], "derivation_of_other": [], "differ": None}
    match answer:
        case causal.Equal(first, second):
            ways = {"derivation": first.to_list(), "derivation_of_other": second.to_list()}
            return record | {"answer": "equal", **ways}
        case causal.Unequal():
            cell = {str(symbol): str(value) for symbol, value in answer.cell}
            values = [str(value) for value in answer.values]
            return record | {"answer": "not-equal", "differ": {"at": cell, "values": values}}
        case causal.Undecided():
            return record | {"reason": answer.reason}


def of_separation(
    sides: Mapping[str, Iterable[str]], path: causal.OpenPath | None
) -> dict[str, object]:
    """The record that ``causal separated --json`` prints."""
    witness = path and path.to_dict()
    verdict = {"schema": SCHEMA, "answer": "connected" if path else "separated"}
    return verdict | {side: _sorted(names) for side, names in sides.items()} | {"path": witness}


def written(record: Mapping[str, object]) -> str:
    """A record as text; what would move a terminal is escaped.

    >>> print(written({"schema": 1, "estimand": "Σ"}))
    {
      "schema": 1,
      "estimand": "Σ"
    }
    """
    text = json.dumps(record, indent=2, ensure_ascii=False)
    if text.replace("\n", "").isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text)


def _sorted(names: Iterable[str]) -> list[str]:
    return sorted(names, key=natural)
