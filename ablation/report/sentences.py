"""An effect in plain words, with its numbers: what a reader would say to a colleague.

"Without attention, accuracy falls from 0.737 to 0.534." Words of cause are earned here: the
component was switched off by us, on the same seeds, and nothing else was.
"""

from ablation.pages.inline import Strong, Text
from ablation.pages.numbers import TIED, count, interval, number, p_value, percent
from ablation.report.effect import Effect


def sentence(effect: Effect, *, places: int, level: float) -> Text:
    """Say what happens to the metric without the component, and how sure that is.

    >>> from ablation.pages.inline import plain_text
    >>> one = Effect(component="attention", metric="accuracy", n=5, failed=0, baseline=0.737,
    ...              ablated=0.534, effect=0.203, lower=0.176, upper=0.23, p_holm=1e-5,
    ...              verdict="matters", note="", higher_is_better=True, equivalence=0.01)
    >>> plain_text(sentence(one, places=3, level=0.95))[:76]
    'Without attention, accuracy falls from 0.737 to 0.534: a difference of 0.203'
    """
    name = Strong(effect.component)
    if not effect.estimated:
        return (name, f": {effect.note or 'not estimated'}.")
    before, after = number(effect.baseline, places), number(effect.ablated, places)
    moved = f"stays at {before}" if before == after else f"{effect.moves} from {before} to {after}"
    head = f", {effect.metric} {moved}: a difference of {number(effect.effect, places)}"
    seeds = counted(effect.n, "seed")
    if not effect.has_interval:
        return ("Without ", name, f"{head}, {seeds}; {effect.note}.")
    sure = f"{percent(level)} interval {interval(effect.lower, effect.upper, places)}"
    p = p_value(effect.p_holm)
    p = f"adjusted p{TIED}{p}" if p.startswith("<") else f"adjusted p{TIED}={TIED}{p}"
    note = f" ({effect.note})" if effect.note else ""
    return ("Without ", name, f"{head}, {sure}, {seeds}, {p}{note}.")


def noun(many: int, one: str) -> str:
    """Put a noun into the form that a number asks for.

    >>> noun(1, "seed"), noun(0, "seed")
    ('seed', 'seeds')
    """
    return one if many == 1 else f"{one}s"


def counted(many: int, one: str) -> str:
    """Put a number before a noun.

    >>> counted(1, "seed"), counted(5000, "seed")
    ('1 seed', '5,000 seeds')
    """
    return f"{count(many)} {noun(many, one)}"
