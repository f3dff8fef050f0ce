"""Dropout and the like for several arms at once: the same numbers as each would draw alone.

A number is keyed by the seed of its arm, the step and the place in the network where it is drawn;
not by which arms are trained side by side.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ablation.neural.lifting import Labels, Recording
from ablation.neural.noise import KeyedNoise


@dataclass(frozen=True, slots=True)
class ArmNoise:
    """The noise of one step: of one arm, or of several on a first axis.

    >>> alone, both = ArmNoise((7,), 3, stacked=False), ArmNoise((5, 7), 3, stacked=True)
    >>> bool((both.at("drop", (2, 4))[1] == alone.at("drop", (4,))).all())
    True
    """

    seeds: tuple[int, ...]
    step: int
    stacked: bool
    recording: Recording = field(default_factory=Recording)
    met: Counter[str] = field(default_factory=Counter)  # draws so far, by the call they are in
    labels: list[Labels] = field(default_factory=list)

    def at(self, site: str, shape: Sequence[int]) -> NDArray[np.uint32]:
        """Return the words of a site for a value of this shape."""
        single = tuple(shape[1:] if self.stacked else shape)
        inside = site.rpartition("/")[0]  # vmap calls operations by other names: bernoulli_, say
        site = f"{inside}/{self.met[inside]}"
        self.met[inside] += 1
        self.recording.shapes[site] = single
        count, step = int(np.prod(single, dtype=int)), range(self.step, self.step + 1)
        rows = [KeyedNoise(seed).words(site, count, step).reshape(single) for seed in self.seeds]
        return np.stack(rows) if self.stacked else rows[0]
