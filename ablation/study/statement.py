"""A study states its question before it runs; what it states is a value with a digest.

Pre-registration after Nosek et al. 2018: components, design, metrics and seeds are fixed first,
so a result cannot choose them. `ablation.store` refuses a study that was changed afterwards.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from types import FunctionType
from typing import TypeAlias, cast

from ablation.canonical import Json, canonical, frozen, plain, same
from ablation.component import Component
from ablation.design import Condition, Design, Seeds, design
from ablation.errors import (
    AlreadyOffError,
    DuplicateNameError,
    SameComponentError,
    StudyError,
    UnknownComponentError,
)
from ablation.study import definition as saved
from ablation.study.definition import Definition
from ablation.study.metric import Metric
from ablation.study.toml import read_toml

System: TypeAlias = Callable[[dict[str, Json], Seeds], Mapping[str, float]]
"""What is studied: `train(config, seeds)` returns the metrics; it may return more numbers."""


@dataclass(frozen=True, init=False)
class Study:
    """What is asked, of which system, and how it will be answered.

    `system` is a function, or its name "package.module:function". `seeds` is how many blocks of
    paired runs there are, or the list of their numbers. The first metric is the primary one.

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
    function: System | None = field(repr=False, compare=False)
    folder: Path | None = field(repr=False, compare=False)

    def __init__(  # noqa: PLR0917  # the six things that a study states, in this order
        self,
        name: str,
        system: str | System,
        components: Iterable[Component],
        design: Design,
        metrics: Iterable[Metric],
        seeds: int | Iterable[int],
        *,
        config: Mapping[str, Json] | None = None,
        question: str = "",
        folder: Path | None = None,
    ) -> None:
        stated = {
            "name": name,
            "system": system if isinstance(system, str) else _name_of(system),
            "components": tuple(components),
            "design": design,
            "metrics": tuple(metrics),
            "seeds": _numbered(seeds),
            "config": frozen(config or {}, called="config"),
            "question": question,
            "function": None if isinstance(system, str) else system,
            "folder": folder,
        }
        for key, value in stated.items():
            object.__setattr__(self, key, value)
        _check_text(self)
        _check_names(self)
        _check_components(self)

    def __hash__(self) -> int:
        return hash(self.text)

    @classmethod
    def from_toml(cls, path: str | Path) -> "Study":
        """Read a study file; its system is looked for beside the file first."""
        path = Path(path)
        return cls.from_definition(read_toml(path), folder=path.resolve().parent)

    @classmethod
    def from_definition(cls, definition: Definition, folder: Path | None = None) -> "Study":
        """Read what `definition` wrote."""
        return cls(
            definition["name"],
            definition["system"],
            [saved.component(entry) for entry in definition["components"]],
            design(definition["design"]),
            [saved.metric(entry) for entry in definition["metrics"]],
            definition["seeds"],
            config=definition["config"],
            question=definition["question"],
            folder=folder,
        )

    def definition(self) -> Definition:
        """Write everything that was stated as plain JSON; `from_definition` reads it."""
        return Definition(
            name=self.name,
            question=self.question,
            system=self.system,
            config=plain(self.config),
            components=[saved.component_entry(each) for each in self.components],
            design=self.design.name,
            metrics=[saved.metric_entry(each) for each in self.metrics],
            seeds=list(self.seeds),
        )

    @property
    def text(self) -> str:
        """The definition as one line of canonical JSON: another text is another study."""
        return canonical(cast("Json", self.definition()))

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What the design compares, the baseline first."""
        return self.design.conditions(self.components)

    @property
    def importable(self) -> bool:
        """Whether a worker process can find the system by its name."""
        return not self.system.startswith("__main__:") and "<" not in self.system

    def component(self, name: str) -> Component:
        """Find a component by name."""
        known = {each.name: each for each in self.components}
        if name not in known:
            raise UnknownComponentError(name, known)
        return known[name]


def _name_of(function: System) -> str:
    if not isinstance(function, FunctionType):
        raise StudyError(
            f"the system is {function!r}: pass a function, or its name 'package.module:function'."
        )
    return f"{function.__module__}:{function.__qualname__}"


def _numbered(seeds: int | Iterable[int]) -> tuple[int, ...]:
    numbers = tuple(range(seeds)) if isinstance(seeds, int) else tuple(seeds)
    if isinstance(seeds, bool) or not all(_is_seed(each) for each in numbers):
        raise StudyError(
            f"seeds is how many there are, or a list of integers from 0; not {seeds!r}."
        )
    if not numbers:
        raise StudyError("a study needs one seed at least, and two to say how sure it is.")
    return numbers


def _is_seed(value: object) -> bool:
    return type(value) is int and 0 <= value < 2**63


def _check_text(study: Study) -> None:
    if not study.name or study.name != study.name.strip() or not study.name.isprintable():
        raise StudyError(f"a study needs a name that prints, not {study.name!r}.")
    module, colon, function = study.system.partition(":")
    if not (module and colon and function):
        raise StudyError(f"the system is {study.system!r}: name it as 'package.module:function'.")


def _check_names(study: Study) -> None:
    named = {
        "component": [each.name for each in study.components],
        "metric": [each.name for each in study.metrics],
        "seed": [str(each) for each in study.seeds],
    }
    for kind, names in named.items():
        if not names:
            raise StudyError(f"the study {study.name!r} has no {kind}.")
        if twice := [name for name in names if names.count(name) > 1]:
            raise DuplicateNameError(kind, twice[0])


def _check_components(study: Study) -> None:
    """Refuse what would change nothing, and two names for one change (aliasing by mistake)."""
    for each in study.components:
        if each.retrains and each.is_off(study.config):
            raise AlreadyOffError(each.name, f"{each.switch} = {canonical(each.off)}")
    for first, second in combinations(study.components, 2):
        if _same_change(first, second, study.config):
            raise SameComponentError(first.name, second.name, first.how)


def _same_change(first: Component, second: Component, config: Mapping[str, Json]) -> bool:
    if first.module != second.module or first.retrains != second.retrains:
        return False
    if first.module and first.by != second.by:
        return False
    if not first.retrains:
        return True
    return same(first.switched_off(config), second.switched_off(config))
