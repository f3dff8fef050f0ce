"""What evidence says where finite and normal noise stand side by side: a mixture, exactly."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import special

from causal.model.engines.continuous.gaussian import Conditioned
from causal.model.engines.continuous.mixture import Case, Mixture
from causal.model.engines.continuous.posed import Asked
from causal.model.engines.explaining.laws import SURE, TAILS, Known, Spread
from causal.model.engines.worlds import Slot
from causal.model.mechanism import Value

__all__ = ["Cases"]

HALVINGS = 80


class Bell(NamedTuple):
    """A normal law with its share in a mixture."""

    share: float
    mean: float
    sd: float


@dataclass(frozen=True, eq=False)
class Cases:
    """Nodes and noises under a mixture of conditioned normal laws, for one unit."""

    mixed: Mixture

    def known(self, number: int, minus: int | None = None) -> Known:
        """The law of a node, less another one."""
        if minus is None and all(number in case.known for case in self.mixed.cases):
            return self._chances(number)
        return _mixed([_bell(p, law, number, minus) for p, _, law in self._parts()])

    def differs(self, one: int, other: int) -> float:
        """How likely two nodes have different values."""
        return sum(p for p, case, law in self._parts() if _apart(case, law, one, other))

    def noises(self) -> Iterator[tuple[str, Known]]:
        """The law of each noise, given the evidence."""
        for slot in self.mixed.cases[0].known:
            if isinstance(slot, str):
                yield slot, self._chances(slot)
        for at, (name, law) in enumerate(self.mixed.laws[0].rows.sources.items()):
            yield (
                name,
                _mixed(
                    [
                        Bell(
                            p,
                            law.mean + law.sd * float(given.mean[at, 0]),
                            law.sd * float(np.linalg.norm(given.factor[at])),
                        )
                        for p, _, given in self._parts()
                    ]
                ),
            )

    def value(self, part: Asked) -> float:
        """The mean or probability that a part asks for."""
        return float(self.mixed.value(part)[0])

    def _parts(self) -> Iterator[tuple[float, Case, Conditioned]]:
        shares = self.mixed.chances[:, 0].tolist()
        return zip(shares, self.mixed.cases, self.mixed.laws, strict=True)

    def _chances(self, slot: Slot) -> dict[Value, float]:
        found: dict[Value, float] = {}
        for share, case, _ in self._parts():
            if share:
                found[case.known[slot]] = found.get(case.known[slot], 0.0) + share
        return dict(sorted(found.items(), key=lambda pair: (str(type(pair[0])), pair[0])))


def _bell(share: float, law: Conditioned, number: int, minus: int | None) -> Bell:
    margin = law.margin(number, 0.0 if minus is None else minus)
    mean, size = float(margin.means[0]), float(margin.size[0])
    return Bell(share, 0.0 if abs(mean) <= SURE * size else mean, margin.sd)


def _apart(case: Case, law: Conditioned, one: int, other: int) -> bool:
    if one in case.known and other in case.known:
        return bool(case.known[one] != case.known[other])
    bell = _bell(1.0, law, one, other)
    return bool(bell.mean or bell.sd)


def _mixed(bells: Sequence[Bell]) -> Known:
    """A mixture of normal laws; one value where there is only one."""
    shares, means, sds = (np.array(column) for column in zip(*bells, strict=True))
    mean = float(shares @ means)
    sd = float(np.sqrt(shares @ (sds**2 + (means - mean) ** 2)))
    if sd <= SURE * max(1.0, float(np.abs(means).max())):
        return {mean: 1.0}
    wide = np.where(sds > 0, sds, SURE * sd)

    def below(at: float) -> float:
        return float(shares @ special.ndtr((at - means) / wide))

    reach = 40 * float(wide.max()) + float(np.ptp(means))
    low, high = (_quantile(below, p, mean - reach, mean + reach) for p in TAILS)
    return Spread(mean, sd, low, high)


def _quantile(below: Callable[[float], float], share: float, low: float, high: float) -> float:
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if below(middle) < share else (low, middle)
    return 0.5 * (low + high)
