"""The canonical JSON of one configuration, with places where components write something else.

The text is cut into stretches that few components change. A stretch has few texts, each written
once however many conditions there are; a condition is one of them for every stretch, in a row.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import reduce
from itertools import count
from operator import or_
from typing import NamedTuple, Protocol

from ablation.canonical import Json, canonical

Path = tuple[str, ...]
_TOGETHER = 8  # components that change one stretch: it has up to 256 texts
_LONG = 4096  # bytes of a stretch that has several places


class Change(NamedTuple):
    """Where a component changes a configuration: to which value, or which items it takes out."""

    path: Path
    value: Json
    lost: frozenset[int]


class Spelling:
    """Writes configurations after some changes, no place of which lies within another.

    `changes` are by the bit of their component; of two in one place the last one counts.

    >>> config = {"model": {"depth": 4}, "features": ["age", "sex"]}
    >>> spelling = Spelling(config, {0b01: Change(("model", "depth"), 1, frozenset()),
    ...                              0b10: Change(("features",), None, frozenset([0]))})
    >>> spelling.text(0b11)
    b'{"features":["sex"],"model":{"depth":1}}'
    """

    def __init__(self, config: Mapping[str, Json], changes: Mapping[int, Change]) -> None:
        self._stretches = _stretches(_places(config, changes))

    def text(self, mask: int) -> bytes:
        """Write the configuration with the components of a mask off."""
        return "".join([texts[mask & bits] for bits, texts in self._stretches]).encode()


class _Part(Protocol):
    """A piece of text that some components change."""

    @property
    def bits(self) -> int:
        """The components that change it."""

    def written(self, mask: int, /) -> str:
        """Its text with the components of a mask off."""


class _Value(NamedTuple):
    """A value, with the text before it, and what components write instead of it."""

    before: str
    text: str
    instead: Mapping[int, str]

    @property
    def bits(self) -> int:
        return sum(self.instead)

    def written(self, mask: int) -> str:
        off = [text for bit, text in self.instead.items() if mask & bit]
        return self.before + (off[-1] if off else self.text)


class _Item(NamedTuple):
    """An item of a list, which the components of some bits take out."""

    text: str
    bits: int

    def written(self, mask: int) -> str:
        return "" if mask & self.bits else self.text


class _List:
    """A list, with the text before it."""

    def __init__(self, before: str, items: Iterable[_Item]) -> None:
        self._before = before
        self._stretches = _stretches(items, between=",")
        self.bits = reduce(or_, (bits for bits, _ in self._stretches))

    def written(self, mask: int) -> str:
        kept = filter(None, [texts[mask & bits] for bits, texts in self._stretches])
        return f"{self._before}[{','.join(kept)}]"


class _Stretch(dict[int, str]):
    """The texts of some parts in a row, by which of the components that change them are off."""

    def __init__(self, parts: Sequence[_Part], between: str) -> None:
        self._parts, self._between = parts, between
        self.bits = reduce(or_, (each.bits for each in parts))

    def __missing__(self, mask: int) -> str:
        text = self._between.join(filter(None, (each.written(mask) for each in self._parts)))
        if self.bits.bit_count() <= _TOGETHER:
            self[mask] = text
        return text


def _stretches(parts: Iterable[_Part], between: str = "") -> list[tuple[int, _Stretch]]:
    stretches = (_Stretch(row, between) for row in _rows(parts))
    return [(each.bits, each) for each in stretches]


def _rows(parts: Iterable[_Part]) -> Iterator[list[_Part]]:
    """Put parts together as long as few components change them and their text is not long."""
    row: list[_Part] = []
    changed, length = 0, 0
    for each in parts:
        more, longer = each.bits.bit_count(), len(each.written(0))
        if row and (changed + more > _TOGETHER or length + longer > _LONG):
            yield row
            row, changed, length = [], 0, 0
        row.append(each)
        changed, length = changed + more, length + longer
    yield row


def _places(config: Mapping[str, Json], changes: Mapping[int, Change]) -> Iterator[_Part]:
    """Cut the canonical text of a configuration at the places that are changed."""
    changed: dict[Path, dict[int, Change]] = {}
    for bit, each in changes.items():
        changed.setdefault(each.path, {})[bit] = each
    above = {path[:depth] for path in changed for depth in range(len(path))}
    before = ""
    for part in _walked(config, (), changed.keys(), above):
        if isinstance(part, str):
            before += part
        else:
            yield _place(before, _value(config, part), changed[part])
            before = ""
    yield _Value(before, "", {})


def _place(before: str, value: Json, changes: Mapping[int, Change]) -> _Part:
    if not any(each.lost for each in changes.values()):
        instead = {bit: canonical(each.value) for bit, each in changes.items()}
        return _Value(before, canonical(value), instead)
    assert isinstance(value, Sequence)
    bits = (sum(bit for bit, each in changes.items() if at in each.lost) for at in count())
    return _List(before, map(_Item, map(canonical, value), bits))


def _walked(value: Json, path: Path, changed: Set[Path], above: Set[Path]) -> Iterator[str | Path]:
    """Give the text of a value, and in the place of what is changed the path that leads to it."""
    if path not in above:
        yield path if path in changed else canonical(value)
        return
    assert isinstance(value, Mapping)
    for number, key in enumerate(sorted(value)):
        yield f"{',' if number else '{'}{canonical(key)}:"
        yield from _walked(value[key], (*path, key), changed, above)
    yield "}"


def _value(config: Mapping[str, Json], path: Path) -> Json:
    value: Json = config
    for key in path:
        assert isinstance(value, Mapping)
        value = value[key]
    return value
