"""Random streams, one per purpose: a name and a seed make an integer, and nothing else does.

Streams are keyed, not drawn in sequence (Salmon et al. 2011, "Parallel random numbers: as easy
as 1, 2, 3"): leaving a component out of a model takes no draw away from the others, so paired
conditions really share their noise. Seed initial weights per parameter name.
"""

import hashlib
from dataclasses import dataclass

from ablation.canonical import canonical


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
    """

    study: str
    seed: int

    def __getitem__(self, name: str) -> int:
        key = canonical([self.study, self.seed, name])
        return int.from_bytes(hashlib.sha256(key.encode()).digest()[:4])
