"""A study states its question before it runs; what it states is a value with a digest.

Pre-registration after Nosek et al. 2018: components, design, metrics, contrasts and seeds are fixed
first, so a result cannot choose them. `ablation.store` refuses a study that was changed afterwards.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from math import sqrt
from pathlib import Path
from types import FunctionType
from typing import Literal, TypeAlias, cast

from ablation.canonical import Json, canonical, frozen, plain
from ablation.component import Component
from ablation.design import (
    Condition,
    Contrast,
    Design,
    GroupScreening,
    LeaveOneOut,
    Pairs,
    Seeds,
    written,
)
from ablation.design import design as named
from ablation.errors import AblationError, StudyError, UnknownComponentError
from ablation.study import definition as saved
from ablation.study.budget import Budget
from ablation.study.checks import check, numbered, of_kind, several
from ablation.study.definition import Definition
from ablation.study.metric import Metric
from ablation.study.streams import Streams
from ablation.study.toml import read_toml

System: TypeAlias = Callable[[dict[str, Json], Seeds], Mapping[str, float]]
"""What is studied: `train(config, seeds)` returns the metrics; it may return more numbers."""

Trainer: TypeAlias = Callable[[dict[str, Json], Seeds], object]
"""The first half of a system in two: it returns what the other half judges."""

Evaluator: TypeAlias = Callable[..., Mapping[str, float]]
"""The second half, `evaluate(trained, config, seeds)`: it returns the metrics."""


@dataclass(frozen=True, init=False)
class Study:
    """What is asked, of which system, and how it will be answered.

    `system` is a function, or its name "package.module:function"; a design without settings and a
    metric of which more is better may be given by name too. `seeds` is how many blocks of
    paired runs there are, or the list of their numbers, or a table of random streams to be
    crossed, {"split": 3, "init": 5}. The first metric is the primary one.

    A system in two functions has the second one as `evaluate`: then a component with a module is
    ablated in the trained network. `contrasts` are asked for beside those of the design.
    `correction` is for how many were looked at: "holm", "bonferroni", "benjamini-hochberg" or
    "none". `held` are random streams that no block changes. `baseline` is how many runs the
    baseline gets, "sqrt" for √K times those of an arm, where K arms are compared with it.

    >>> from ablation.design import LeaveOneOut
    >>> study = Study("toy", "toy_system:train", [Component("attention", switch="attention")],
    ...               LeaveOneOut(), [Metric("accuracy")], seeds=3, config={"attention": True})
    >>> study.seeds, [condition.name for condition in study.conditions]
    ((0, 1, 2), ['baseline', 'without attention'])
    """

    name: str
    system: str
    components: tuple[Component, ...]
    design: Design
    metrics: tuple[Metric, ...]
    seeds: tuple[int, ...]
    config: Mapping[str, Json]
    question: str
    evaluate: str | None
    contrasts: tuple[Contrast, ...]
    correction: str
    budget: Budget
    streams: Streams
    baseline: int | Literal["sqrt"] | None
    function: Trainer | None = field(repr=False, compare=False)
    judge: Evaluator | None = field(repr=False, compare=False)
    folder: Path | None = field(repr=False, compare=False)

    def __init__(  # noqa: PLR0917  # the six things that a study states, in this order
        self,
        name: str,
        system: str | System | Trainer,
        components: Iterable[Component],
        design: Design | str,
        metrics: Iterable[Metric | str],
        seeds: int | Iterable[int] | Mapping[str, int],
        *,
        config: Mapping[str, Json] | None = None,
        question: str = "",
        evaluate: str | Evaluator | None = None,
        contrasts: Iterable[Contrast] = (),
        correction: str = "holm",
        budget: Budget | None = None,
        held: Iterable[str] = (),
        baseline: int | Literal["sqrt"] | None = None,
        folder: Path | None = None,
    ) -> None:
        streams = Streams(held, seeds if isinstance(seeds, Mapping) else {})
        stated = {
            "name": name,
            "system": system if isinstance(system, str) else _name_of(system),
            "components": several(Component, components),
            "design": _design(design),
            "metrics": several(Metric, _metrics(metrics)),
            "seeds": numbered(streams.blocks or 0 if isinstance(seeds, Mapping) else seeds),
            "config": frozen(config or {}, called="config"),
            "question": question,
            "evaluate": evaluate if isinstance(evaluate, str | None) else _name_of(evaluate),
            "contrasts": several(Contrast, contrasts),
            "correction": correction,
            "budget": Budget() if budget is None else of_kind(Budget, budget),
            "streams": streams,
            "baseline": baseline,
            "function": None if isinstance(system, str) else system,
            "judge": evaluate if callable(evaluate) else None,
            "folder": folder,
        }
        for key, value in stated.items():
            object.__setattr__(self, key, value)
        check(self)

    def __hash__(self) -> int:
        return hash(self.text)

    @classmethod
    def from_toml(cls, path: str | Path) -> "Study":
        """Read a study file; its system is looked for beside the file first."""
        return saved_in(Path(path))

    @classmethod
    def from_definition(cls, definition: Definition, folder: Path | None = None) -> "Study":
        """Read what `definition` wrote."""
        streams = saved.streams(definition.get("streams", {}))
        return cls(
            definition["name"],
            definition["system"],
            [saved.component(entry) for entry in definition["components"]],
            named(cast("str | Mapping[str, Json]", definition["design"])),
            [saved.metric(entry) for entry in definition["metrics"]],
            streams.crossed or definition["seeds"],
            config=definition["config"],
            question=definition["question"],
            evaluate=definition.get("evaluate"),
            contrasts=[saved.contrast(entry) for entry in definition.get("contrasts", [])],
            correction=definition.get("correction", "holm"),
            budget=saved.budget(definition.get("budget", {})),
            held=streams.held,
            baseline=cast("int | Literal['sqrt'] | None", definition.get("baseline")),
            folder=folder,
        )

    def definition(self) -> Definition:
        """Write everything that was stated as plain JSON; `from_definition` reads it.

        What is left at its default is not written, so the digest of an old study stays.
        """
        stated = Definition(
            name=self.name,
            question=self.question,
            system=self.system,
            config=plain(self.config),
            components=[saved.component_entry(each) for each in self.components],
            design=written(self.design),
            metrics=[saved.metric_entry(each) for each in self.metrics],
            seeds=list(self.seeds),
        )
        optional: dict[str, Json] = {
            "evaluate": self.evaluate or "",
            "contrasts": cast("Json", [saved.contrast_entry(each) for each in self.contrasts]),
            "correction": "" if self.correction == "holm" else self.correction,
            "budget": cast("Json", saved.budget_entry(self.budget)),
            "streams": cast("Json", saved.streams_entry(self.streams)),
            "baseline": self.baseline,
        }
        given = {name: value for name, value in optional.items() if value}
        return cast("Definition", {**stated, **given})

    @property
    def text(self) -> str:
        """The definition as one line of canonical JSON: another text is another study."""
        return canonical(cast("Json", self.definition()))

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What the design compares in any block, the baseline first."""
        blocks = dict.fromkeys(self.design.at(seed) for seed in self.seeds)
        found: dict[str, Condition] = {}
        for block in blocks:
            for each in block.conditions(self.components):
                found.setdefault(each.name, each)
        return tuple(found.values())

    @property
    def extra_seeds(self) -> tuple[int, ...]:
        """Seeds beyond those of the blocks in which the baseline alone runs."""
        if self.baseline is None:
            return ()
        arms = len(self.design.conditions(self.components)) - 1
        blocks = len(self.seeds)
        runs = round(blocks * sqrt(arms)) if self.baseline == "sqrt" else self.baseline
        first = max(self.seeds) + 1
        return tuple(range(first, first + max(runs - blocks, 0)))

    @property
    def takes_baselines(self) -> bool:
        """Whether every arm is compared with the baseline, so that more runs of it may be asked."""
        alone = isinstance(self.design, LeaveOneOut | Pairs | GroupScreening)
        return alone and not self.streams.crossed

    @property
    def importable(self) -> bool:
        """Whether a worker process can find the system by its name."""
        names = [self.system, *([self.evaluate] if self.evaluate else [])]
        return not any(name.startswith("__main__:") or "<" in name for name in names)

    def component(self, name: str) -> Component:
        """Find a component by name."""
        known = {each.name: each for each in self.components}
        if name not in known:
            raise UnknownComponentError(name, known)
        return known[name]


def saved_in(path: Path) -> Study:
    """Read a study file; what the study refuses is told with the line that says it."""
    source = read_toml(path)
    try:
        return Study.from_definition(source.definition, folder=path.resolve().parent)
    except AblationError as error:
        raise source.located(error) from error


def _design(stated: Design | str) -> Design:
    if isinstance(stated, str):
        return named(stated)
    if isinstance(stated, type) or not isinstance(stated, Design):
        raise StudyError(f"the design is {stated!r}: give one, as LeaveOneOut(), or its name.")
    return stated


def _metrics(stated: Iterable[Metric | str]) -> Iterable[object]:
    """Make metrics of names; one name alone is no list of them."""
    if isinstance(stated, str) or not isinstance(stated, Iterable):
        return stated
    return [Metric(each) if isinstance(each, str) else each for each in stated]


def _name_of(function: object) -> str:
    if not isinstance(function, FunctionType):
        raise StudyError(
            f"the system is {function!r}: pass a function, or its name 'package.module:function'."
        )
    return f"{function.__module__}:{function.__qualname__}"
