"""Graphs and questions that mean nothing, or name what is not there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from causal.errors.wording import CausalError, row, shown

__all__ = [
    "CycleError",
    "EmptyGraphError",
    "ForeignGraphError",
    "FormulaError",
    "OptionError",
    "QueryError",
    "UnknownVariableError",
    "UnsupportedQueryError",
]


class UnknownVariableError(CausalError, KeyError):
    """A name that the graph, model or data does not have; ``nearest`` holds the likely ones."""

    def __init__(
        self,
        missing: Sequence[str],
        known: Sequence[str],
        nearest: Iterable[str] = (),
        where: str = "graph",
    ) -> None:
        self.missing, self.known = tuple(missing), tuple(known)
        self.nearest, self.where = tuple(nearest), where
        hint = f" Did you mean {' or '.join(map(shown, self.nearest))}?" if self.nearest else ""
        verb = "is" if len(self.missing) == 1 else "are"
        self.problem = (
            f"{row(self.missing)} {verb} not in the {where}, which has "
            f"{row(self.known) or 'no variables'}.{hint}"
        )
        CausalError.__init__(self, self.problem)


class CycleError(CausalError, ValueError):
    """The directed part of a graph has a cycle; ``cycle`` lists it in order."""

    def __init__(self, cycle: Sequence[str], *, hint: str = "") -> None:
        self.cycle = tuple(cycle)
        long = len(self.cycle) > 12  # its ends are shown
        names = [shown(name) for name in (self.cycle[:6] if long else self.cycle)]
        names += ["...", *map(shown, self.cycle[-2:])] if long else []
        self.problem = f"{' -> '.join(names)} is a cycle; a causal graph has none"
        self.problem += f"; {hint}" if hint else ""
        CausalError.__init__(self, self.problem)


class EmptyGraphError(CausalError, ValueError):
    """A graph without a single variable."""

    problem = 'the graph is empty; write edges such as "X -> Y; X <-> Y"'

    def __init__(self) -> None:
        CausalError.__init__(self, self.problem)


class ForeignGraphError(CausalError, ValueError):
    """An object of another library that is no graph, or says what our graphs cannot."""


class FormulaError(CausalError, ValueError):
    """Parts that make no formula, such as a sum over nothing."""


class QueryError(CausalError, ValueError):
    """A query that reads well and means nothing, such as an outcome that is also set."""

    def __init__(self, problem: str, variables: Iterable[str] = ()) -> None:
        self.problem, self.variables = problem, tuple(variables)
        CausalError.__init__(self, problem)


class UnsupportedQueryError(CausalError, NotImplementedError):
    """A well-formed query of a kind that this procedure does not answer."""


class OptionError(CausalError, ValueError):
    """An option outside its range."""

    def __init__(self, option: str, value: object, needed: str) -> None:
        self.option, self.value, self.needed = option, value, needed
        super().__init__(f"{option} is {value!r}, but {needed}")
