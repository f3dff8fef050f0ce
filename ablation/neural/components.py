"""The computation graph of a module's components, read from its code.

An edge A -> B says that B reads something computed from A through no third component. The code is
run on symbols, else exported as a flat program; where it asks for values, neither can be, and one
real run is followed: the graph then holds for the branches which that run took.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from torch import nn

import causal
from ablation.neural.dataflow import run
from ablation.neural.exporting import exported
from ablation.neural.forwards import eager
from ablation.neural.isolation import unchanged
from ablation.neural.selection import Patterns, Place, require_names, select
from ablation.neural.tracing import traced
from ablation.neural.trees import Inputs
from ablation.neural.wiring import Wiring
from ablation.pages.figures.gathering import gathered
from ablation.pages.figures.graph import graph_figure
from ablation.pages.fragment import fitting, fragment, paragraph

Edges = tuple[tuple[str, str], ...]

_TITLE = "Which component reads what was computed from which"
_WAYS = {
    "torch.fx": "Read from the code, run on symbols (torch.fx).",
    "torch.export": "Read from the exported program (torch.export).",
    "one run": "Found by following the tensors of one run.",
}
_GATHERED = "Parts of one value that read the same, and are read by the same, share a box."


@dataclass(frozen=True, slots=True)
class Components:
    """Named components and the flow of data between them; `route` says how it was found.

    `ends` are the edges from the module's input and to its output. `exact` is False where the
    graph is that of one run, and other inputs could take other branches.

    >>> import torch
    >>> net = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 2))
    >>> graph = Components.of(net, torch.ones(1, 2))
    >>> graph.edges, graph.ends
    ((('0', '1'), ('1', '2')), (('input', '0'), ('2', 'output')))
    """

    names: tuple[str, ...]
    edges: Edges
    route: str = "torch.fx"
    exact: bool = True
    ends: Edges = ()

    @classmethod
    def of(cls, module: nn.Module, inputs: Inputs, names: Patterns | None = None) -> "Components":
        """Find which component reads which; `inputs` are those of one call of the module."""
        module = eager(module)
        places = select(module, names if names is None else require_names(names))
        groups = _grouped(places)
        with unchanged(module):
            wiring, route, exact = _found(module, inputs, [group.place for group in groups])
        order = {name: i for i, name in enumerate([wiring.entrance, *places, wiring.exit])}
        expanded = _expanded(wiring, groups)
        edges = sorted(expanded, key=lambda edge: (order[edge[0]], order[edge[1]]))
        inner = tuple(edge for edge in edges if {*edge} <= places.keys())
        ends = tuple(
            edge for edge in edges if edge not in inner and edge != (wiring.entrance, wiring.exit)
        )
        return cls(tuple(places), inner, route, exact, ends)

    def to_admg(self) -> causal.ADMG:
        """The components as a causal graph, from the input of the module to its output.

        The input is drawn, because it is a common cause; what is random inside a component
        (dropout) belongs to it alone, so nothing is confounded. Raises causal.CycleError where
        components call each other in a circle.

        >>> Components(("a", "b"), (("a", "b"),), ends=(("input", "a"), ("b", "output"))).to_admg()
        ADMG.parse('input -> a; a -> b; b -> output')
        """
        return causal.ADMG.of(nodes=self.names, directed=self.edges + self.ends)

    def reaches_output(self, name: str) -> bool:
        """Whether the module's output is computed from this component.

        >>> Components(("a", "b"), (), ends=(("a", "output"),)).reaches_output("b")
        False
        """
        last = {end for _, end in self.ends if end not in self.names}
        return not last.isdisjoint(self.descendants(name))

    def descendants(self, name: str) -> frozenset[str]:
        """All that is computed from a component, itself included; a circle of calls may be in it.

        >>> sorted(Components(("a", "b", "c"), (("a", "b"),)).descendants("a"))
        ['a', 'b']
        """
        readers: dict[str, list[str]] = {}
        for source, reader in self.edges + self.ends:
            readers.setdefault(source, []).append(reader)
        ahead, seen = [name], {name}
        while ahead:
            new = [each for each in readers.get(ahead.pop(), ()) if each not in seen]
            seen |= {*new}
            ahead += new
        return frozenset(seen)

    def _repr_html_(self) -> str:
        names, edges = gathered(self.names, self.edges + self.ends)
        way, *refusals = self.route.split("; ")
        other = "" if self.exact else " Other inputs could take other branches."
        return str(
            fragment(
                fitting(lambda wide: graph_figure(edges, names, title=_TITLE, width=wide)),
                *(paragraph(each, "small") for each in (_GATHERED,) if names != self.names),
                paragraph(f"{_WAYS[way]}{other}", "small"),
                *(paragraph(each, "small") for each in refusals),
            )
        )


def _found(module: nn.Module, inputs: Inputs, places: list[Place]) -> tuple[Wiring, str, bool]:
    """Try symbols, then the exported program; a real run is always possible."""
    refusals = []
    for route, read in (("torch.fx", traced), ("torch.export", exported)):
        try:
            wiring = read(module, inputs, places)
        except Exception as error:  # noqa: BLE001 - the code of the module may raise anything
            refusals.append(f"{route}: {str(error).strip().partition(chr(10))[0]}")
        else:
            # A value that export knows beforehand, such as a constant, may be asked for in silence.
            exact = route == "torch.fx" or wiring.read() >= {place.name for place in places}
            return wiring, "; ".join([route, *refusals]), exact
    return run(module, inputs, places), "; ".join(["one run", *refusals]), False


@dataclass(frozen=True, slots=True)
class _Group:
    """A place without its parts, the components that are parts of it, and whether they are all."""

    place: Place
    names: tuple[str, ...]
    covered: bool


def _grouped(places: Mapping[str, Place]) -> list[_Group]:
    """Parts of one value are read and written together: their place is found once."""
    groups: dict[tuple[object, ...], list[Place]] = {}
    for place in places.values():
        groups.setdefault((place.module, place.at, place.argument), []).append(place)
    return [_group(parts) for parts in groups.values()]


def _group(parts: list[Place]) -> _Group:
    first = parts[0]
    if first.part is None:
        return _Group(first, (first.name,), covered=True)
    name = f"{first.name.partition('[')[0]}[{first.at}]"
    many = sum(each.part.stop - each.part.start for each in parts if each.part)
    place = replace(first, name=name, part=None)
    return _Group(place, tuple(each.name for each in parts), covered=many == first.part.count)


def _expanded(wiring: Wiring, groups: Iterable[_Group]) -> set[tuple[str, str]]:
    """Give every part the edges of its place; what no part covers still passes there."""
    edges = wiring.edges
    for group in groups:
        name = group.place.name
        into = {source for source, reader in edges if reader == name}
        out = {reader for source, reader in edges if source == name}
        if group.names == (name,):
            continue
        edges = {edge for edge in edges if name not in edge}
        edges |= {(source, part) for source in into for part in group.names}
        edges |= {(part, reader) for part in group.names for reader in out}
        if not group.covered:
            edges |= {(source, reader) for source in into for reader in out}
    return edges
