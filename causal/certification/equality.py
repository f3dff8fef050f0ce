"""Are two formulas equal in every model of a graph?  Shown, refuted by a model, or undecided.

Single laws are decided by ``causal.prove``.  Of sums, products and ratios no complete procedure is
known: both are simplified and derived from observation, within a budget, and where that does not
make them one formula, random models are asked, any of which may tell them apart.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from typing import Final, TypeAlias

from causal.calculus import Derivation
from causal.certification.experiments import experiments
from causal.errors import printable
from causal.expression import Expression, alike, fresh, laws
from causal.expression.notation import by_name
from causal.graph import ADMG
from causal.identification import Undecided, derive, simplify
from causal.identification.spelling import spelled_formula
from causal.model import SCM, random_scm
from causal.query import formula_about
from causal.variables import Symbol, quoted

__all__ = ["Equal", "Unequal", "equal"]

MODELS: Final = 3
MOST_VARIABLES: Final = 9  # of a model that is worked out cell by cell

Cell: TypeAlias = tuple[tuple[Symbol, Hashable], ...]


@dataclass(frozen=True)
class Equal:
    """Both formulas lead to one: two derivations with the same end."""

    one: Derivation
    other: Derivation

    def __str__(self) -> str:
        return f"{self.one}\n{self.other}"


@dataclass(frozen=True)
class Unequal:
    """A model of the graph in which the formulas differ, where they do, and what they are there."""

    one: Expression
    other: Expression
    model: SCM = field(repr=False)
    cell: Cell
    values: tuple[Fraction, Fraction]

    def __str__(self) -> str:
        at = ", ".join(f"{symbol}={printable(str(value))}" for symbol, value in self.cell)
        here = f" at {at}" if at else ""
        first, second = self.values
        return (
            f"{self.one} is {first} and {self.other} is {second}{here}, in a model of the graph "
            f"on {', '.join(map(quoted, self.model.graph.nodes))}"
        )


def equal(
    graph: ADMG, one: Expression | str, other: Expression | str, *, budget: int = 100
) -> Equal | Unequal | Undecided:
    """Whether two formulas are equal in every model of a graph.

    ``budget`` formulas at most are looked at by ``derive``.  Equality at fixed values is shown for
    all of them.  Raises TextError for text that is no formula, and UnknownVariableError.

    >>> graph = ADMG.parse("Z -> X -> Y; Z -> Y")
    >>> print(equal(graph, "P(Y | do(X))", "Σ_{Z} P(Y | X, Z) P(Z)").one.end)
    Σ_{Z} P(Y | X, Z) P(Z)
    >>> print(equal(graph, "P(Y | do(X))", "Σ_{Z} P(Y | X, Z) P(Z | X)"))
    P(Y | do(X)) is ... and Σ_{Z} P(Y | X, Z) P(Z | X) is ... in a model of the graph on Z, X, Y
    """
    left, right = (formula_about(graph, side) for side in (one, other))
    open_left, open_right = _for_all_values(left, right)
    for ways in _ways(graph, open_left, open_right, budget):
        if alike(ways[0].end, ways[1].end):
            return Equal(*ways)
    above = graph.induced(graph.ancestors(left.variables | right.variables))
    if len(above.nodes) > MOST_VARIABLES:
        reason = "no derivation was found, and the graph is too large to try models"
        return Undecided(graph, left, reason)
    for seed in range(MODELS):
        if differing := _compared(random_scm(above, rng=seed), left, right):
            return differing
    reason = f"it equals {right} in {MODELS} random models, and no derivation was found"
    return Undecided(graph, left, reason)


def _for_all_values(left: Expression, right: Expression) -> tuple[Expression, Expression]:
    """Both with their values left open, where no variable has two; as they are otherwise."""
    symbols = frozenset(s for side in (left, right) for law in laws(side) for s in law.symbols)
    fixed = {s: Symbol(s.variable) for s in symbols if s.value is not None}
    taken = left.free | right.free
    if len(set(fixed.values())) < len(fixed) or taken & frozenset(fixed.values()):
        return left, right
    apart = (fresh(side, side.free | frozenset(fixed.values())) for side in (left, right))
    first, second = (spelled_formula(side, fixed) for side in apart)
    return first, second


def _ways(
    graph: ADMG, left: Expression, right: Expression, budget: int
) -> Iterator[tuple[Derivation, Derivation]]:
    """From each formula to a simpler one: by simplification, and by way of observation."""
    yield simplify(graph, left), simplify(graph, right)
    seen = [_observed(graph, side, budget) for side in (left, right)]
    if seen[0] is not None and seen[1] is not None:
        yield seen[0], seen[1]


def _observed(graph: ADMG, formula: Expression, budget: int) -> Derivation | None:
    """To a formula without actions, as short as is found; None when none was found."""
    found: Derivation | Undecided = Derivation(formula, (), formula)
    if any(law.do for law in laws(formula)):
        found = derive(graph, formula, budget=budget)
    if isinstance(found, Undecided):
        return None
    shorter = simplify(graph, found.end)
    return Derivation(formula, (*found.steps, *shorter.steps), shorter.end)


def _compared(model: SCM, left: Expression, right: Expression) -> Unequal | None:
    """A cell in which they differ; what one does not mention, it does not depend on."""
    tables = [_numbers(model, formula) for formula in (left, right)]
    symbols = sorted(left.free | right.free, key=by_name)
    for values in product(*(model.domains[s.variable] for s in symbols)):
        at = dict(zip(symbols, values, strict=True))
        first, second = (cells[tuple(at[s] for s in order)] for order, cells in tables)
        if first != second:
            return Unequal(left, right, model, tuple(at.items()), (first, second))
    return None


def _numbers(
    model: SCM, formula: Expression
) -> tuple[list[Symbol], dict[tuple[Hashable, ...], Fraction]]:
    """A formula's value in every cell of its free symbols."""
    series = formula.evaluate(experiments(model, formula))
    if not formula.free:
        return [], {(): series.iloc[0]}
    keys = (key if isinstance(key, tuple) else (key,) for key in series.index)
    return sorted(formula.free, key=by_name), dict(zip(keys, series, strict=True))
