"""Deterministic responses: an equation without private noise, kept as the table of its answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import product
from types import MappingProxyType

from causal.errors import ModelError
from causal.model.exact import Row
from causal.model.finite.columns import Lookup
from causal.model.finite.settings import by_setting, domain, named
from causal.model.mechanism import Chances, Column, Columns, Trait, Value, Values
from causal.model.posterior import Cells
from causal.variables import Names, Variables

__all__ = ["Response"]


@dataclass(frozen=True, init=False, repr=False)
class Response:
    """A value for every setting of what is given, parents and named noises alike.

    The mechanism is data: it prints, compares and saves, which a function does not.  ``equation``
    may say in words what the table says in full.

    >>> either = Response.of(("A", "B"), max)        # D dies when A or B shoots
    >>> either.respond((0, 1))
    1
    >>> either == Response(("A", "B"), {(0, 0): 0, (0, 1): 1, (1, 0): 1, (1, 1): 1})
    True
    """

    given: tuple[str, ...]
    settings: tuple[Values, ...]  # what is given in each row, in order
    answers: Values
    values: Values
    ignores: tuple[str, ...]
    equation: str = field(default="", compare=False)

    def __init__(
        self,
        given: Names,
        answers: Mapping[Value, Value],
        *,
        values: Iterable[Value] = (0, 1),
        ignores: Names = (),
        equation: str = "",
    ) -> None:
        names, possible = named(given), domain(values)
        if strange := [one for one in dict.fromkeys(answers.values()) if one not in possible]:
            raise ModelError(f"a response answers {strange[0]!r}, which is not among {possible}")
        settings, ordered = by_setting(answers, names)
        object.__setattr__(self, "given", names)
        object.__setattr__(self, "settings", settings)
        object.__setattr__(self, "answers", ordered)
        object.__setattr__(self, "values", possible)
        object.__setattr__(self, "ignores", tuple(sorted(named(ignores))))
        object.__setattr__(self, "equation", equation)

    @classmethod
    def of(
        cls,
        given: Names | Mapping[str, Iterable[Value]],
        rule: Callable[..., Value],
        *,
        values: Iterable[Value] = (0, 1),
        ignores: Names = (),
    ) -> Response:
        """Tabulate a rule, called once a setting; names without a domain are binary.

        >>> Response.of({"dose": (0, 1, 2)}, lambda dose: int(dose > 0)).rows[2,]
        (Fraction(0, 1), Fraction(1, 1))
        """
        domains = dict(given) if isinstance(given, Mapping) else dict.fromkeys(named(given), (0, 1))
        answers: dict[Value, Value] = {key: rule(*key) for key in product(*domains.values())}
        return cls(domains, answers, values=values, ignores=ignores)

    def __repr__(self) -> str:
        return f"Response({self.given}, {self._answers}, values={self.values})"

    @property
    def reads(self) -> Variables:
        """Parents and noises, the ignored ones included."""
        return frozenset(self.given + self.ignores)

    @property
    def rows(self) -> Mapping[Values, Row]:
        """The law of the value under each setting: all of it on one value."""
        return MappingProxyType(self._rows)

    @property
    def cells(self) -> Row:
        """No private noise: a single cell."""
        return (Fraction(1),)

    def respond(self, given: Values, cell: int = 0) -> Value:  # noqa: ARG002  # a mechanism's face
        """The value under a setting of ``given``."""
        return self._answers[given]

    @property
    def picks(self) -> tuple[tuple[int, ...], ...]:
        """For the one cell there is, the place of the value in every row."""
        place = {value: i for i, value in enumerate(self.values)}
        return (tuple([place[answer] for answer in self.answers]),)

    @property
    def assumes(self) -> str:
        """Nothing: a response says itself what would be under every setting."""
        return ""

    @property
    def noise(self) -> None:
        """No private noise."""

    @property
    def traits(self) -> frozenset[Trait]:
        """Everything is finite."""
        return frozenset({Trait.TABLE})

    def forward(self, given: Columns, noise: Column) -> Column:
        """The value of each unit; the noise says no more than how many units there are."""
        return self._lookup.forward(given, noise)

    def abduct(self, value: Column, given: Columns) -> Cells:
        """One cell; raises ImpossibleEvidenceError where the value is not the response."""
        return self._lookup.abduct(value, given)

    def couple(self, value: Column, given: Columns, then: Columns) -> Chances:
        """The response to another setting, which is certain."""
        return self._lookup.couple(value, given, then)

    @cached_property
    def _lookup(self) -> Lookup:
        return Lookup.of(self)

    @cached_property
    def _rows(self) -> dict[Values, Row]:
        sure = {v: tuple(Fraction(v == other) for other in self.values) for v in self.values}
        return {key: sure[answer] for key, answer in self._answers.items()}

    @cached_property
    def _answers(self) -> dict[Values, Value]:
        return dict(zip(self.settings, self.answers, strict=True))

    def to_dict(self) -> dict[str, object]:
        """The response as plain data.

        >>> Response("X", {0: 1, 1: 0}).to_dict()["rows"]
        [{'given': [0], 'value': 1}, {'given': [1], 'value': 0}]
        """
        rows = self._answers.items()
        return {
            "kind": "response",
            "given": list(self.given),
            "values": list(self.values),
            "rows": [{"given": list(key), "value": answer} for key, answer in rows],
            "ignores": list(self.ignores),
        }
