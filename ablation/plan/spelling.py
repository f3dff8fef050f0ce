"""The canonical JSON of one configuration, with places where components write something else.

What no component changes is written once. A condition of a large design is then a few slices of
the whole text, or its pieces joined, whichever is less; nothing is read again as a table.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from operator import attrgetter
from typing import NamedTuple

from ablation.canonical import Json, canonical
from ablation.component import Component

Path = tuple[str, ...]
_NAME = attrgetter("name")


class Change(NamedTuple):
    """Where a component changes a configuration: to which value, or which items it takes out."""

    path: Path
    value: Json
    lost: frozenset[int]


class Spelling:
    """Writes configurations after some changes, no place of which lies within another.

    >>> config = {"model": {"depth": 4}, "features": ["age", "sex"]}
    >>> depth, age = (Component("depth", switch="model.depth"), Component("age", feature="age"))
    >>> changes = {"depth": Change(("model", "depth"), 1, frozenset()),
    ...            "age": Change(("features",), None, frozenset([0]))}
    >>> Spelling(config, changes, [depth, age]).text([depth, age])
    b'{"features":["sex"],"model":{"depth":1}}'
    """

    def __init__(
        self,
        config: Mapping[str, Json],
        changes: Mapping[str, Change],
        components: Iterable[Component],
    ) -> None:
        pieces = [*_pieces(config, {each.path for each in changes.values()})]
        self._line = [each.before + each.text for each in pieces]
        self._whole = b"".join(self._line)
        self._starts = [*accumulate(map(len, self._line), initial=0)]
        at = {each.path: place for place, each in enumerate(pieces)}
        nothing = len(pieces) - 1, self._line[-1]  # the end, which stays as it is
        self._texts = {each.name: nothing for each in components}
        self._lists: dict[int, tuple[bytes, list[bytes]]] = {}
        self._lost: dict[str, tuple[int, frozenset[int]]] = {}
        for name, each in changes.items():
            place = at[each.path]
            before = pieces[place].before
            if each.lost:
                self._lists[place] = before, _items(_value(config, each.path))
                self._lost[name] = place, each.lost
            else:
                self._texts[name] = place, before + canonical(each.value).encode()

    def text(self, off: Sequence[Component]) -> bytes:
        """Write the configuration with these off; of two in one place the last counts."""
        changed = dict(map(self._texts.__getitem__, map(_NAME, off)))
        if self._lists:
            changed |= self._shortened(off)
        if len(changed) * 8 > len(self._line):
            line = self._line.copy()
            for place, text in changed.items():
                line[place] = text
            return b"".join(line)
        return b"".join(self._spliced(changed))

    def _spliced(self, changed: Mapping[int, bytes]) -> Iterator[bytes]:
        done, starts = 0, self._starts
        for place in sorted(changed):
            yield self._whole[done : starts[place]]
            yield changed[place]
            done = starts[place + 1]
        yield self._whole[done:]

    def _shortened(self, off: Sequence[Component]) -> Iterator[tuple[int, bytes]]:
        """Write the lists without what these components take out of them."""
        kept = {place: items.copy() for place, (_, items) in self._lists.items()}
        for place, lost in filter(None, map(self._lost.get, map(_NAME, off))):
            for item in lost:
                kept[place][item] = b""
        for place, items in kept.items():
            yield place, b"%b[%b]" % (self._lists[place][0], b",".join(filter(None, items)))


class _Piece(NamedTuple):
    """A value that may be changed, and the text between it and the one before; the end has none."""

    path: Path | None
    before: bytes
    text: bytes


def _pieces(config: Mapping[str, Json], changed: set[Path]) -> Iterator[_Piece]:
    """Cut the canonical text of a configuration at the places that are changed."""
    above = {path[:depth] for path in changed for depth in range(len(path))}
    before: list[str] = []
    for path, text in _walked(config, (), changed, above):
        if path is None:
            before.append(text)
        else:
            yield _Piece(path, "".join(before).encode(), text.encode())
            before = []
    yield _Piece(None, "".join(before).encode(), b"")


def _walked(
    value: Json, path: Path, changed: set[Path], above: set[Path]
) -> Iterator[tuple[Path | None, str]]:
    if path not in above:
        yield path if path in changed else None, canonical(value)
        return
    assert isinstance(value, Mapping)
    for number, key in enumerate(sorted(value)):
        yield None, f"{',' if number else '{'}{canonical(key)}:"
        yield from _walked(value[key], (*path, key), changed, above)
    yield None, "}"


def _value(config: Mapping[str, Json], path: Path) -> Json:
    value: Json = config
    for key in path:
        assert isinstance(value, Mapping)
        value = value[key]
    return value


def _items(value: Json) -> list[bytes]:
    assert isinstance(value, Sequence)
    return [canonical(each).encode() for each in value]
