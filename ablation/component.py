"""A component: one thing that can be switched off, declared once and realised in two ways.

A `switch` is a key of the configuration: the system is trained again with `off` in its place. A
`feature` is one item of a list there, which is taken out; a `procedure` is a switch of how the
system is trained, which has no place in the trained network. A `module` is a pattern of module
names: the trained network is patched at inference. A component may have a switch and a module; the
difference between the two effects is its plasticity.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from ablation.canonical import Json, canonical, same
from ablation.errors import FeatureListError, StudyError, UnknownFeatureError, UnknownSwitchError
from ablation.operators import Operator, Zero

Kind: TypeAlias = Literal["switch", "feature", "procedure", "module"]

_ZERO = Zero()
_FEATURES = "features"


@dataclass(frozen=True, slots=True)
class Component:
    """What can be switched off, by which switch of the configuration or in which module.

    >>> print(Component("attention", switch="attention", off=False))
    attention (attention = false)
    >>> print(Component("heads", module="blocks.*.attn"))
    heads (zero in blocks.*.attn)
    >>> print(Component("age", feature="age"))
    age (features without "age")
    >>> print(Component("schedule", procedure="schedule", off="constant"))
    schedule (schedule = "constant")

    A feature is an item of the list `features` of the configuration, or of the list that `switch`
    names.
    """

    name: str
    switch: str | None = None
    off: Json = False
    module: str | None = None
    by: Operator = _ZERO
    feature: Json = None
    procedure: str | None = None

    def __post_init__(self) -> None:
        if not self.name or self.name != self.name.strip() or not self.name.isprintable():
            raise StudyError(f"a component needs a name that prints, not {self.name!r}.")
        for key in (self.switch, self.module, self.procedure):
            if not isinstance(key, str | None):
                raise StudyError(
                    f"component {self.name!r}: {key!r} is no text; a switch, a procedure and a "
                    "module are named."
                )
        if self.feature is not None and not self.switch:
            object.__setattr__(self, "switch", _FEATURES)
        if self.procedure and (self.switch or self.module):
            raise StudyError(
                f"component {self.name!r} is a procedure of training and more: a procedure has no "
                "place in the trained network. Give it a procedure alone, or a switch."
            )
        if not self.key and not self.module:
            raise StudyError(
                f"component {self.name!r} names nothing to switch off: give it a switch "
                "(a key of the config) or a module (a pattern of module names)."
            )
        canonical(self.off)
        canonical(self.feature)

    @property
    def key(self) -> str | None:
        """The key of the configuration that it changes, if it changes one."""
        return self.procedure or self.switch

    @property
    def kind(self) -> Kind:
        """What it is: a switch, a feature, a procedure of training, or only a module."""
        if self.procedure:
            return "procedure"
        if self.feature is not None:
            return "feature"
        return "switch" if self.switch else "module"

    @property
    def retrains(self) -> bool:
        """Whether a trial can train the system without this component."""
        return self.key is not None

    @property
    def patches(self) -> bool:
        """Whether the trained system can be patched to lack this component."""
        return self.module is not None

    @property
    def switched(self) -> str:
        """How the configuration changes, in words."""
        if self.feature is not None:
            return f"{self.key} without {canonical(self.feature)}"
        return f"{self.key} = {canonical(self.off)}" if self.key else ""

    @property
    def how(self) -> str:
        """How it is switched off, in words: this is what tables print."""
        patched = f"{self.by} in {self.module}" if self.module else ""
        return ", ".join(each for each in (self.switched, patched) if each)

    def __str__(self) -> str:
        return f"{self.name} ({self.how})"

    def switched_off(self, config: Mapping[str, Json]) -> dict[str, Json]:
        """Copy a configuration with this component off; "a.b" reaches into nested tables.

        >>> Component("depth", switch="model.depth", off=1).switched_off({"model": {"depth": 4}})
        {'model': {'depth': 1}}
        """
        path = self.path_in(config)
        if self.feature is None:
            return _replaced(config, path, self.off)
        rest = [each for each in self.listed_in(config) if not same(each, self.feature)]
        return _replaced(config, path, rest)

    def is_off(self, config: Mapping[str, Json]) -> bool:
        """Whether this configuration has the component off already."""
        if self.feature is not None:
            return False
        return same(_value(config, self.path_in(config)), self.off)

    def require_in(self, config: Mapping[str, Json]) -> None:
        """Raise unless the configuration has the switch, or the feature, of this component."""
        known = self.listed_in(config) if self.feature is not None else self.path_in(config)
        if self.feature is not None and not any(same(each, self.feature) for each in known):
            raise UnknownFeatureError(self.name, self.feature, self.key or "", known)

    def listed_in(self, config: Mapping[str, Json]) -> Sequence[Json]:
        """Give the list that a feature is an item of."""
        value = _value(config, self.path_in(config))
        if isinstance(value, str) or not isinstance(value, Sequence):
            raise FeatureListError(
                self.name,
                f"component {self.name!r} is a feature, and {self.key} in the config is "
                f"{canonical(value)}, not a list of features.",
            )
        return value

    def path_in(self, config: Mapping[str, Json]) -> tuple[str, ...]:
        """Find the switch: a key with a dot in its name comes before a nested one."""
        if (
            self.key is not None and self.key in config
        ):  # the commonest case, and the first one of the list below
            return (self.key,)
        known = dict(_paths(config))
        if self.key not in known:
            raise UnknownSwitchError(self.name, self.key or "", known)
        return known[self.key]


def _value(config: Mapping[str, Json], path: Sequence[str]) -> Json:
    value: Json = config
    for key in path:
        assert isinstance(value, Mapping)
        value = value[key]
    return value


def _paths(config: Mapping[str, Json]) -> list[tuple[str, tuple[str, ...]]]:
    """List every key that a switch can name, nested ones as "a.b"; the outermost wins."""
    inner = [
        (f"{key}.{name}", (key, *path))
        for key, value in config.items()
        if isinstance(value, Mapping)
        for name, path in _paths(value)
    ]
    return inner + [(key, (key,)) for key in config]


def _replaced(config: Mapping[str, Json], path: tuple[str, ...], value: Json) -> dict[str, Json]:
    key, *rest = path
    if not rest:
        return {**config, key: value}
    inner = config[key]
    assert isinstance(inner, Mapping)
    return {**config, key: _replaced(inner, tuple(rest), value)}
