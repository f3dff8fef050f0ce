"""How each condition comes about: by training without what is off, by patching what was trained.

Declared once, realised both ways: in the first a component is off in the configuration, where it
has a switch, and otherwise patched; in the second, "at inference", all that is off is patched. The
second needs a system in two functions, `train` and `evaluate`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from ablation.canonical import Json
from ablation.component import Component
from ablation.design import Condition, Contrast, Design
from ablation.errors import DuplicateNameError
from ablation.plan.altering import Configurations
from ablation.study import Study

AT_INFERENCE = " at inference"
How: TypeAlias = Literal["trained", "trained and patched", "patched"]


@dataclass(frozen=True, slots=True)
class Realised:
    """A condition as trials run it: its configuration, and the modules that are patched."""

    name: str
    condition: Condition
    config: Mapping[str, Json]
    patches: tuple[tuple[str, str], ...]

    @property
    def how(self) -> How:
        """Which of the two realisations it is, or both in one."""
        switched = any(each.retrains for each in self.condition.off) and not self.all_patched
        if not self.patches:
            return "trained"
        return "trained and patched" if switched else "patched"

    @property
    def all_patched(self) -> bool:
        """Whether everything that is off is patched."""
        return len(self.patches) == len(self.condition.off) > 0

    @property
    def changed(self) -> tuple[str, ...]:
        """What is changed and where, in words, for each component that is off."""
        patched = dict(self.patches)
        return tuple(
            f"{each.by} in {each.module}" if each.module in patched else each.switched
            for each in self.condition.off
        )

    @property
    def changes(self) -> str:
        """All that is changed, in one line."""
        return ", ".join(self.changed)


@dataclass(frozen=True, slots=True)
class NotRun:
    """A condition that no trial will realise, and why."""

    condition: str
    reason: str


def realised(study: Study, design: Design) -> Iterator[Realised | NotRun]:
    """Say of every condition of a design how it is realised, the baseline first."""
    yield from Realiser(study).of(design)


class Realiser:
    """Realises the conditions of many designs of one study: what they share is read once."""

    def __init__(self, study: Study, configurations: Configurations | None = None) -> None:
        self._study = study
        self._configurations = configurations or Configurations(study)
        self._patches = {
            1 << place: (each.module, str(each.by))
            for place, each in enumerate(study.components)
            if each.module
        }
        self._patchable = sum(self._patches)
        self._switched = sum(
            1 << place for place, each in enumerate(study.components) if each.retrains
        )

    def of(self, design: Design) -> Iterator[Realised | NotRun]:
        """Say of every condition of a design how it is realised, the baseline first."""
        without = self._configurations.without
        for each in design.conditions(self._study.components):
            if self._patches:
                yield from self._both(each)
            else:
                yield Realised(each.name, each, without(each.mask), ())

    def _both(self, condition: Condition) -> Iterator[Realised | NotRun]:
        study, off = self._study, condition.mask
        unswitched = off & ~self._switched
        if unswitched and study.evaluate is None:
            first = next(each for each in condition.off if not each.retrains)
            yield NotRun(condition.name, _no_evaluate(first))
            return
        config = self._configurations.without(off)
        yield Realised(condition.name, condition, config, self._patched(unswitched))
        # Where all of it is patched and some of it is trained too, there are two conditions.
        if study.evaluate is not None and off & self._switched and not off & ~self._patchable:
            name = condition.name + AT_INFERENCE
            yield Realised(name, condition, study.config, self._patched(off))

    def _patched(self, mask: int) -> tuple[tuple[str, str], ...]:
        return tuple(each for bit, each in self._patches.items() if mask & bit)


def _no_evaluate(component: Component) -> str:
    return (
        f"{component.name} has no switch: {component.how} is an ablation at inference, for which "
        "the study names a function evaluate(trained, config, seeds)"
    )


def contrasts(study: Study, design: Design) -> tuple[Contrast, ...]:
    """List the effects of a design, and after them those that are realised at inference too.

    The second effect of a component is called "attention at inference".
    """
    asked = design.contrasts(study.components)
    return (*asked, *_twins(study, design, asked))


def interactions(study: Study, design: Design) -> tuple[Contrast, ...]:
    """List the interactions that a design can tell, of conditions that are realised."""
    asked = design.interactions(study.components)
    if not asked:
        return ()
    names = _names(study, design)
    plain = tuple(each for each in asked if each.weights.keys() <= names)
    return (*plain, *_twins(study, design, plain))


def plasticity(study: Study, design: Design) -> tuple[Contrast, ...]:
    """Compare the effect by training with the effect at inference, where a component has both.

    It is what is *not* made up for by training without the component: near zero, training does
    not help; far below, the network learns to do without.
    """
    plain = contrasts(study, design)
    known = {each.name: each for each in plain}
    return tuple(
        Contrast(f"plasticity of {each.name}", *_minus(each, other))
        for each in plain
        if (other := known.get(each.name + AT_INFERENCE)) is not None
    )


def _twins(study: Study, design: Design, asked: Sequence[Contrast]) -> tuple[Contrast, ...]:
    """Ask the same at inference, wherever all that is weighed is patched too."""
    if study.evaluate is None:
        return ()
    names = _names(study, design)
    twins = (_at_inference(each, names) for each in asked)
    return tuple(each for each in twins if each is not None)


def _names(study: Study, design: Design) -> set[str]:
    return {each.name for each in realised(study, design) if isinstance(each, Realised)}


def _at_inference(contrast: Contrast, names: set[str]) -> Contrast | None:
    """Put the patched conditions in the place of the trained ones; None if one is lacking."""

    def twin(name: str) -> str:
        return name if name == "baseline" else name + AT_INFERENCE

    on, off = ({twin(name): weight for name, weight in side.items()} for side in contrast.sides)
    if not {*on, *off} <= names:
        return None
    return Contrast(contrast.name + AT_INFERENCE, on, off, contrast.aliases)


def _minus(first: Contrast, second: Contrast) -> tuple[dict[str, float], dict[str, float]]:
    """The sides of a difference of two contrasts; what both have drops out."""
    weights = first.weights
    for name, weight in second.weights.items():
        weights[name] = weights.get(name, 0.0) - weight
    kept = {name: weight for name, weight in weights.items() if abs(weight) > 1e-12}
    on = {name: weight for name, weight in kept.items() if weight > 0}
    return on, {name: -weight for name, weight in kept.items() if weight < 0}


def distinct(conditions: Iterable[Realised]) -> tuple[Realised, ...]:
    """List conditions, each once; refuse a name that stands for two.

    A component may be called "x at inference", and numbers in names may be alike by chance.
    """
    known: dict[str, Realised] = {}
    for each in conditions:
        if known.setdefault(each.name, each).condition.mask != each.condition.mask:
            raise DuplicateNameError("condition", each.name)
    return tuple(known.values())
