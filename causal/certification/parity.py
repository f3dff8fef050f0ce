"""The two parity circuits of a hedge: alike on all data, different under the actions.

Shpitser & Pearl (2006), "Identification of joint interventional distributions in recursive
semi-Markovian causal models", theorem 4.  Take a forest of arrows from the outer district into the
inner one, and a tree of hidden coins that spans both.  Every variable adds up what it reads.  Each
coin is read twice, so that the inner variables add up to zero; an action cuts a coin off, and then
they add up to a fair coin.  In the second circuit the inner variables do not read the outer ones,
and add up to zero whatever is done.

What the inner variables add up to is carried on, down directed paths, to the outcome or to what is
conditioned on.  Bits that others fix are flipped now and then, in both circuits alike: then
every cell has positive probability, and the circuits still agree on all data.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

from causal.certification.circuits import COIN, Bit, Circuit, Connection, Wire
from causal.certification.routes import spanning_tree, toward
from causal.graph import ADMG
from causal.identification import Hedge
from causal.model.noise import hidden_cause
from causal.variables import Variable, Variables

__all__ = ["carried", "circuit", "coupled"]

FLIP = Fraction(1, 10)


def coupled(graph: ADMG, hedge: Hedge, *, cut: bool) -> Iterator[Connection]:
    """What the variables of a hedge read: coins along a tree, each other along a forest.

    With ``cut``, the inner variables read neither outer variables nor coins shared with them.
    """
    for edge in spanning_tree(graph, inner=hedge.inner, outer=hedge.outer):
        coin = Wire(hidden_cause(*edge), "hedge")
        inside = hedge.inner.issuperset(edge)
        for v in edge:
            if inside or v not in hedge.inner or not cut:
                yield coin, _own(v, hedge)
    for v, step in toward(graph, hedge.inner, within=hedge.outer).items():
        if step not in hedge.inner or not cut:
            yield _own(v, hedge), _own(step, hedge)


def carried(start: Variables, steps: Mapping[Variable, Variable]) -> Iterator[Connection]:
    """The parity of the inner variables, handed on step by step."""
    seen: set[Variable] = set()
    for v in sorted(start):
        here = v
        while here not in seen and here in steps:
            seen.add(here)
            yield Wire(here, "carry"), Wire(steps[here], "carry")
            here = steps[here]


def circuit(graph: ADMG, hedge: Hedge, connections: Iterable[Connection]) -> Circuit:
    """The circuit with these connections: outer bits exact, sources coins, all others flipped."""
    inputs: dict[Wire, list[Wire]] = defaultdict(list)
    for read, reader in connections:
        inputs[reader].append(read)
        if read.at in graph.index:
            inputs.setdefault(read, [])
    fixed = {_own(v, hedge): Fraction(0) for v in hedge.outer - hedge.inner}
    fixed |= {_own(v, hedge): FLIP for v in hedge.inner}
    return Circuit(
        {
            wire: Bit(tuple(inputs[wire]), fixed.get(wire, FLIP if inputs[wire] else COIN))
            for wire in {*inputs, *fixed}
        }
    )


def _own(v: Variable, hedge: Hedge) -> Wire:
    """The bit that a variable has as a member of the hedge; on inner ones the parity travels on."""
    return Wire(v, "carry" if v in hedge.inner else "hedge")
