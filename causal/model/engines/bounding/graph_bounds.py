"""From a graph and laws to the interval of a quantity, its proofs and the models at its ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from causal.errors import ModelError
from causal.model.engines.bounding.asking import ratios
from causal.model.engines.bounding.assembling import assembled
from causal.model.engines.bounding.attaining import Decided, attaining
from causal.model.engines.bounding.certificate import Certificate, certificates
from causal.model.engines.bounding.costs import Cost
from causal.model.engines.bounding.districts import Districts
from causal.model.engines.bounding.exact_law import exact_law
from causal.model.engines.bounding.extremes import (
    Contradicted,
    Extreme,
    Extremes,
    Side,
    extreme,
    extremes,
)
from causal.model.engines.bounding.falsification import Violation, violated
from causal.model.engines.bounding.generating import solved
from causal.model.engines.bounding.linear import Floats, NoLawError
from causal.model.engines.bounding.nearest import nearest_program
from causal.model.engines.bounding.tableau import Tableau, tableaux
from causal.model.scm import SCM
from causal.query import Quantity

__all__ = ["GraphBounds", "bound_graph"]


@dataclass(frozen=True)
class GraphBounds:
    """The least and the largest value of a quantity over all models of a graph with given laws.

    ``loose`` says why an end might not be reached; the bounds are sharp when it is empty.
    """

    quantity: Quantity
    lower: Fraction
    upper: Fraction
    certificates: tuple[Certificate, ...]
    loose: tuple[str, ...]
    untested: tuple[str, ...]
    types: int
    is_product: bool
    is_whole: bool
    _districts: Districts = field(repr=False, compare=False)

    @property
    def sharp(self) -> bool:
        """Whether some model of the graph reaches either end."""
        return not self.loose or self.lower == self.upper

    @property
    def engine(self) -> str:
        """How the numbers were found."""
        if not self.types:
            return "product of factors that the laws settle"
        kind = "relaxed program over joint" if self.is_product else "linear program over"
        how = "" if self.is_whole else ", columns generated"
        return f"{kind} response types ({self.types:,}{how})"

    def model(self, side: Side) -> SCM:
        """A model of the graph that has the given laws, and this end as its value.

        Raises ModelError when the bounds are not sharp, or sampling left limits instead of a law.
        """
        if self.loose:
            raise ModelError(f"no model is known to reach the {side} bound: {self.loose[0]}")
        question = ratios(self.quantity, self._districts.domains)
        program = assembled(self._districts, question, every=True)
        main, rest, untested = tableaux(program)
        if untested:
            raise ModelError(untested[0])
        try:
            end = extreme(program, main, side)
        except NoLawError as error:
            raise ModelError("no model of the graph has this law") from error
        decided = [*_decided(*_law_at(main, end))]
        for tableau in rest:
            decided += _decided(*_any_law(tableau))
        return attaining(self._districts.graph, self._districts.wiring, decided, program.monotone)


def bound_graph(
    districts: Districts,
    quantity: Quantity,
    *,
    risk: Fraction = Fraction(0),
    nearest: bool = False,
) -> GraphBounds | Violation:
    """Bound a quantity over all models of a graph that have the laws of some regimes.

    With ``risk``, over all models whose laws lie within limits that sampling misses with that
    probability at most; ``nearest`` moves the laws to where some model has them.
    Raises TooLargeError beyond the budget, and UnknownVariableError, DomainError, QueryError or
    ImpossibleEvidenceError for questions that mean nothing here.

    >>> from causal.graph import ADMG
    >>> from causal.model.engines.bounding.regimes import Regime
    >>> cells = {(x, y): Fraction(1, 4) for x in (0, 1) for y in (0, 1)}
    >>> seen = Regime({}, ("X", "Y"), cells)
    >>> bow = Districts(ADMG.parse("X -> Y; X <-> Y"), dict.fromkeys("XY", (0, 1)), (seen,))
    >>> found = bound_graph(bow, Quantity.parse("P(Y=1 | do(X=1))"))
    >>> print(found.lower, found.upper, found.certificates[0], sep="; ")
    1/4; 3/4; it >= P(X=1, Y=1) = 0.25
    """
    program = assembled(districts, ratios(quantity, districts.domains), risk=risk)
    if nearest:
        program = nearest_program(program)
    found = extremes(program)
    if isinstance(found, Contradicted):
        return violated(found.tableau)
    return GraphBounds(
        quantity,
        found.lower.value,
        found.upper.value,
        (*_certified(found, "lower"), *_certified(found, "upper")),
        found.loose,
        found.untested,
        found.tableau.types,
        found.tableau.is_product,
        found.tableau.is_whole,
        districts,
    )


def _certified(found: Extremes, side: Side) -> tuple[Certificate, ...]:
    end = found.lower if side == "lower" else found.upper
    return certificates(side, end.pieces)


def _law_at(tableau: Tableau, end: Extreme) -> tuple[Tableau, Floats]:
    if len(end.pieces) == 1:
        return end.pieces[0].tableau, end.pieces[0].law
    return _any_law(tableau)


def _any_law(tableau: Tableau) -> tuple[Tableau, Floats]:
    try:
        found, grown = solved(tableau, Cost())
    except NoLawError as error:
        raise ModelError("no model of the graph has this law") from error
    return grown, found.law


def _decided(tableau: Tableau, law: Floats) -> Iterator[Decided]:
    if not tableau.columns:
        return
    shares, start = exact_law(tableau, law), 0
    for group in tableau.groups:
        [block] = group.blocks
        stop = start + group.size
        yield Decided.of(block, {i - start: p for i, p in shares.items() if start <= i < stop})
        start = stop
