"""Configurations with components off, very many of them: what they share is read and written once.

A condition of a large design switches off dozens of components, and every block may have conditions
of its own. So each component's place in the configuration is found once, not in every condition.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from ablation.canonical import Json, canonical, frozen, frozen_beside, plain, same
from ablation.component import Component
from ablation.design.condition import condition
from ablation.plan.spelling import Change, Path, Spelling
from ablation.study import Study


class Configurations:
    """The configurations of a study's conditions, and their canonical text.

    >>> from ablation import LeaveOneOut, Metric
    >>> parts = [Component("depth", switch="model.depth", off=1), Component("age", feature="age")]
    >>> config = {"model": {"depth": 4}, "features": ["age", "sex"]}
    >>> study = Study("toy", "t:t", parts, LeaveOneOut(), [Metric("m")], 2, config=config)
    >>> known = Configurations(study)
    >>> known.text(0b11)
    b'{"features":["sex"],"model":{"depth":1}}'
    """

    def __init__(self, study: Study) -> None:
        self._study = study
        self._plain = dict(study.config)
        self._changes = _changes(study)
        self._switches = _switches(self._changes)
        self._spelling = None if self._changes is None else Spelling(study.config, self._changes)

    def without(self, mask: int) -> Mapping[str, Json]:
        """Give the configuration with the components of a mask off, made when it is looked at."""
        return _Later(self, mask)

    def made(self, mask: int) -> Mapping[str, Json]:
        """Make the configuration with the components of a mask off that have a place in it."""
        if self._changes is None:
            config = self._study.config
            return frozen_beside(condition(self._study.components, mask).configured(config), config)
        if self._switches is not None:
            changed = dict([each for bit, each in self._switches.items() if mask & bit])
            return MappingProxyType(self._plain | changed)
        return _altered(self._plain, [each for bit, each in self._changes.items() if mask & bit])

    def text(self, mask: int) -> bytes:
        """Write the configuration with the components of a mask off as canonical JSON."""
        if self._spelling is None:
            return canonical(self.made(mask)).encode()
        return self._spelling.text(mask)


class _Later(Mapping[str, Json]):
    """A configuration that most plans are never asked for: a hundred thousand take much room."""

    __slots__ = ("_known", "_made", "_mask")

    def __init__(self, known: Configurations, mask: int) -> None:
        self._known, self._mask = known, mask
        self._made: Mapping[str, Json] | None = None

    def _mapping(self) -> Mapping[str, Json]:
        if self._made is None:
            self._made = self._known.made(self._mask)
        return self._made

    def __getitem__(self, key: str) -> Json:
        return self._mapping()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._mapping())

    def __len__(self) -> int:
        return len(self._mapping())

    def __repr__(self) -> str:
        return repr(self._mapping())

    def __reduce__(self) -> tuple[type[dict[str, Json]], tuple[dict[str, Json]]]:
        return dict, (plain(self._mapping()),)


def _changes(study: Study) -> Mapping[int, Change] | None:
    """Find each component's place, by its bit; None if one reaches into what another replaces."""
    found = {
        1 << place: _change(each, study.config)
        for place, each in enumerate(study.components)
        if each.retrains
    }
    whole = {each.path for each in found.values() if not each.lost}
    lists = {each.path for each in found.values() if each.lost}
    inside = any(path[:depth] in whole for path in whole | lists for depth in range(1, len(path)))
    return None if inside or whole & lists else found


def _change(component: Component, config: Mapping[str, Json]) -> Change:
    path = component.path_in(config)
    if component.feature is None:
        return Change(path, frozen({component.name: component.off})[component.name], frozenset())
    items = component.listed_in(config)
    lost = (place for place, item in enumerate(items) if same(item, component.feature))
    return Change(path, None, frozenset(lost))


def _switches(changes: Mapping[int, Change] | None) -> Mapping[int, tuple[str, Json]] | None:
    """Say which outermost key each component sets to what, if that is all that any does."""
    if changes is None or any(each.lost or len(each.path) > 1 for each in changes.values()):
        return None
    return {bit: (each.path[0], each.value) for bit, each in changes.items()}


def _altered(config: Mapping[str, Json], changes: Iterable[Change]) -> Mapping[str, Json]:
    """Copy a configuration as far as it changes; what stays is shared."""
    result = dict(config)
    copied: dict[Path, dict[str, Json]] = {(): result}
    lost: dict[Path, set[int]] = {}
    for each in changes:
        table = _opened(copied, each.path)
        if each.lost:
            lost.setdefault(each.path, set()).update(each.lost)
        else:
            table[each.path[-1]] = each.value
    for path, places in lost.items():
        items = copied[path[:-1]][path[-1]]
        assert isinstance(items, Sequence)
        kept = (item for place, item in enumerate(items) if place not in places)
        copied[path[:-1]][path[-1]] = tuple(kept)
    return MappingProxyType(result)


def _opened(copied: dict[Path, dict[str, Json]], path: Path) -> dict[str, Json]:
    """Give the table that holds the end of a path, copied so that it can be changed."""
    if path[:-1] not in copied:
        for above, here in _steps(path):
            if here not in copied:
                inner = copied[above][here[-1]]
                assert isinstance(inner, Mapping)
                copied[here] = dict(inner)
                copied[above][here[-1]] = MappingProxyType(copied[here])
    return copied[path[:-1]]


def _steps(path: Path) -> Iterator[tuple[Path, Path]]:
    """The tables along a path, each after the one that holds it."""
    for depth in range(1, len(path)):
        yield path[: depth - 1], path[:depth]
