"""What an audit found: a value that prints as a page of findings, each with what it rests on."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from ablation.neural.validity.chains import Chain
from ablation.neural.validity.collateral import Collateral
from ablation.neural.validity.controls import Control
from ablation.neural.validity.joint import JointSet, Role
from ablation.neural.validity.manifold import Typicality
from ablation.neural.validity.question import Question
from ablation.neural.validity.testing import Estimate
from ablation.operators import Operator
from ablation.pages.fragment import fragment, paragraph, table


@dataclass(frozen=True, slots=True)
class Effect:
    """One component under one replacement."""

    component: str
    operator: Operator
    estimate: Estimate
    acted: bool
    typicality: Typicality | None


@dataclass(frozen=True, slots=True)
class Replacements:
    """Whether a component's effect depends on what was put in its place."""

    component: str
    p: float | None  # of "the same under all", None where it could not be tested
    flips: bool  # under some replacement it is surely above zero, under another surely below
    many: int

    def verdict(self, level: float) -> str:
        """The finding, in words."""
        if self.p is None:
            return f"not tested ({self.many} of 3 replacements)" if self.many < 3 else "not tested"
        if self.p >= 1 - level:
            return "no difference found"
        return "changes its sign" if self.flips else "depends on it"


@dataclass(frozen=True, slots=True)
class Audit:
    """Every verdict of one audit; `frame()` has a row for each component."""

    question: Question
    roles: tuple[Role, ...]
    effects: tuple[Effect, ...]
    replacements: tuple[Replacements, ...]
    sets: tuple[JointSet, ...]
    chains: tuple[Chain, ...]
    collateral: tuple[Collateral, ...]
    controls: Mapping[str, Control]
    forwards: float  # whole passes spent; where many sets were swept, fewer than there were runs
    exact_graph: bool
    draws: int
    notes: tuple[str, ...] = ()

    @property
    def estimand(self) -> str:
        """What the effects are effects of, on what, in what: one sentence."""
        return self.question.sentence()

    def verdict(self, component: str) -> str:
        """What a component is for: "necessary", "redundant with ...", "inert" and the like."""
        return next(role.verdict for role in self.roles if role.component == component)

    def frame(self) -> pd.DataFrame:
        """One row a component, under the first replacement."""
        first = {each.component: each for each in reversed(self.effects)}
        methods = {each.component: each for each in self.replacements}
        unclean = {each.component: each.changed for each in self.collateral}
        rows = []
        for role in self.roles:
            found, name = first[role.component], role.component
            control, typical = self.controls.get(name), found.typicality
            rows.append(
                {
                    "component": name,
                    "verdict": role.verdict,
                    "effect": found.estimate.effect,
                    "lower": found.estimate.lower,
                    "upper": found.estimate.upper,
                    "n": found.estimate.n,
                    "replacement": methods[name].verdict(self.question.level),
                    "p_replacement": methods[name].p,
                    "patched": typical.where if typical else "not ranked",
                    "p_patched": typical.p if typical else None,
                    "p_control": control.p if control else None,
                    "collateral": ", ".join(unclean[name]),
                    "reason": role.reason,
                }
            )
        return pd.DataFrame(rows)

    def table(self) -> pd.DataFrame:
        """Every component under every replacement."""
        return pd.DataFrame(
            {
                "component": each.component,
                "operator": str(each.operator),
                "effect": each.estimate.effect,
                "lower": each.estimate.lower,
                "upper": each.estimate.upper,
                "n": each.estimate.n,
                "acted": each.acted,
                "patched": each.typicality.where if each.typicality else "not ranked",
                "distance": each.typicality.distance if each.typicality else None,
                "p_patched": each.typicality.p if each.typicality else None,
            }
            for each in self.effects
        )

    def findings(self) -> list[str]:
        """What is true of several components together, one sentence each."""
        return [
            *(self._set(each) for each in self.sets if len(each.components) > 1),
            *map(self._chain, self.chains),
            self._collateral(),
            *self._control(),
            *self.notes,
        ]

    def __str__(self) -> str:
        shown = _left(self.shown())
        lines = "\n".join(f"- {line}" for line in self.findings())
        return f"{self.estimand}\n\n{shown}\n\n{lines}"

    def _repr_html_(self) -> str:
        shown = self.shown()
        rows = shown.astype(str).itertuples(index=False)
        lines = (paragraph(line, "small") for line in self.findings())
        found = table(shown.columns, rows, "words")
        return str(fragment(paragraph(self.estimand, "lead"), found, *lines))

    def shown(self) -> pd.DataFrame:
        """The table that is printed: numbers as text."""
        frame = self.frame()
        interval = f"effect [{self.question.level:.0%}]"
        return pd.DataFrame(
            {
                "component": frame["component"],
                "verdict": frame["verdict"],
                interval: [_interval(*row) for row in _rows(frame, "effect", "lower", "upper")],
                "replacement": [
                    _with(*row) for row in _rows(frame, "replacement", "p_replacement")
                ],
                "what is put there": [_with(*row) for row in _rows(frame, "patched", "p_patched")],
                "random features": [_with("", *row) for row in _rows(frame, "p_control")],
            }
        )

    def _set(self, each: JointSet) -> str:
        names, found = " and ".join(each.components), each.estimate
        lost = _interval(found.effect, found.lower, found.upper)
        return f"{names} together, and no fewer of them: {lost} is lost."

    def _chain(self, each: Chain) -> str:
        found = each.estimate
        path = f"{each.source} -> {each.through} -> {self.question.metric}"
        lost = _interval(found.effect, found.lower, found.upper)
        link = f"{each.source} changes {each.through} by {each.link:.2g} of its size"
        return f"{path} is {each.verdict}: {link}; {lost} is lost along the path."

    def _collateral(self) -> str:
        compared = sum(each.compared for each in self.collateral)
        unclean = [each for each in self.collateral if not each.clean]
        if not compared:
            return "No component has another that it may not change, so none was compared."
        if not unclean:
            return f"Non-descendants: {compared} comparisons, the change is exactly zero in all."
        told = "; ".join(f"{each.component} changes {', '.join(each.changed)}" for each in unclean)
        return f"Non-descendants CHANGE: {told}. The graph or the module's state is not as assumed."

    def _control(self) -> Sequence[str]:
        if not self.draws:
            return []
        if not self.controls:
            return ["No component has another of its size, so there is no random control."]
        least = f"the smallest p there can be is {1 / (self.draws + 1):.3g}"
        return [
            f"Random features, as many as the component has: {self.draws} draws a size; {least}."
        ]


def _left(frame: pd.DataFrame) -> str:
    """A table as text, every column from the left."""
    cells = [[str(name) for name in frame.columns], *frame.astype(str).to_numpy().tolist()]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in cells]
    return "\n".join(lines)


def _rows(frame: pd.DataFrame, *columns: str) -> list[tuple[object, ...]]:
    return list(frame[list(columns)].astype(object).itertuples(index=False, name=None))


def _interval(effect: object, lower: object, upper: object) -> str:
    return f"{effect:.3g} [{lower:.3g}, {upper:.3g}]"


def _with(words: object, p: object) -> str:
    if not isinstance(p, float) or math.isnan(p):  # pandas writes None as nan
        return str(words) or "not compared"
    value = f"p={p:.2g}" if p >= 0.001 else "p<0.001"
    return f"{words} ({value})" if words else value
