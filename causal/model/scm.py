"""Structural causal models: a graph, one mechanism a variable, and the noise they share.

Pearl (2009), definition 7.1.1.  The model is a value: an intervention returns another one (7.1.2),
and nothing is ever stored in the graph.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import chain
from math import inf
from types import MappingProxyType

import pandas as pd

from causal.errors import ModelError, OptionError
from causal.graph import ADMG
from causal.model.continuous import Exponential, Uniform
from causal.model.finite.contraction import Tensor, contract, noise_tensor
from causal.model.finite.grid import NOTHING, Grid
from causal.model.finite.settings import ranked
from causal.model.finite.tabulation import tabulated
from causal.model.intervention import Intervention
from causal.model.mechanism import FiniteMechanism, Mechanism, Values, is_finite
from causal.model.noise import Noise
from causal.model.sampling import draw, draw_places
from causal.model.streams import Randomness, root
from causal.model.wiring import check, check_drawn, domains, drawn
from causal.variables import Variable, listed, natural

__all__ = ["SCM"]


@dataclass(frozen=True, init=False, repr=False)
class SCM:
    """A structural causal model, checked against its graph at construction.

    Mechanisms may be tables, linear, or any function; a model of nothing but tables is finite, and
    everything about it exact.  Every variable has a mechanism, which reads exactly its parents and
    noises; two mechanisms share a noise exactly where the graph has ``<->``.  Raises ModelError or
    UnknownVariableError otherwise.

    >>> from causal.model import Do, Noise, Response, Table
    >>> bow = SCM(
    ...     ADMG.parse("X -> Y; X <-> Y"),
    ...     {"X": Table("U", {0: "9/10, 1/10", 1: "1/5, 4/5"}), "Y": Response.of(("X", "U"), min)},
    ...     noise=[Noise("U", "1/2, 1/2")],
    ... )
    >>> bow.law("Y")[1], bow.under(Do(X=1)).law("Y")[1]
    (Fraction(2, 5), Fraction(1, 2))
    """

    graph: ADMG
    parts: tuple[tuple[Variable, Mechanism], ...]
    noise: tuple[Noise, ...]

    def __init__(
        self,
        graph: ADMG,
        mechanisms: Mapping[Variable, Mechanism],
        noise: Iterable[Noise] = (),
    ) -> None:
        hidden = _in_order(noise)
        check(graph, mechanisms, hidden)
        self._hold(graph, mechanisms, hidden)

    @classmethod
    def of(cls, mechanisms: Mapping[Variable, Mechanism], noise: Iterable[Noise] = ()) -> SCM:
        """The model whose graph is the one that its mechanisms draw.

        >>> from causal.model import Response, Table
        >>> SCM.of({"X": Table((), "1/2, 1/2"), "Y": Response("X", {0: 1, 1: 0})}).graph
        ADMG.parse('X -> Y')
        """
        hidden, model = _in_order(noise), object.__new__(cls)
        graph = drawn(mechanisms, hidden)
        check_drawn(mechanisms, hidden)
        model._hold(graph, mechanisms, hidden)
        return model

    def _hold(
        self, graph: ADMG, mechanisms: Mapping[Variable, Mechanism], noise: tuple[Noise, ...]
    ) -> None:
        object.__setattr__(self, "graph", graph)
        object.__setattr__(self, "parts", tuple([(v, mechanisms[v]) for v in graph.nodes]))
        object.__setattr__(self, "noise", noise)

    def __repr__(self) -> str:
        hidden = ", ".join(one.name for one in self.noise)
        return f"<SCM {self.graph}{f'; noise {hidden}' if hidden else ''}>"

    @property
    def mechanisms(self) -> Mapping[Variable, Mechanism]:
        """The mechanism of each variable, causes first."""
        return MappingProxyType(self._mechanisms)

    @property
    def is_finite(self) -> bool:
        """Whether every mechanism is a table and every noise takes finitely many values."""
        return not self._infinite

    @property
    def tables(self) -> Mapping[Variable, FiniteMechanism]:
        """The mechanisms of a finite model, causes first; raises ModelError for any other."""
        if self._infinite:
            raise ModelError(
                f"the model is not finite: no table holds the law of {listed(self._infinite)}; "
                "sample() draws from it, and potential_outcomes() answers for observed units",
                variables=self._infinite,
            )
        return MappingProxyType(self._tables)

    @property
    def domains(self) -> Mapping[str, Values]:
        """The values of each variable and each noise that takes finitely many."""
        return MappingProxyType(self._domains)

    def under(self, *interventions: Intervention) -> SCM:
        """The model after interventions, one after the other: other mechanisms, the same noise.

        >>> from causal.model import Do, random_scm
        >>> random_scm(ADMG.parse("X -> Z -> Y; X <-> Y"), rng=0).under(Do(Z=1)).graph
        ADMG.parse('Z -> Y; X <-> Y')
        """
        mechanisms = dict(self.parts)
        for intervention in interventions:
            for target in sorted(self.graph.require(intervention.targets), key=natural):
                mechanisms[target] = intervention.mechanism(target, mechanisms[target])
        read = frozenset().union(*(m.reads for m in mechanisms.values()))
        return SCM.of(mechanisms, [one for one in self.noise if one.name in read])

    def law(self, *names: Variable) -> pd.Series:
        """The exact joint law of the named variables of a finite model, of all by default.

        A Series over the full grid of values, whose levels are the names in the order given.  Noise
        is summed out where it is read, so the cost is that of the variables asked for.  Raises
        ModelError when the model is not finite.

        >>> from causal.model import Table
        >>> cause = {"X": Table((), "1/4, 3/4"), "Y": Table("X", {0: "1, 0", 1: "0, 1"})}
        >>> SCM.of(cause).law("Y")[1]
        Fraction(3, 4)
        """
        keep = tuple(dict.fromkeys(names or self.graph.nodes))
        needed = self.graph.ancestors(self.graph.require(keep))
        read = frozenset().union(*(self.tables[v].given for v in needed))
        grids = {v: grid for v, grid in self.grids.items() if v in needed}
        tensors = [Tensor((*grid.given, v), grid.law(exact=True)) for v, grid in grids.items()]
        tensors += [noise_tensor(one) for one in self.noise if one.name in self.shared_noise & read]
        weights = contract(tensors, keep).ravel()
        total = weights.sum()
        return tabulated([Fraction(w, total) for w in weights], self.domains, keep)

    def sample(self, n: int, *, rng: Randomness) -> pd.DataFrame:
        """Draw ``n`` units, one row each; ``rng`` is a generator, or a seed.

        The same seed draws the same units in every world, as each noise has a stream of its own.

        >>> from causal.model import Do, random_scm
        >>> model = random_scm(ADMG.parse("X -> Y <- Z"), rng=0)
        >>> as_it_is, had_x_been_one = (m.sample(50, rng=7) for m in (model, model.under(Do(X=1))))
        >>> bool((as_it_is["Z"] == had_x_been_one["Z"]).all())
        True
        """
        if n < 0:
            raise OptionError("n", n, "it is at least 0")
        if self.is_finite:
            return pd.DataFrame(draw_places(self.tables, self.noise, n, root(rng)))
        return draw(self.mechanisms, self.noise, n, root(rng))

    def to_dict(self) -> dict[str, object]:
        """The model as plain data: graph, noise and mechanisms, probabilities as text.

        >>> from causal.model import Noise, Response
        >>> SCM.of({"X": Response("U", {0: 0, 1: 1})}, [Noise("U", "1/2, 1/2")]).to_dict()["noise"]
        {'U': ['1/2', '1/2']}
        """
        return {
            "graph": str(self.graph),
            "noise": {one.name: one.to_dict() for one in self.noise},
            "mechanisms": {v: m.to_dict() for v, m in self.parts},
        }

    @cached_property
    def _mechanisms(self) -> dict[Variable, Mechanism]:
        return dict(self.parts)

    @cached_property
    def _tables(self) -> dict[Variable, FiniteMechanism]:
        return {v: m for v, m in self.parts if is_finite(m)}

    @cached_property
    def _infinite(self) -> tuple[str, ...]:
        noise = (one.name for one in self.noise if not one.is_finite)
        return (*(v for v, _ in self.parts if v not in self._tables), *noise)

    @cached_property
    def _domains(self) -> dict[str, Values]:
        return domains(self._mechanisms, self.noise)

    @cached_property
    def grids(self) -> Mapping[Variable, Grid]:
        """The mechanisms of a finite model as arrays, noise that nobody else reads taken in."""
        laws = {one.name: one.law for one in self.noise if one.name not in self.shared_noise}
        own = {v: {n: laws[n] for n in m.given if n in laws} for v, m in self.parts if laws}
        domains = self._domains
        distinct = {id(values): values for values in domains.values()}
        odd = {i: order for i, each in distinct.items() if (order := ranked(each)) is not None}
        orders = {name: odd[id(each)] for name, each in domains.items() if id(each) in odd}
        return {v: Grid(m, domains, orders, own.get(v, NOTHING)) for v, m in self.tables.items()}

    @cached_property
    def ends(self) -> Mapping[Variable, tuple[float, float]]:
        """Between which values the noise of a real variable lies, where it cannot be anything."""
        laws = {v: m.noise for v, m in self.parts if not m.values}
        found = {v: (law.low, law.high) for v, law in laws.items() if isinstance(law, Uniform)}
        return found | {v: (0.0, inf) for v, law in laws.items() if isinstance(law, Exponential)}

    @cached_property
    def shared_noise(self) -> frozenset[str]:
        """The noises that two or more mechanisms read."""
        read = Counter(chain.from_iterable(m.given for m in self.tables.values()))
        return frozenset(one.name for one in self.noise if read[one.name] > 1)


def _in_order(noise: Iterable[Noise]) -> tuple[Noise, ...]:
    return tuple(sorted(noise, key=lambda one: natural(one.name)))
