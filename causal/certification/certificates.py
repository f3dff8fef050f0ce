"""The whole certificate of an answer: a "no" carries the two models that refute any formula.

Every table is written down with exact rationals, so that whoever reads it can enumerate the models.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product

import pandas as pd

from causal.calculus import sealed
from causal.certification.counted import Numbers
from causal.certification.countermodels import Countermodels, proposed
from causal.certification.functions import written
from causal.certification.parallel import told_apart
from causal.checker import TooLargeError, check
from causal.errors import CertificateError, ModelsTooLargeError
from causal.identification import Answer, Hedge, Identified, IdentifiedQuantity, NotIdentified
from causal.model import SCM
from causal.model.exact import Row
from causal.model.noise import hidden_cause

__all__ = ["certificate"]


def certificate(
    answer: Answer | IdentifiedQuantity, data: pd.DataFrame | pd.Series | None = None
) -> dict[str, object]:
    """Plain data that ``python -m causal.checker`` verifies without the solver.

    What ``answer.certificate`` holds; for a "no", to experiments as well, its two models too,
    unless they have too many states to be enumerated.  With ``data``, observations or an exact law,
    a "yes" to an effect holds its numbers and the counted rows that they come from.

    Raises CertificateError when the question is open, when data are given to a "no" or to a
    counterfactual, and where nothing but models too large could bear out a "no"; PositivityError
    where data leave the formula undefined, and DataError.

    >>> from causal import ADMG, identify
    >>> answer = identify(ADMG.parse("X -> Y; X <-> Y"), "P(Y | do(X))")
    >>> print(check(certificate(answer)))
    verified: P(Y | do(X)) is not identified; the hedge is ['X', 'Y'] around ['Y']
    two models: equal and positive in law, and the answers are 1/2 and 9/10
    >>> data = pd.DataFrame({"X": [0, 0, 1, 1], "Y": [0, 1, 1, 1]})
    >>> yes = certificate(identify(ADMG.parse("X -> Y"), "P(Y=1 | do(X=1))"), data)
    >>> print(check(yes, models=0))
    verified: P(Y | do(X)) = P(Y | X), in 1 steps
    numbers of 4 rows: 1.0 at {'X': '1', 'Y': '1'} (95% interval: [1.0, 1.0])
    """
    if isinstance(answer, IdentifiedQuantity):
        raise CertificateError(f"a sum has none of its own; ask for those of its laws: {answer}")
    if isinstance(answer, NotIdentified):
        if data is not None:
            raise CertificateError(f"there is no formula, so data give no number: {answer}")
        return _of_no(answer)
    return answer.certificate if data is None else _with_numbers(answer, data)


def _of_no(answer: NotIdentified) -> dict[str, object]:
    alone = answer.certificate
    body = {key: value for key, value in alone.items() if key != "digest"}
    try:
        whole = sealed(body | {"models": _models(answer)})
        check(whole)  # it compares the laws
    except (ModelsTooLargeError, TooLargeError) as error:
        return _without_models(alone, error)
    return whole


def _without_models(alone: dict[str, object], error: Exception) -> dict[str, object]:
    """The obstacle alone, where it is one by itself."""
    try:
        check(alone)
    except TooLargeError:
        raise CertificateError(f"without two models it verifies nothing, and {error}") from error
    return alone


def _models(answer: NotIdentified) -> dict[str, object]:
    if isinstance(answer.hedge, Hedge):
        return _refuted(proposed(answer)[0])
    return written(told_apart(answer, answer.hedge))


def _with_numbers(answer: Answer, data: pd.DataFrame | pd.Series) -> dict[str, object]:
    """Numbers whose intervals would take too long to be verified go without them."""
    body = {key: value for key, value in answer.certificate.items() if key != "digest"}
    if not isinstance(answer, Identified):
        raise CertificateError(f"there is no formula, so no number: {answer}")
    if answer.query.is_counterfactual:
        raise CertificateError(f"the number of a counterfactual has no certificate: {answer.query}")
    numbers = Numbers.of(answer, data)
    for intervals in (True, False):
        whole = sealed(body | {"number": numbers.to_dict(intervals=intervals)})
        try:
            check(whole, models=0)
        except TooLargeError as error:
            if not intervals:
                raise CertificateError(str(error)) from error
        else:
            return whole
    raise AssertionError("unreachable")


def _refuted(found: Countermodels) -> dict[str, object]:
    one, other = found
    wired = frozenset(found.query.variables).union(
        *({v, *m.given} for model in found for v, m in model.mechanisms.items() if m.given)
    )
    return {
        "one": list(_tables(one, wired)),
        "other": list(_tables(other, wired)),
        "cell": {v: one.domains[v].index(value) for v, value in found.cell.items()},
        "values": [str(value) for value in found.values],
    }


def _tables(model: SCM, wired: frozenset[str]) -> Iterator[dict[str, object]]:
    """A table for each variable with a part in the model, its new hidden causes before it.

    Rows follow the values of what is read in counting order, and values are their places.
    """
    edges = {hidden_cause(*edge): list(edge) for edge in model.graph.bidirected}
    waiting = {noise.name: noise.law for noise in model.noise}
    for v in model.graph.nodes:
        if v not in wired:
            continue
        mechanism = model.tables[v]
        for name in mechanism.given:
            if name in waiting:
                yield _table(edges[name], (), [waiting.pop(name)])
        settings = product(*(model.domains[name] for name in mechanism.given))
        reads = [edges.get(name, name) for name in mechanism.given]
        yield _table(v, reads, [mechanism.rows[setting] for setting in settings])


def _table(of: object, reads: Iterable[object], rows: Iterable[Row]) -> dict[str, object]:
    return {"of": of, "reads": list(reads), "rows": [[str(p) for p in row] for row in rows]}
