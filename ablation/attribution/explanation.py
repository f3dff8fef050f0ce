"""Would it still hold with the component off? The answer, with everything it rests on.

Probabilities of causation after Pearl (1999) and Tian & Pearl (2000), here not bounded but
counted, because the noise of a module can be held fixed between two worlds.
"""

from dataclasses import dataclass, field
from typing import TypeAlias

from scipy.stats import binomtest

Interval: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Counts:
    """In how many draws of the noise the event held: in both worlds, in one, in neither."""

    both: int
    only_on: int
    only_off: int
    neither: int

    @property
    def draws(self) -> int:
        """All draws."""
        return self.both + self.only_on + self.only_off + self.neither

    @property
    def on(self) -> int:
        """Draws in which the event held with the component on."""
        return self.both + self.only_on

    @property
    def off(self) -> int:
        """Draws in which the event held with the component off."""
        return self.both + self.only_off


@dataclass(frozen=True, slots=True)
class Margins:
    """Mean margin of the event with the component on and off; above zero it holds."""

    on: float
    off: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """What switching a component off would have done to one prediction.

    >>> counts = Counts(both=70, only_on=20, only_off=2, neither=8)
    >>> told = Explanation("attention", "zero", "it is a 3", counts, True, ("mask",), "by hand")
    >>> round(told.probability, 3), round(told.necessity, 3), told.accepted
    (0.778, 0.222, 90)
    >>> print(told)
    Given that it is a 3, it would still be so with probability 0.778 [0.678, 0.859] if attention \
were off (zero): in 70 of the 90 draws, out of 100, that agree with it. Noise drawn anew would \
have said 0.720; the frequencies alone allow 0.689 to 0.800.
    """

    component: str
    operator: str
    event: str
    counts: Counts
    random: bool
    sites: tuple[str, ...]
    engine: str
    margins: Margins | None = None
    level: float = 0.95
    assumptions: tuple[str, ...] = field(default=())

    @property
    def draws(self) -> int:
        """Draws of the noise, each run in both worlds."""
        return self.counts.draws

    @property
    def accepted(self) -> int:
        """Draws that agree with the evidence: the event held with the component on."""
        return self.counts.on

    @property
    def probability(self) -> float:
        """P(the event would hold with the component off | it held with it on)."""
        return self.counts.both / self.counts.on

    @property
    def interval(self) -> Interval:
        """Exact binomial interval of `probability` (Clopper & Pearson 1934)."""
        return self._interval(self.counts.both, self.counts.on)

    @property
    def necessity(self) -> float:
        """PN: P(the event would not hold with the component off | it held with it on)."""
        return self.counts.only_on / self.counts.on

    @property
    def necessity_interval(self) -> Interval:
        """Exact binomial interval of `necessity`."""
        return self._interval(self.counts.only_on, self.counts.on)

    @property
    def sufficiency(self) -> float:
        """PS: P(switching it on would bring the event about | off, and the event does not hold).

        NaN where the event always holds with the component off: there is nothing to bring about.
        """
        failed = self.counts.draws - self.counts.off
        return self.counts.only_on / failed if failed else float("nan")

    @property
    def sufficiency_interval(self) -> Interval:
        """Exact binomial interval of `sufficiency`; [0, 1] where that is not defined."""
        return self._interval(self.counts.only_on, self.counts.draws - self.counts.off)

    @property
    def necessity_and_sufficiency(self) -> float:
        """PNS: P(the event holds with the component on, and not with it off)."""
        return self.counts.only_on / self.counts.draws

    @property
    def necessity_and_sufficiency_interval(self) -> Interval:
        """Exact binomial interval of `necessity_and_sufficiency`."""
        return self._interval(self.counts.only_on, self.counts.draws)

    @property
    def on(self) -> float:
        """P(the event) with the component on."""
        return self.counts.on / self.counts.draws

    @property
    def off(self) -> float:
        """P(the event) with the component off."""
        return self.counts.off / self.counts.draws

    @property
    def effect(self) -> float:
        """On minus off: what this unit contributes to the component's ablation effect."""
        return self.on - self.off

    @property
    def independent(self) -> float:
        """What noise of its own in each world would say in place of `probability`."""
        return self.off

    @property
    def bounds(self) -> Interval:
        """All that the frequencies `on` and `off` alone allow `probability` to be (Frechet)."""
        lower, upper = max(0.0, self.on + self.off - 1), min(self.on, self.off)
        return lower / self.on, upper / self.on

    def _interval(self, successes: int, n: int) -> Interval:
        if not self.random:
            return (successes / n, successes / n) if n else (0.0, 1.0)
        if not n:
            return 0.0, 1.0
        found = binomtest(successes, n).proportion_ci(self.level, method="exact")
        return float(found.low), float(found.high)

    def __str__(self) -> str:
        off = f"if {self.component} were off ({self.operator})"
        if not self.random:
            still = "would still be" if self.counts.both else "would no longer be"
            by = self.margins
            how = f", by {by.off:+.3g} where it is {by.on:+.3g}" if by else ""
            return f"Given that {self.event}, it {still} so {off}{how}. Nothing is random."
        low, high = self.interval
        least, most = self.bounds
        return (
            f"Given that {self.event}, it would still be so with probability "
            f"{self.probability:.3f} [{low:.3f}, {high:.3f}] {off}: in {self.counts.both:,} of "
            f"the {self.accepted:,} draws, out of {self.draws:,}, that agree with it. Noise drawn "
            f"anew would have said {self.independent:.3f}; the frequencies alone allow "
            f"{least:.3f} to {most:.3f}."
        )
