"""Random streams, one per purpose: a name and a seed make an integer, and nothing else does.

Streams are keyed, not drawn in sequence (Salmon et al. 2011, "Parallel random numbers: as easy
as 1, 2, 3"): leaving a component out of a model takes no draw away from the others, so paired
conditions really share their noise. Seed initial weights per parameter name.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import ClassVar

from ablation.canonical import canonical
from ablation.errors import AblationError


class StreamNameError(AblationError, TypeError):
    """A random stream was asked for by something that is not a name."""

    def __init__(self, name: object) -> None:
        self.name = name
        super().__init__(
            f"a random stream has a name, and {name!r} ({type(name).__name__}) is none: ask for "
            'seeds["init"] or any other text. The number of the seed itself is seeds.seed.'
        )


_FAMILY = re.compile(r"[^ :/]+")


@dataclass(frozen=True, slots=True)
class Seeds:
    """The random streams of one block: `seeds["init"]`, `seeds["data"]`, any name.

    The integer has 32 bits, which every generator takes (`numpy.random.default_rng`,
    `torch.manual_seed`, scikit-learn's `random_state`). It depends on the study's name, the seed
    and the stream's name; not on the condition, nor on which streams were asked for before.

    >>> Seeds("digits", 0)["init"] == Seeds("digits", 0)["init"]
    True
    >>> Seeds("digits", 0)["init"] == Seeds("digits", 1)["init"]
    False

    `levels` has the families of streams that do not follow the block, each with the seed that it
    follows instead. A family is the name up to a space, a colon or a slash: "init" rules
    "init head.weight". So a stream is held, or crossed with another, and its share of the spread
    can be told apart.

    >>> held = Seeds("digits", 1, {"init": 0})
    >>> held["init head"] == Seeds("digits", 0)["init head"], held["data"] == held["init"]
    (True, False)
    >>> held.asked
    {'data': 1, 'init': 0}

    Every name has a stream, so there is no end to list them: `for` and `in` raise TypeError.
    """

    study: str
    seed: int
    levels: Mapping[str, int] = field(default_factory=dict, hash=False)
    _asked: set[str] = field(default_factory=set, init=False, repr=False, compare=False)

    # Without these, `in` and `for` would ask for stream 0, 1, 2, ... and never come to an end.
    __iter__: ClassVar[None] = None
    __contains__: ClassVar[None] = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "levels", MappingProxyType(dict(self.levels)))

    def __getitem__(self, name: str) -> int:
        if not isinstance(name, str):
            raise StreamNameError(name)
        known = family(name)
        self._asked.add(known)
        key = canonical([self.study, self.levels.get(known, self.seed), name])
        return int.from_bytes(hashlib.sha256(key.encode()).digest()[:4])

    def __reduce__(self) -> tuple[type["Seeds"], tuple[str, int, dict[str, int]]]:
        return Seeds, (self.study, self.seed, dict(self.levels))

    @property
    def asked(self) -> dict[str, int]:
        """The families of streams asked for so far, each with the seed that it follows."""
        return {name: self.levels.get(name, self.seed) for name in sorted(self._asked)}


def family(stream: str) -> str:
    """Name the family of a stream: what stands before a space, a colon or a slash.

    >>> family("init blocks.0.weight"), family("dropout")
    ('init', 'dropout')
    """
    found = _FAMILY.match(stream)
    return found[0] if found else stream
