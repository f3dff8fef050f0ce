"""Would it still hold with the component off? The answer, with everything it rests on.

Probabilities of causation after Pearl (1999) and Tian & Pearl (2000), here not bounded but
counted, because the noise of a module can be held fixed between two worlds.
"""

import math
from dataclasses import dataclass, field

from markupsafe import Markup

from ablation.attribution.draws import Chances, Counts
from ablation.attribution.given import Given, input_figure
from ablation.attribution.intervals import Interval
from ablation.pages.figures.ribbons import Shares, two_worlds
from ablation.pages.fragment import beside, fragment, paragraph, table
from ablation.pages.numbers import interval, number

HEAD = ("", "value", "interval", "what the frequencies alone allow")


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
    counts: Counts | Chances
    random: bool
    sites: tuple[str, ...]
    engine: str
    margins: Margins | None = None
    level: float = 0.95
    assumptions: tuple[str, ...] = field(default=())
    unit: str = "draw"  # what is counted: draws of the noise, or seeds that were trained
    given: Given | None = field(default=None, repr=False)
    drawn: int | None = None  # where draws that do not agree with what else was seen were left out

    @property
    def draws(self) -> int:
        """Draws of the noise, each run in both worlds."""
        return self.counts.draws if self.drawn is None else self.drawn

    @property
    def accepted(self) -> int:
        """Draws that agree with the evidence: the event held, or could, with the component on."""
        return self.counts.accepted

    @property
    def kind(self) -> str:
        """Which intervals these are: "Clopper-Pearson", "empirical Bernstein" or "exact"."""
        return self.counts.kind if self.random else "exact"

    @property
    def probability(self) -> float:
        """P(the event would hold with the component off | it held with it on)."""
        return self.counts.share("both", "on")

    @property
    def interval(self) -> Interval:
        """Interval of `probability`; it holds at any number of draws."""
        return self._interval("both", "on")

    @property
    def necessity(self) -> float:
        """PN: P(the event would not hold with the component off | it held with it on)."""
        return self.counts.share("only_on", "on")

    @property
    def necessity_interval(self) -> Interval:
        """Interval of `necessity`."""
        return self._interval("only_on", "on")

    @property
    def sufficiency(self) -> float:
        """PS: P(switching it on would bring the event about | off, and the event does not hold).

        NaN where the event always holds with the component off: there is nothing to bring about.
        """
        return self.counts.share("only_on", "failed")

    @property
    def sufficiency_interval(self) -> Interval:
        """Interval of `sufficiency`; [0, 1] where that is not defined."""
        return self._interval("only_on", "failed")

    @property
    def necessity_and_sufficiency(self) -> float:
        """PNS: P(the event holds with the component on, and not with it off)."""
        return self.counts.share("only_on", "draws")

    @property
    def necessity_and_sufficiency_interval(self) -> Interval:
        """Interval of `necessity_and_sufficiency`."""
        return self._interval("only_on", "draws")

    @property
    def on(self) -> float:
        """P(the event) with the component on."""
        return self.counts.share("on", "draws")

    @property
    def off(self) -> float:
        """P(the event) with the component off."""
        return self.counts.share("off", "draws")

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

    @property
    def necessity_bounds(self) -> Interval:
        """All that the frequencies alone allow `necessity` to be (Tian & Pearl 2000)."""
        low, high = self.bounds
        return 1 - high, 1 - low

    @property
    def sufficiency_bounds(self) -> Interval:
        """All that the frequencies alone allow `sufficiency` to be; [0, 1] where undefined."""
        low, high = self.necessity_and_sufficiency_bounds
        failed = 1 - self.off
        return (low / failed, high / failed) if failed else (0.0, 1.0)

    @property
    def necessity_and_sufficiency_bounds(self) -> Interval:
        """All that the frequencies alone allow `necessity_and_sufficiency` to be."""
        return max(0.0, self.on - self.off), min(self.on, 1 - self.off)

    def _interval(self, part: str, whole: str) -> Interval:
        if self.random:
            return self.counts.interval(part, whole, self.level)
        share = self.counts.share(part, whole)
        return (0.0, 1.0) if math.isnan(share) else (share, share)

    def _repr_html_(self) -> str:
        pictures = [worlds_figure(self)]
        if self.given and (drawn := input_figure(self.given)):
            pictures.insert(0, drawn)
        return str(
            fragment(
                paragraph(str(self), "lead"),
                beside(*pictures),
                table(HEAD, rows(self)),
                paragraph(f"Intervals: {kind(self)}. {self.engine}.", "small"),
                *(paragraph(each, "small") for each in self.assumptions),
            )
        )

    def __str__(self) -> str:
        off = f"if {self.component} were off ({self.operator})"
        if not self.random:
            still = "would still be" if self.probability else "would no longer be"
            by = self.margins
            how = f", by {by.off:+.3g} where it is {by.on:+.3g}" if by else ""
            return f"Given that {self.event}, it {still} so {off}{how}. Nothing is random."
        return (
            f"Given that {self.event}, it would still be so with probability "
            f"{self.probability:.3f}{self._precision()} {off}{self._evidence()}. {self._anew} "
            f"would have said {self.independent:.3f}; the frequencies alone allow "
            f"{self.bounds[0]:.3f} to {self.bounds[1]:.3f}."
        )

    def _precision(self) -> str:
        low, high = self.interval
        return "" if self.kind == "exact" else f" [{low:.3f}, {high:.3f}]"

    @property
    def _anew(self) -> str:
        return "Noise drawn anew" if self.unit == "draw" else "Seeds of its own"

    def _evidence(self) -> str:
        match self.counts:
            case Counts(both=both, accepted=accepted):
                agree = f"{accepted:,} {self.unit}s, out of {self.draws:,}, that agree with it"
                return f": in {both:,} of the {agree}"
            case Chances(alone=True):
                return ", exactly: the last draw is all that is random"
        return f": exact for the last draw, averaged over {self.draws:,} draws of all other noise"


