"""The two roads meet: an estimand on a model's law, and the answer in the mutilated model.

The symbolic road knows no model and the structural road no formula.  On random models over exact
rationals a wrong estimand agrees with the truth only by a coincidence of numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product

from causal.certification.countermodels import countermodels
from causal.certification.experiments import experiments
from causal.certification.truth import shown, truth
from causal.certification.worlds import compared_in_sum, compared_in_worlds, loosened
from causal.errors import CertificateError, WrongEstimandError
from causal.expression import P
from causal.graph import ADMG
from causal.identification import Answer, Identified, IdentifiedQuantity, NotIdentified
from causal.identification.counterfactual import laws_behind
from causal.model import SCM, random_scm
from causal.model.mechanism import Value
from causal.query import Quantity, Query, question_in
from causal.variables import Variable, natural

__all__ = ["Certified", "certify", "compared"]


@dataclass(frozen=True)
class Certified:
    """How much an answer was checked on: models, and numbers compared."""

    models: int
    cells: int


def certify(
    graph: ADMG,
    query: Query | Quantity | str,
    answer: Answer | IdentifiedQuantity,
    *,
    models: int = 20,
    values: int = 2,
) -> Certified:
    """Replay an answer and check it on random models, exactly; raises CertificateError.

    An estimand is evaluated on the observed law of each model, and compared with the mutilated
    model cell by cell; then its derivation is replayed by ``causal.checker``.  A "no" must have
    two models that agree on the data and not on the answer.  A counterfactual's formula is
    compared with ``counterfactual`` in models whose tables are coupled independently, and so is
    that of a mean or a sum.

    >>> from causal import identify
    >>> napkin = ADMG.parse("W -> Z -> X -> Y; W <-> X; W <-> Y")
    >>> certify(napkin, "P(Y | do(X))", identify(napkin, "P(Y | do(X))"), models=5)
    Certified(models=5, cells=40)
    """
    asked = question_in(query) if isinstance(query, str) else query
    if isinstance(asked, Quantity) and answer.query in laws_behind(asked):
        asked = answer.query  # of the part that has no formula
    if answer.graph != graph or answer.query != asked:
        raise CertificateError(f"the answer is one to {answer.query} in {answer.graph}")
    match answer:
        case IdentifiedQuantity():
            drawn = (random_scm(graph, seed, values=values) for seed in range(models))
            return Certified(models, sum(compared_in_sum(loosened(m), answer) for m in drawn))
        case Identified():
            asked = answer.query
            drawn = (random_scm(graph, seed, values=values) for seed in range(models))
            if asked.is_counterfactual:
                worlds = (compared_in_worlds(loosened(m), answer) for m in drawn)
                return Certified(models, sum(worlds))
            counts = [compared(m, answer, name=f"random model {i}") for i, m in enumerate(drawn)]
            _replay(graph, answer)
            return Certified(models, sum(counts))
        case NotIdentified():
            return Certified(len(countermodels(answer).models), cells=1)
        case _:
            raise CertificateError(f"an open question has nothing to certify: {answer}")


def _replay(graph: ADMG, answer: Identified) -> None:
    """The derivation holds, starts at the query and ends at the formula that is shown."""
    derivation, asked = answer.derivation, answer.query.for_all_values
    if derivation.start != P.of_names(asked.outcomes, asked.conditions, asked.actions):
        raise CertificateError(f"the derivation starts at {derivation.start}, not at {asked}")
    if derivation.end != answer.estimand:
        raise CertificateError(f"the derivation ends at {derivation.end}, not at {answer.estimand}")
    derivation.check(graph)


def compared(model: SCM, answer: Identified, *, name: str = "the model") -> int:
    """Compare estimand and truth in every cell of one model, and count the cells.

    Values that the query fixes are opened, and free variables of the formula take every value.
    Raises WrongEstimandError at the first cell that differs; cells the model gives no answer to
    are passed.
    """
    named, numbers = _numbers(answer, model)
    free = sorted(answer.free, key=natural)
    count = 0
    for cell, value in truth(model, _opened(answer.query)):
        for extra in product(*(model.domains[v] for v in free)):
            where = cell | dict(zip(free, extra, strict=True))
            if (found := numbers[tuple(where[v] for v in named)]) != value:
                raise WrongEstimandError(
                    name, shown(where), str(answer.estimand), value=found, truth=value
                )
            count += 1
    return count


def _numbers(
    answer: Identified, model: SCM
) -> tuple[list[Variable], dict[tuple[Value, ...], Fraction]]:
    """The formula's free variables, and its number for each of their values."""
    used = [v for v in answer.graph.nodes if v in answer.estimand.variables]
    law = experiments(model, answer.estimand) if answer.experiments else model.law(*used)
    series = answer.estimand.evaluate(law)
    if not answer.estimand.free:
        return [], {(): series.iloc[0]}
    named = [str(level) for level in series.index.names]
    frame = series.reset_index(name="number of the formula")
    keys = zip(*(frame[v] for v in named), strict=True)
    return named, dict(zip(keys, series, strict=True))


def _opened(query: Query) -> Query:
    """The query with no value fixed."""
    return Query(
        tuple(replace(term, value=None) for term in query.outcome),
        tuple(replace(action, value=None) for action in query.do),
        tuple(replace(term, value=None) for term in query.given),
    )
