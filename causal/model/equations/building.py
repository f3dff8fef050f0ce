"""From noise and equations to a model: names, graph, domains, tables.

A finite equation becomes the table of its answers; the values that it can have are found by trying
every setting of what it reads.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from itertools import combinations, product
from math import prod

from causal.errors import ModelError, UnknownInTextError, UnknownVariableError
from causal.graph import ADMG
from causal.model.equations.evaluating import EvaluationError, Exact, evaluated
from causal.model.equations.noise_laws import noise_law
from causal.model.equations.parsing import parse_equation
from causal.model.equations.shapes import shaped
from causal.model.equations.syntax import Expression, names
from causal.model.exact import Number, exact
from causal.model.finite.response import Response
from causal.model.mechanism import Mechanism, Value, Values
from causal.model.noise import Noise
from causal.model.scm import SCM
from causal.variables import Variable, nearest, quoted

__all__ = ["built"]

MOST = 2**17  # settings of one equation

_ENDLESS = re.compile(r"[eE][-+]?\d{4,}")


def built(
    exogenous: Mapping[str, object], equations: Mapping[str, object], noise: Mapping[str, object]
) -> SCM:
    """The model of some noise and equations, read and checked.

    >>> built({"U": ["1/4", "3/4"]}, {"X": "U", "Y": "1 - X"}, {}).law("Y")[0]
    Fraction(3, 4)
    """
    hidden = {name: Noise(name, _law(name, law)) for name, law in exogenous.items()}
    real = {name: noise_law(name, text) for name, text in noise.items()}
    _check_kinds(hidden, real, equations)
    texts = {v: _text(v, text) for v, text in equations.items()}
    parsed = {v: parse_equation(text, of=v) for v, text in texts.items()}
    reads = {v: tuple(dict.fromkeys(n.name for n in names(e))) for v, e in parsed.items()}
    _check_names(parsed, texts, [*equations, *hidden, *real])
    order = ADMG.of(
        nodes=equations,
        directed=[(n, v) for v, read in reads.items() for n in read if n in equations],
    ).nodes
    own = _own_noise(reads, real)
    domains: dict[str, Values] = {name: one.values for name, one in hidden.items()}
    mechanisms: dict[Variable, Mechanism] = {}
    for v in order:
        if all(name in domains for name in reads[v]):
            mechanisms[v] = _tabulated(v, parsed[v], reads[v], domains, texts[v])
        else:
            mechanisms[v] = shaped(parsed[v], own.get(v), real.get(own.get(v, "")))
        if mechanisms[v].values:
            domains[v] = mechanisms[v].values
    shared = [Noise(name, law) for name, law in real.items() if name not in own.values()]
    return SCM.of({v: mechanisms[v] for v in equations}, [*hidden.values(), *shared])


def _check_kinds(
    hidden: Collection[str], real: Collection[str], equations: Collection[str]
) -> None:
    """Raise ModelError when one name is of two kinds."""
    kinds = {"an exogenous law": hidden, "a law of noise": real, "an equation": equations}
    for (one, ones), (other, others) in combinations(kinds.items(), 2):
        if both := sorted(set(ones) & set(others)):
            raise ModelError(f"{quoted(both[0])} has {one} and {other}; it is one or the other")


def _own_noise(
    reads: Mapping[Variable, tuple[str, ...]], real: Collection[str]
) -> dict[Variable, str]:
    """The one noise that an equation alone reads; a second one keeps its name."""
    readers = {name: [v for v, read in reads.items() if name in read] for name in real}
    if unread := [name for name, found in readers.items() if not found]:
        raise ModelError(f"no equation reads the noise {quoted(unread[0])}; delete it")
    alone = {name: found[0] for name, found in readers.items() if len(found) == 1}
    owners = list(alone.values())
    return {v: name for name, v in alone.items() if owners.count(v) == 1}


def _law(name: str, law: object) -> Sequence[Number]:
    if isinstance(law, list | tuple) and law and all(isinstance(p, Number) for p in law):
        if any(_ENDLESS.search(str(p)) for p in law):
            raise ModelError(f"the noise {quoted(name)} has a probability with a huge exponent")
        return tuple(law)
    raise ModelError(
        f"the noise {quoted(name)} is {law!r}; it is a list of probabilities, such as [0.4, 0.6]"
    )


def _text(v: Variable, text: object) -> str:
    if isinstance(text, int | float) and not isinstance(text, bool):
        return repr(text)
    if isinstance(text, str):
        return text
    raise ModelError(f'the equation of {quoted(v)} is {text!r}; write it as text, such as "A or C"')


def _check_names(
    parsed: Mapping[Variable, Expression], texts: Mapping[Variable, str], known: Sequence[str]
) -> None:
    for v, expression in parsed.items():
        for name in names(expression):
            if name.name not in known:
                close = nearest(name.name, known)
                error = UnknownVariableError(
                    [name.name], tuple(known), close, where=f"model that {quoted(v)} reads from"
                )
                raise UnknownInTextError(texts[v], name.position, error)


def _tabulated(
    v: Variable,
    expression: Expression,
    reads: tuple[str, ...],
    domains: Mapping[str, Values],
    text: str,
) -> Response:
    settings = prod(len(domains[name]) for name in reads)
    if settings > MOST:
        raise ModelError(
            f"the equation of {quoted(v)} reads {len(reads)} names with {settings} settings "
            f"together, more than {MOST}"
        )
    answers: dict[Value, Value] = {}
    for setting in product(*(domains[name] for name in reads)):
        at = {name: _number(value) for name, value in zip(reads, setting, strict=True)}
        try:
            answers[setting] = _value(evaluated(expression, at))
        except EvaluationError as error:
            where = ", ".join(f"{quoted(name)}={value}" for name, value in at.items())
            raise ModelError(
                f"the equation of {quoted(v)} asks for {error}{f' at {where}' if where else ''}",
                variables=(v,),
            ) from error
    values = sorted(set(answers.values()), key=_number)
    return Response(reads, answers, values=values, equation=text)


def _number(value: Value) -> Exact:
    """A value of a domain as the number that it is."""
    if isinstance(value, int | Fraction):
        return value
    assert isinstance(value, float)
    return exact(value)


def _value(number: Exact) -> Value:
    """A number as a value: whole, a decimal as queries write it, or else a fraction."""
    if number.denominator == 1:
        return number.numerator
    decimal = float(number)
    return decimal if exact(decimal) == number else number
