"""Why no experiment tells: two models equal in every experiment, with two answers to the query.

What Shpitser & Pearl (2007) and Correa, Lee & Bareinboim (2021) prove to exist, as models one can
run, verified in fractions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations, product

from causal.certification.essential import essential
from causal.certification.responses import Regimes, Responses
from causal.certification.worlds import cells
from causal.errors import CertificateError, ModelsTooLargeError
from causal.graph import ADMG
from causal.identification import Conflict, NotIdentified, Thicket
from causal.identification.counterfactual import in_one_world
from causal.model import SCM, Do, Noise, Response, Table, counterfactual
from causal.model.mechanism import Mechanism, Value, Values
from causal.model.noise import hidden_cause
from causal.query import Query
from causal.variables import Symbol, Variable, natural

__all__ = ["Apart", "told_apart"]

SPARE = (0, 1, 2, 3)


@dataclass(frozen=True)
class Apart:
    """The query at some values, two models that only it tells apart, and their answers.

    ``at`` has the values of what the query leaves open.
    """

    query: Query
    at: Mapping[Symbol, Value]
    models: tuple[SCM, SCM]
    values: tuple[Fraction, Fraction]


def told_apart(answer: NotIdentified, hedge: Conflict | Thicket) -> Apart:
    """Two models that agree on the experiments and not on the query, at some values of it.

    The experiments are all there can be, or those that a thicket grows from.

    Raises ModelsTooLargeError when none are found among the small ones.
    """
    refused: ModelsTooLargeError | None = None
    regimes = {z for z, _ in hedge.hedges} if isinstance(hedge, Thicket) else None
    asked = answer.query if answer.query.is_counterfactual else in_one_world(answer.query)
    for sizes in _sizes(hedge):
        domains = _domains(answer.graph, asked, sizes)
        for at, query in cells(domains, asked):
            try:
                if (found := _apart(answer.graph, query, domains, regimes)) is not None:
                    return replace(found, at=at)
            except ModelsTooLargeError as error:
                refused = error
    raise refused or ModelsTooLargeError(
        f"no two small models were found that tell {answer.query} apart"
    )


def _apart(
    graph: ADMG, query: Query, domains: Mapping[Variable, Values], regimes: Regimes
) -> Apart | None:
    small = essential(graph, query, regimes)
    models = Responses(small, {v: domains[v] for v in small.nodes}).apart(query, regimes)
    if models is None:
        return None
    _check_experiments(*models, regimes)
    one, other = (counterfactual(model, query, exact=True).value for model in models)
    if one == other or not isinstance(one, Fraction) or not isinstance(other, Fraction):
        raise CertificateError(f"the models agree on {query}")
    first, second = (_widened(model, graph, domains) for model in models)
    return Apart(query, {}, (first, second), (one, other))


def _sizes(hedge: Conflict | Thicket) -> Iterator[dict[Variable, int]]:
    """How many values some variables have: two, or three where a formula may exist for two."""
    if isinstance(hedge, Thicket):
        yield {}
        yield dict.fromkeys(hedge.outer, 3)
        return
    if hedge.if_binary is None:
        yield {}
        yield {hedge.variable: 3}
    else:
        yield {hedge.if_binary.variable: 3}
        yield {hedge.if_binary.variable: 3, hedge.variable: 3}
    yield dict.fromkeys(hedge.district | {hedge.variable}, 3)


def _domains(graph: ADMG, query: Query, sizes: Mapping[Variable, int]) -> dict[Variable, Values]:
    """The values that the query mentions, and as many more as are needed."""
    mentioned: dict[Variable, dict[Value, None]] = {v: {} for v in graph.nodes}
    for term in (*query.outcome, *query.given):
        for variable, value in term.values():
            mentioned[variable][value] = None
    found: dict[Variable, Values] = {}
    for v, values in mentioned.items():
        more = [spare for spare in SPARE if spare not in values]
        missing = max(sizes.get(v, 2) - len(values), 0)
        every = [*values, *more[:missing]]
        numbers = [x for x in every if isinstance(x, int)]
        found[v] = tuple(sorted(numbers) if len(numbers) == len(every) else every)
    return found


def _check_experiments(one: SCM, other: SCM, regimes: Regimes) -> None:
    """Raise CertificateError unless the models agree on the law under every intervention."""
    nodes = one.graph.nodes
    if regimes is None:
        found = (names for size in range(len(nodes)) for names in combinations(nodes, size))
    else:
        found = (tuple(v for v in nodes if v in z) for z in regimes)
    for names in found:
        for cell in product(*(one.domains[v] for v in names)):
            do = Do(dict(zip(names, cell, strict=True)))
            if not (one.under(do).law() == other.under(do).law()).all():
                raise CertificateError(f"the models differ under {do}")


def _widened(model: SCM, graph: ADMG, domains: Mapping[Variable, Values]) -> SCM:
    """The model as one of the whole graph: what has no part in it is a coin that nobody reads."""
    shared = {
        edge: hidden_cause(*edge)
        for edge in graph.bidirected
        if not set(edge) <= set(model.graph.nodes) or edge not in model.graph.bidirected
    }
    mechanisms: dict[Variable, Mechanism] = {}
    for v in graph.nodes:
        offered = graph.parents(v) | {name for edge, name in shared.items() if v in edge}
        if v in model.graph.nodes:
            old = model.mechanisms[v]
            assert isinstance(old, Response)
            ignored = sorted(offered - set(old.given), key=natural)
            answers: dict[Value, Value] = dict(zip(old.settings, old.answers, strict=True))
            mechanisms[v] = Response(old.given, answers, values=old.values, ignores=ignored)
        else:
            values = domains[v]
            fair = [Fraction(1, len(values))] * len(values)
            mechanisms[v] = Table((), fair, values=values, ignores=offered)
    noise = [*model.noise, *(Noise(name, "1/2, 1/2") for name in shared.values())]
    return SCM(graph, mechanisms, noise)
