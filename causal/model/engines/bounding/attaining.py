"""A model that reaches a bound: the law of response types at the vertex, as mechanisms.

Balke & Pearl (1994): every district gets one hidden cause, whose values are the response types that
occur; each of its variables answers its parents as the type says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from causal.errors import ModelError
from causal.graph import ADMG
from causal.model.engines.bounding.patterns import Slot, Value, Values
from causal.model.engines.bounding.response_types import OPEN, Block, Monotone
from causal.model.engines.bounding.unfolding import Wiring
from causal.model.finite.response import Response
from causal.model.mechanism import FiniteMechanism
from causal.model.noise import Noise
from causal.model.scm import SCM
from causal.variables import Variable, Variables, natural

__all__ = ["Decided", "attaining"]


@dataclass(frozen=True, eq=False)
class Decided:
    """The law of a block's types: pairs of a type's answers and its probability."""

    shares: tuple[tuple[Mapping[Slot, Value], Fraction], ...]

    @classmethod
    def of(cls, block: Block, shares: Mapping[int, Fraction]) -> Decided:
        """Read the answers of the types that occur; open slots are left out."""
        return cls(
            tuple(
                (
                    {
                        slot: block.domains[slot.variable][place]
                        for slot, place in zip(block.slots, block.answers[i].tolist(), strict=True)
                        if place != OPEN
                    },
                    share,
                )
                for i, share in shares.items()
            )
        )

    def beside(self, other: Decided) -> Decided:
        """One law with both as margins: laid side by side on the unit interval."""
        shares, mine, theirs = [], list(self.shares), list(other.shares)
        while mine and theirs:
            (one, a), (two, b) = mine[0], theirs[0]
            shares.append(({**one, **two}, min(a, b)))
            mine[0], theirs[0] = (one, a - min(a, b)), (two, b - min(a, b))
            mine, theirs = ([x for x in xs if x[1]] for xs in (mine, theirs))
        return Decided(tuple(shares))


def attaining(
    graph: ADMG, wiring: Wiring, decided: Iterable[Decided], rules: Iterable[Monotone]
) -> SCM:
    """The model whose districts follow the given laws; slots that no law mentions are constant.

    Raises ModelError where two variables of a district share no hidden cause in the graph.
    """
    known, monotone = tuple(decided), {rule.variable: rule for rule in rules}
    mechanisms: dict[Variable, FiniteMechanism] = {}
    noise = []
    for district in graph.districts:
        _require_one_cause(graph, district)
        members = sorted(district, key=natural)
        shares = _joint(district, known)
        name = f"U[{','.join(members)}]"
        if len(shares.shares) > 1 or len(members) > 1:
            noise.append(Noise(name, [share for _, share in shares.shares]))
        for v in members:
            mechanisms[v] = _mechanism(
                v,
                wiring,
                shares,
                monotone.get(v),
                name if noise and noise[-1].name == name else None,
            )
    return SCM(graph, mechanisms, noise)


def _require_one_cause(graph: ADMG, district: Variables) -> None:
    for v in district:
        if apart := district - graph.siblings(v) - {v}:
            raise ModelError(
                f"{v} and {min(apart)} share no hidden cause, so that the law at the bound may "
                "belong to no model of the graph"
            )


def _joint(district: Variables, known: Sequence[Decided]) -> Decided:
    joint = Decided((({}, Fraction(1)),))
    for one in known:
        if any(slot.variable in district for answers, _ in one.shares for slot in answers):
            joint = joint.beside(one)
    return joint


def _mechanism(
    v: Variable, wiring: Wiring, law: Decided, rule: Monotone | None, noise: str | None
) -> Response:
    given = wiring.given[v]
    rows: dict[Value, Value] = {}
    for setting in product(*(wiring.domains[name] for name in given)):
        for number, (answers, _) in enumerate(law.shares):
            key = (*setting, number) if noise else setting
            rows[key] = _answer(v, setting, answers, wiring.domains[v], rule)
    names = (*given, noise) if noise else given
    return Response(names, rows, values=wiring.domains[v])


def _answer(
    v: Variable,
    setting: Values,
    answers: Mapping[Slot, Value],
    domain: Values,
    rule: Monotone | None,
) -> Value:
    """What a type says; where it is open, the lowest answer that monotonicity allows."""
    slot = Slot(v, setting)
    if slot in answers:
        return answers[slot]
    if rule is None:
        return domain[0]
    below = [
        domain.index(answer)
        for other, answer in answers.items()
        if other.variable == v and rule.below(other.setting, setting)
    ]
    return domain[max(below, default=0)]
