"""What a study cannot mean, found before anything runs.

These are also checked when an old study is read, so a rule is added only if no released version let
a study through that breaks it; what a plan refuses besides stands in `ablation.plan`.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, TypeVar

from ablation.canonical import Json, canonical
from ablation.component import Component
from ablation.errors import (
    AlreadyOffError,
    DuplicateNameError,
    SameComponentError,
    SettingError,
    StudyError,
    UnknownComponentError,
    UnknownConditionError,
    UnknownNameError,
)

if TYPE_CHECKING:
    from ablation.study.statement import Study

T = TypeVar("T")
CORRECTIONS = ("holm", "bonferroni", "benjamini-hochberg", "none")
_MOST_SEEDS = 1_000_000


def check(study: "Study") -> None:
    """Raise the first error of a study, of its text, names, components, contrasts or seeds."""
    _check_text(study)
    _check_names(study)
    _check_components(study)
    _check_conditions(study)
    _check_rest(study)


def several(kind: type[T], given: object) -> tuple[T, ...]:
    """Read a list of things of one kind.

    >>> several(Component, "attention")
    Traceback (most recent call last):
    ablation.errors.StudyError: a list of Component is asked for, and 'attention' is none.
    """
    if isinstance(given, str | bytes | Mapping) or not isinstance(given, Iterable):
        raise StudyError(f"a list of {kind.__name__} is asked for, and {given!r} is none.")
    things = tuple(given)
    if strange := [each for each in things if not isinstance(each, kind)]:
        raise StudyError(f"{strange[0]!r} stands where a {kind.__name__} is asked for.")
    return things


def of_kind(kind: type[T], given: object) -> T:
    """Read one thing of a kind.

    >>> of_kind(int, "5")
    Traceback (most recent call last):
    ablation.errors.StudyError: '5' stands where an instance of int is asked for.
    """
    if isinstance(given, type) or not isinstance(given, kind):
        raise StudyError(f"{given!r} stands where an instance of {kind.__name__} is asked for.")
    return given


def numbered(seeds: int | Iterable[int]) -> tuple[int, ...]:
    """Read seeds: how many there are, or the list of their numbers.

    >>> numbered(3), numbered([7, 9])
    ((0, 1, 2), (7, 9))
    """
    if isinstance(seeds, int) and seeds > _MOST_SEEDS:
        raise StudyError(f"seeds is {seeds:,}; up to {_MOST_SEEDS:,} can be planned.")
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


def _check_text(study: "Study") -> None:
    if not study.name or study.name != study.name.strip() or not study.name.isprintable():
        raise SettingError("name", f"a study needs a name that prints, not {study.name!r}.")
    for kind, named in (("system", study.system), ("evaluate", study.evaluate)):
        if named is None:
            continue
        module, colon, function = named.partition(":")
        if not (module and colon and function):
            what = "the system" if kind == "system" else kind
            problem = f"{what} is {named!r}: name it as 'package.module:function'."
            raise SettingError(kind, problem)


def _check_names(study: "Study") -> None:
    named = {
        "component": [each.name for each in study.components],
        "metric": [each.name for each in study.metrics],
        "seed": [str(each) for each in study.seeds],
    }
    for kind, names in named.items():
        if not names:
            raise StudyError(f"the study {study.name!r} has no {kind}.")
        _refuse_twice(kind, names)
    _refuse_twice("contrast", [each.name for each in study.contrasts])


def _refuse_twice(kind: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise DuplicateNameError(kind, name)
        seen.add(name)


def _check_components(study: "Study") -> None:
    """Refuse what would change nothing, and two names for one change (aliasing by mistake)."""
    nested = any("." in (each.key or "") for each in study.components)
    first: dict[str, Component] = {}
    for each in study.components:
        if each.retrains:
            each.require_in(study.config)
            if each.is_off(study.config):
                raise AlreadyOffError(each.name, each.switched)
        known = first.setdefault(_change(each, study.config if nested else None), each)
        if known is not each:
            raise SameComponentError(known.name, each.name, known.how)


def _change(component: Component, config: Mapping[str, Json] | None) -> str:
    """Write what switching a component off changes: equal texts are one component.

    Where a switch reaches into a table, another may hold that table: then whole configurations
    are compared.
    """
    patch: Json = [component.module, str(component.by)] if component.module else None
    if config is not None and component.retrains:
        return canonical([_alike(component.switched_off(config)), patch])
    return canonical([component.key, _alike(component.off), component.feature, patch])


def _alike(value: Json) -> Json:
    """Write 0 and 0.0 alike, inside of tables too."""
    match value:
        case bool():
            return value
        case int() if abs(value) < 2**53:
            return float(value)
        case Mapping():
            return {key: _alike(item) for key, item in value.items()}
        case list() | tuple():
            return [_alike(item) for item in value]
    return value


def _check_conditions(study: "Study") -> None:
    """Refuse names that stand for two conditions, and contrasts of conditions not run."""
    at_first = study.design.at(study.seeds[0])
    _refuse_twice("condition", [each.name for each in at_first.conditions(study.components)])
    if not study.contrasts:
        return
    known = [each.name for each in study.conditions]
    for each in study.contrasts:
        for name in each.weights:
            if name not in known:
                raise UnknownConditionError(each.name, name, known)
    if study.design.at(0) != study.design.at(1):
        raise StudyError(
            f"the design {study.design.name} draws other conditions in every block, so a contrast "
            "of some of them cannot be followed: state contrasts with another design."
        )


def _check_rest(study: "Study") -> None:
    if study.correction not in CORRECTIONS:
        raise UnknownNameError("correction", study.correction, CORRECTIONS)
    known = [each.name for each in study.components]
    for name in study.budget.unequal:
        if name not in known:
            raise UnknownComponentError(name, known)
    if study.baseline is None:
        return
    if study.baseline != "sqrt" and (
        type(study.baseline) is not int or study.baseline < len(study.seeds)
    ):
        raise SettingError(
            "baseline",
            f'baseline is {study.baseline!r}: it is "sqrt", or how many runs the baseline gets, '
            f"{len(study.seeds)} (one a seed) or more.",
        )
    if not study.takes_baselines:
        what = "crossed seeds" if study.streams.crossed else f"the design {study.design.name}"
        raise SettingError(
            "baseline",
            f"baseline is stated, and with {what} there are no more runs of it to make: drop it, "
            "or take leave-one-out, pairs or group-screening with plain seeds.",
        )