def asked(answer: Explanation) -> str:
    """The question that an explanation answers."""
    return f"Would it still be so that {answer.event}, without {answer.component}?"


def kind(answer: Explanation) -> str:
    """Which intervals an explanation has, in words."""
    exact = "none is needed, as nothing is left to chance"
    return exact if answer.kind == "exact" else f"{answer.kind}, {answer.level:.0%}"


def worlds_figure(answer: Explanation) -> Markup:
    """The draws as ribbons from the world with the component to the one without."""
    on = f"with {answer.component}"
    return two_worlds(_shares(answer), on=on, off="without it", title=asked(answer))


def _shares(answer: Explanation) -> Shares:
    every = (answer.counts.share(name, "draws") for name in ("both", "only_on", "only_off"))
    both, on, off = every
    return Shares(both, on, off, max(0.0, 1 - both - on - off))


def rows(answer: Explanation) -> list[tuple[str, str, str, str]]:
    """Probabilities of causation with their intervals and bounds, as text under `HEAD`."""
    every = (
        ("would still hold", answer.probability, answer.interval, answer.bounds),
        ("necessity (PN)", answer.necessity, answer.necessity_interval, answer.necessity_bounds),
        ("sufficiency (PS)", answer.sufficiency, answer.sufficiency_interval,
         answer.sufficiency_bounds),
        ("both (PNS)", answer.necessity_and_sufficiency,
         answer.necessity_and_sufficiency_interval, answer.necessity_and_sufficiency_bounds),
    )  # fmt: skip
    return [
        (name, number(value, 3), _ends(value, ends), interval(*bounds, 3))
        for name, value, ends, bounds in every
    ]


def _ends(value: float, ends: tuple[float, float]) -> str:
    if math.isnan(value):
        return "–"
    return "exact" if ends[0] == ends[1] else interval(*ends, 3)
