"""Edges between the places of a module, collected while some program of the module is read.

However the program was obtained, an edge A -> B says that B reads something computed from what
passes at A through no third place. The inputs of the module and its output are places as well.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from torch import nn

from ablation.neural.taps import Place

Sources = frozenset[str]


@dataclass(eq=False)
class Wiring:
    """The places, found by their module, and the edges met so far."""

    arguments: tuple[str, ...] = ()  # of the module
    inside: dict[nn.Module, list[Place]] = field(default_factory=dict)  # in the order data passes
    entrances: dict[str, str] = field(default_factory=dict)  # argument -> name of the place
    edges: set[tuple[str, str]] = field(default_factory=set)
    entrance: str = "input"
    exit: str = "output"

    @classmethod
    def of(cls, module: nn.Module, places: Sequence[Place], arguments: Iterable[str]) -> "Wiring":
        """Sort places by module; every argument without a place of its own is an "input"."""
        names = tuple(arguments)
        wiring = cls(names)
        for place in sorted(places, key=lambda each: each.at == "output"):
            if place.module is not module:
                wiring.inside.setdefault(place.module, []).append(place)
            elif place.argument or names:
                wiring.entrances[place.argument or names[0]] = place.name
        while any(wiring.exit == each.name for each in places):
            wiring.exit += "'"  # a component may have that very name
        while any(wiring.entrance == each.name for each in places if each.at == "output"):
            wiring.entrance += "'"
        return wiring

    def entering(self, argument: str) -> Sources:
        """What the value of an argument of the module is made from."""
        return frozenset({self.entrances.get(argument, self.entrance)})

    def calling(self, part: nn.Module, read: Sources) -> Sources:
        """What the output of a call is made from, where its arguments were made from `read`."""
        for place in self.inside.get(part, ()):
            read = self.reading(place.name, read)
        return read

    def reading(self, name: str, read: Sources) -> Sources:
        """Note that a place reads these; whoever reads it later reads nothing but it."""
        self.edges |= {(source, name) for source in read if source != name}
        return frozenset({name})

    def read(self) -> set[str]:
        """The places that something reads."""
        return {source for source, _ in self.edges}

    def leaving(self, read: Sources) -> None:
        """Note what the module's output is made from."""
        self.reading(self.exit, read)
