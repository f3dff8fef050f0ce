"""Random streams, one per purpose: a name and a seed make an integer, and nothing else does.

Streams are keyed, not drawn in sequence (Salmon et al. 2011, "Parallel random numbers: as easy
as 1, 2, 3"): leaving a component out of a model takes no draw away from the others, so paired
conditions really share their noise. Seed initial weights per parameter name.
"""

import hashlib
from dataclasses import dataclass
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

    Every name has a stream, so there is no end to list them: `for` and `in` raise TypeError.
    """

    study: str
    seed: int

    # Without these, `in` and `for` would ask for stream 0, 1, 2, ... and never come to an end.
    __iter__: ClassVar[None] = None
    __contains__: ClassVar[None] = None

    def __getitem__(self, name: str) -> int:
        if not isinstance(name, str):
            raise StreamNameError(name)
        key = canonical([self.study, self.seed, name])
        return int.from_bytes(hashlib.sha256(key.encode()).digest()[:4])
