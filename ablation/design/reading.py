"""From the words of a study file to a design, and back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from ablation.canonical import Json, plain
from ablation.design.condition import Design
from ablation.design.factorial import FractionalFactorial, FullFactorial
from ablation.design.leave_one_out import AddOneIn, LeaveOneOut, Pairs
from ablation.design.plackett_burman import PlackettBurman
from ablation.design.random_masks import RandomMasks
from ablation.design.screening import GroupScreening
from ablation.design.shapley import Shapley, ShapleySampling
from ablation.errors import SettingError, UnknownNameError

Kinds: TypeAlias = tuple[type, ...]


@dataclass(frozen=True, slots=True)
class _Form:
    """A kind of design, and the settings that it takes."""

    make: Callable[..., Design]
    settings: Mapping[str, Kinds]


_FORMS = {
    "leave-one-out": _Form(LeaveOneOut, {}),
    "add-one-in": _Form(AddOneIn, {}),
    "pairs": _Form(Pairs, {}),
    "full-factorial": _Form(FullFactorial, {}),
    "fractional-factorial": _Form(
        FractionalFactorial, {"resolution": (int,), "generators": (list,)}
    ),
    "plackett-burman": _Form(PlackettBurman, {"folded": (bool,)}),
    "shapley": _Form(Shapley, {}),
    "shapley-sampling": _Form(ShapleySampling, {"permutations": (int,), "antithetic": (bool,)}),
    "group-screening": _Form(GroupScreening, {"groups": (dict,), "size": (int,)}),
    "random-masks": _Form(RandomMasks, {"masks": (int,), "share": (float, int)}),
}
_WORDS = {
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list of texts",
    dict: "a table of lists",
}


def design(stated: str | Mapping[str, Json]) -> Design:
    """Read a design: its name, or a table with its name and settings.

    >>> design("leave-one-out")
    LeaveOneOut()
    >>> design({"name": "fractional-factorial", "resolution": 5})
    FractionalFactorial(resolution=5, generators=())
    """
    table = {"name": stated} if isinstance(stated, str) else dict(stated)
    name = table.pop("name", None)
    if not isinstance(name, str) or name not in _FORMS:
        raise UnknownNameError("design", str(name), _FORMS)
    form = _FORMS[name]
    for key, value in table.items():
        if key not in form.settings:
            if not form.settings:
                raise SettingError(key, f"the design {name} has no settings, so no {key!r}.")
            raise UnknownNameError(f"setting of the design {name}", key, form.settings)
        if not _fits(value, form.settings[key]):
            words = " or ".join(_WORDS[kind] for kind in form.settings[key])
            raise SettingError(key, f"{key} of the design {name} is {value!r}; it is {words}.")
    return form.make(**table)


def written(stated: Design) -> Json:
    """Write a design as a study file says it: the inverse of `design`.

    >>> written(FractionalFactorial(resolution=5))
    {'name': 'fractional-factorial', 'resolution': 5}
    """
    settings = plain(stated.settings)
    return {"name": stated.name, **settings} if settings else stated.name


def _fits(value: Json, kinds: Kinds) -> bool:
    if isinstance(value, bool):
        return bool in kinds
    if isinstance(value, tuple | list):
        return list in kinds and all(isinstance(each, str) for each in value)
    if isinstance(value, Mapping):
        return dict in kinds and all(_fits(each, (list,)) for each in value.values())
    return isinstance(value, kinds)
