"""Two models that experiments do not tell apart, written out: functions, and laws of noise."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from itertools import product
from typing import cast

from causal.certification.parallel import Apart
from causal.model import SCM, Response
from causal.query import Value
from causal.query.terms import shown
from causal.variables import Variable, natural

__all__ = ["written"]


def written(apart: Apart) -> dict[str, object]:
    """Plain data: both models have the same functions, and one noise has another law.

    Variables that have no part in them are left out: they are coins that nothing reads.

    >>> from causal import ADMG, identify
    >>> from causal.certification.parallel import told_apart
    >>> answer = identify(ADMG.parse("X -> Y"), "P(Y[X=1]=1, Y[X=0]=0)")
    >>> both = written(told_apart(answer, answer.hedge))
    >>> both["values"], both["noise"][1]["of"], both["functions"][0]["of"]
    (['3/20', '1/4'], ['Y'], 'X')
    """
    one, other = apart.models
    responses = {v: m for v in one.graph.nodes if isinstance(m := one.mechanisms[v], Response)}
    members = {
        law.name: sorted((v for v, r in responses.items() if law.name in r.given), key=natural)
        for law in one.noise
    }
    both = [(law, same) for law, same in zip(one.noise, other.noise, strict=True)]
    return {
        "at": {s.variable + "'" * s.mark: _text(value) for s, value in apart.at.items()},
        "noise": [
            {"of": of, "one": [str(p) for p in law.law], "other": [str(p) for p in same.law]}
            for law, same in both
            if (of := members[law.name])
        ],
        "functions": list(_functions(one, responses, members)),
        "values": [str(value) for value in apart.values],
    }


def _functions(
    model: SCM, responses: Mapping[Variable, Response], members: Mapping[str, list[Variable]]
) -> Iterator[dict[str, object]]:
    """What each variable is for all that it reads, in counting order, by the places of values."""
    for v, response in responses.items():
        place = {value: i for i, value in enumerate(response.values)}
        settings = product(*(model.domains[name] for name in response.given))
        yield {
            "of": v,
            "reads": [members.get(name, name) for name in response.given],
            "values": [_text(value) for value in response.values],
            "is": [place[response.respond(setting)] for setting in settings],
        }


def _text(value: Hashable) -> str:
    """A value as a query writes it."""
    return shown(cast("Value", value))
