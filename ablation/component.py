"""A component: one thing that can be switched off, declared once and realised in two ways.

A `switch` is a key of the configuration: the system is trained again with `off` in its place.
A `module` is a pattern of module names: the trained network is patched at inference. A component
may have both; the difference between the two effects is its plasticity.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ablation.canonical import Json, canonical, same
from ablation.errors import StudyError, UnknownSwitchError
from ablation.operators import Operator, Zero

_ZERO = Zero()


@dataclass(frozen=True, slots=True)
class Component:
    """What can be switched off, by which switch of the configuration or in which module.

    >>> print(Component("attention", switch="attention", off=False))
    attention (attention = false)
    >>> print(Component("heads", module="blocks.*.attn"))
    heads (zero in blocks.*.attn)
    """

    name: str
    switch: str | None = None
    off: Json = False
    module: str | None = None
    by: Operator = _ZERO

    def __post_init__(self) -> None:
        if not self.name or self.name != self.name.strip() or not self.name.isprintable():
            raise StudyError(f"a component needs a name that prints, not {self.name!r}.")
        if not self.switch and not self.module:
            raise StudyError(
                f"component {self.name!r} names nothing to switch off: give it a switch "
                "(a key of the config) or a module (a pattern of module names)."
            )
        canonical(self.off)

    @property
    def retrains(self) -> bool:
        """Whether a trial can train the system without this component."""
        return self.switch is not None

    @property
    def how(self) -> str:
        """How it is switched off, in words: this is what tables print."""
        switched = [f"{self.switch} = {canonical(self.off)}"] if self.switch else []
        patched = [f"{self.by} in {self.module}"] if self.module else []
        return ", ".join(switched + patched)

    def __str__(self) -> str:
        return f"{self.name} ({self.how})"

    def switched_off(self, config: Mapping[str, Json]) -> dict[str, Json]:
        """Copy a configuration with this component off; "a.b" reaches into nested tables.

        >>> Component("depth", switch="model.depth", off=1).switched_off({"model": {"depth": 4}})
        {'model': {'depth': 1}}
        """
        path = self._path(config)
        return _replaced(config, path, self.off)

    def is_off(self, config: Mapping[str, Json]) -> bool:
        """Whether this configuration has the component off already."""
        value: Json = config
        for key in self._path(config):
            assert isinstance(value, Mapping)
            value = value[key]
        return same(value, self.off)

    def _path(self, config: Mapping[str, Json]) -> tuple[str, ...]:
        """Find the switch: a key with a dot in its name comes before a nested one."""
        known = dict(_paths(config))
        if self.switch not in known:
            raise UnknownSwitchError(self.name, self.switch or "", known)
        return known[self.switch]


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
