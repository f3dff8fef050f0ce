"""A hedge against its query: whether it is one, and the two circuits that it makes.

The query is taken after every observation that rule 2 allows has been exchanged for an action.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from causal.certification.circuits import Circuit, Connection
from causal.certification.opening import back_door, exchanged, opened
from causal.certification.parity import carried, circuit, coupled
from causal.certification.routes import toward
from causal.errors import CertificateError
from causal.graph import ADMG
from causal.identification import Hedge, NotIdentified
from causal.variables import Variable, Variables, natural

__all__ = ["Obstruction"]


@dataclass(frozen=True)
class Obstruction:
    """P(outcome | do(actions), given) and the hedge that forbids it."""

    graph: ADMG
    hedge: Hedge
    outcome: Variables
    actions: Variables
    given: Variables

    @classmethod
    def of(cls, answer: NotIdentified) -> Obstruction:
        """The obstruction of an answer; raises CertificateError when its hedge is not one."""
        graph, query = answer.graph, answer.query
        if not isinstance(answer.hedge, Hedge):
            raise CertificateError(f"{query} is about several worlds; its witness is no hedge")
        moved = exchanged(graph, query.outcomes, given=query.conditions, actions=query.actions)
        actions, given = query.actions | moved, query.conditions - moved
        found = cls(graph, answer.hedge, query.outcomes, actions, given)
        if broken := [claim for claim, holds in found.claims().items() if not holds]:
            raise CertificateError(
                f"{answer.hedge} is no hedge for {query}: it is not so that {broken[0]}"
            )
        return found

    @property
    def needed(self) -> Variables:
        """Ancestors of the outcome and of what is given, on paths clear of the actions."""
        clear = self.graph.everything & ~self.graph.mask(self.actions)
        asked = self.graph.mask(self.outcome | self.given)
        return self.graph.named(self.graph.ancestors_mask(asked, within=clear))

    def claims(self) -> dict[str, bool]:
        """What makes a pair of sets a hedge (Shpitser & Pearl 2006, definitions 5 and 6)."""
        graph, inner, outer = self.graph, self.hedge.inner, self.hedge.outer
        whole, part = graph.mask(outer), graph.mask(inner)
        return {
            "the inner variables are some of the outer ones": bool(inner) and inner <= outer,
            "an outer variable is set": bool(outer & self.actions),
            "no inner variable is set": not inner & self.actions,
            "hidden causes join the outer variables": len(graph.districts_mask(whole)) == 1,
            "hidden causes join the inner variables": len(graph.districts_mask(part)) == 1,
            "outer variables lead to inner ones": graph.ancestors_mask(part, whole) == whole,
            "inner variables lead to what is asked": inner <= self.needed,
        }

    def circuits(self) -> tuple[Circuit, Circuit]:
        """The circuit in which the inner variables read the outer ones, and the other one."""
        steps = toward(self.graph, self.outcome | self.given, within=self.needed)
        onward = [*carried(self.hedge.inner, steps), *self._opening(steps)]
        first, second = (
            circuit(self.graph, self.hedge, [*coupled(self.graph, self.hedge, cut=cut), *onward])
            for cut in (False, True)
        )
        return first, second

    def _opening(self, steps: Mapping[Variable, Variable]) -> Iterator[Connection]:
        """When the parity ends in what is given only: a way from there back to the outcome."""
        ends = {_end(v, steps) for v in self.hedge.inner}
        if not ends & self.outcome:
            here = min(ends, key=natural)
            path = back_door(self.graph, here, self.outcome, given=self.given, actions=self.actions)
            if path is not None:
                yield from opened(self.graph, path, given=self.given, within=self.needed)


def _end(v: Variable, steps: Mapping[Variable, Variable]) -> Variable:
    while v in steps:
        v = steps[v]
    return v
