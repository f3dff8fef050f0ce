"""One arrow or one path of the graph switched off: a component changes for one reader alone.

Path patching (Wang et al. 2023), which is the edge intervention of Shpitser & Tchetgen Tchetgen
(2016): the reader is given what it would read had the source been off and all other components
passed on what they do; on a path, the next reader what it would had only this one changed. Which
others those are is part of the question, so they are named.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import torch
from torch import nn

from ablation.errors import listed
from ablation.neural.activations import Observed
from ablation.neural.errors import CallsDifferError, EdgeError
from ablation.neural.forwards import Forward, standing_in
from ablation.neural.isolation import drawing_from, random_state, unchanged
from ablation.neural.selection import Patterns, Place, matching, named, names_in, select
from ablation.neural.taps import layered, outermost
from ablation.neural.trees import Call, cloned, largest_change

ARROW, OUTPUT = "->", "output"


@dataclass(frozen=True, slots=True)
class Edge:
    """What one component reads of others; the reader may be the output of the module."""

    name: str
    sources: Mapping[str, Place]
    reader: nn.Module | None  # None is the output
    others: Mapping[str, Place]  # what is held
    onward: "Edge | None" = None  # of a path: the next edge, from this reader

    def steps(self) -> list["Edge"]:
        """List this edge, and those of the path that follow."""
        return [self, *(self.onward.steps() if self.onward else [])]


def edge_of(module: nn.Module, patterns: Patterns, among: Patterns | None) -> Edge | None:
    """Find the edge that "A -> B" means, or the path "A -> B -> C"; None without an arrow.

    >>> net = nn.Sequential(nn.Linear(2, 2), nn.Tanh(), nn.Linear(2, 2))
    >>> edge = edge_of(net, "0 -> output", ["0", "2"])
    >>> list(edge.sources), edge.reader, list(edge.others)
    (['0'], None, ['2'])
    """
    every = names_in(patterns)
    if not any(ARROW in pattern for pattern in every):
        if among is not None:
            what = "among= holds others for the sake of an arrow, and this has none"
            raise EdgeError(listed(every), what)
        return None
    source, *readers = (step.strip() for step in every[0].split(ARROW))
    if len(every) > 1 or not source or not all(readers):
        raise EdgeError(every[0], f"one edge at a time, written as one component {ARROW} another")
    if among is None:
        raise EdgeError(every[0], "pass among=, the components that are held for it to be direct")
    read = [_reader(step, every[0], named(module)) for step in readers]
    if None in read[:-1]:
        raise EdgeError(every[0], "nothing reads the output")
    sources, held = select(module, source), select(module, among)
    starts = [[place.module for place in sources.values()], *([each] for each in read[:-1] if each)]
    name, onward = f" {ARROW} ".join([source, *readers]), None
    for step in reversed(range(len(read))):
        reads = read[step]
        ends = [*starts[step], *([reads] if reads else [])]
        others = {n: p for n, p in held.items() if not _overlaps(p.module, ends)}
        onward = Edge(name, sources if step == 0 else {}, reads, others, onward)
    return onward


def _reader(step: str, pattern: str, known: Mapping[str, nn.Module]) -> nn.Module | None:
    if step == OUTPUT and OUTPUT not in known:
        return None
    readers = matching(step, known)
    if len(readers) > 1:
        raise EdgeError(pattern, f"one reader at a time; {step!r} means {len(readers)}")
    return known[readers[0]]


def _overlaps(part: nn.Module, ends: Iterable[nn.Module]) -> bool:
    return any(part in {*end.modules()} or end in {*part.modules()} for end in ends)


@dataclass(eq=False)
class Rerouted:
    """Stands in for the whole module: every call runs it three times, and once more a step.

    As it is, to know what to hold; with the source off and the others held, to see what the
    reader would read; and with the reader reading that, which is what is returned. On a path the
    reader reads it while the others are held, to see what the next one would read.
    """

    module: nn.Module
    edge: Edge
    forward: Forward
    off: Mapping[nn.Module, Forward]
    calls: int = 0
    changes: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.__wrapped__ = self.forward

    def __call__(self, *args: object, **kwargs: object) -> object:
        """Run the module with one edge off."""
        steps, off = self.edge.steps(), self.off
        given, before, after = (args, kwargs), _Reader(steps[-1]), _Reader(steps[0])
        with torch.no_grad():
            own, usual = self.aside(given, before, self.watched(), {}, {})
        held = {name: tuple(each.own) for name, each in own.items()}
        for edge in steps:
            after = _Reader(edge)
            _, direct = self.aside(given, after, edge.others, held, off)
            if edge.reader is None:
                self.note([usual], [direct])
                return direct
            off = {edge.reader: after.giving(edge.reader.forward)}
        self.note(before.calls, after.calls)
        with standing_in(off):
            return self.forward(*args, **kwargs)

    def watched(self) -> Mapping[str, Place]:
        """What is held at any step, to be seen as it is."""
        return {name: each for edge in self.edge.steps() for name, each in edge.others.items()}

    def aside(
        self,
        given: Call,
        reader: "_Reader",
        watched: Mapping[str, Place],
        held: Mapping[str, tuple[object, ...]],
        off: Mapping[nn.Module, Forward],
    ) -> tuple[Mapping[str, Observed], object]:
        """Run once on a copy of the arguments, leaving no trace in buffers and random streams."""
        others = layered(
            watched, lambda place, forward: Observed(place, forward, held.get(place.name))
        )
        args, kwargs = cloned(given)
        stand_ins: dict[nn.Module, Forward] = {**outermost(others), **off}
        watching = standing_in({**stand_ins, **reader.keeping(stand_ins)})
        with unchanged(self.module), drawing_from(random_state()), watching:
            output = self.forward(*args, **kwargs)
        return others, output

    def note(self, before: list[object], after: list[object]) -> None:
        """Keep how much the edge changed what the reader reads."""
        if len(before) != len(after):
            raise CallsDifferError(len(before))
        self.calls += len(after)
        self.changes += [largest_change(a, b) for a, b in zip(before, after, strict=True)]


@dataclass(eq=False)
class _Reader:
    """The calls of the reader: kept in one run, given back in another."""

    edge: Edge
    calls: list[object] = field(default_factory=list)

    def keeping(self, stand_ins: Mapping[nn.Module, Forward]) -> dict[nn.Module, Forward]:
        """A stand-in that keeps what the reader reads, and runs what stands there otherwise."""
        if self.edge.reader is None:
            return {}
        own: Forward = self.edge.reader.forward
        forward = stand_ins.get(self.edge.reader, own)

        def stand_in(*args: object, **kwargs: object) -> object:
            self.calls.append(cloned((args, kwargs)))
            return forward(*args, **kwargs)

        return {self.edge.reader: stand_in}

    def giving(self, forward: Forward) -> Forward:
        """A forward that reads what was kept, whatever it is given."""
        kept = iter(self.calls)

        def stand_in(*_: object, **__: object) -> object:
            call = next(kept, None)
            if call is None:
                raise CallsDifferError(len(self.calls))
            assert isinstance(call, tuple)
            return forward(*call[0], **call[1])

        return stand_in
