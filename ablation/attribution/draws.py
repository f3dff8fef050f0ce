"""What the draws of the noise said: in both worlds, in one, in neither.

`Counts` are draws in which the event held or did not. `Chances` are draws in which it still had a
chance, because a last draw, that of the label itself, was integrated out in closed form.
"""

from dataclasses import dataclass

import numpy as np

from ablation.attribution.intervals import Interval, Shares, binomial, ratio


@dataclass(frozen=True, slots=True)
class Counts:
    """In how many draws of the noise the event held: in both worlds, in one, in neither.

    >>> counts = Counts(both=70, only_on=20, only_off=2, neither=8)
    >>> counts.on, counts.off, counts.failed, counts.draws
    (90, 72, 28, 100)
    """

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

    @property
    def failed(self) -> int:
        """Draws in which the event did not hold with the component off."""
        return self.draws - self.off

    @property
    def accepted(self) -> int:
        """Draws that agree with the evidence: the event held with the component on."""
        return self.on

    @property
    def kind(self) -> str:
        """Which interval it is."""
        return "Clopper-Pearson"

    def share(self, part: str, whole: str) -> float:
        """Divide one count by another; NaN where there is nothing to divide by."""
        return self.of(part) / self.of(whole) if self.of(whole) else float("nan")

    def interval(self, part: str, whole: str, level: float) -> Interval:
        """Exact binomial interval of a share."""
        return binomial(self.of(part), self.of(whole), level)

    def of(self, column: str) -> int:
        """A count by its name."""
        return int(getattr(self, column))


@dataclass(frozen=True, slots=True, eq=False)
class Chances:
    """For each draw of all other noise, the chances that the last draw leaves: exact, by race."""

    both: Shares
    only_on: Shares
    only_off: Shares
    neither: Shares
    alone: bool = False  # whether the last draw is all that is random

    @property
    def draws(self) -> int:
        """Draws of all other noise; one where there is none."""
        return len(self.both)

    @property
    def on(self) -> Shares:
        """Chance of the event with the component on."""
        return self.both + self.only_on

    @property
    def off(self) -> Shares:
        """Chance of the event with the component off."""
        return self.both + self.only_off

    @property
    def failed(self) -> Shares:
        """Chance that the event does not hold with the component off."""
        return self.only_on + self.neither

    @property
    def accepted(self) -> int:
        """Draws in which the event had a chance: none is thrown away, each has its weight."""
        return int((self.on > 0).sum())

    @property
    def kind(self) -> str:
        """Which interval it is."""
        return "exact" if self.alone else "empirical Bernstein"

    def share(self, part: str, whole: str) -> float:
        """Divide one mean by another; NaN where there is nothing to divide by."""
        over = self.of(whole).mean()
        return float(self.of(part).mean() / over) if over else float("nan")

    def interval(self, part: str, whole: str, level: float) -> Interval:
        """A point where nothing else is random, else an interval of the ratio of means."""
        if not self.alone:
            return ratio(self.of(part), self.of(whole), level)
        share = self.share(part, whole)
        return (share, share) if np.isfinite(share) else (0.0, 1.0)

    def of(self, column: str) -> Shares:
        """A column by its name."""
        return np.ones(self.draws) if column == "draws" else np.asarray(getattr(self, column))
