"""Trials by column instead of by row: how a million of them become one table in less than a second.

The same rows give the same bytes, everywhere: they are kept beside the rows, under a checksum.
"""

import json
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import nan
from typing import Any, TypeAlias, TypeVar, cast

import numpy as np
import numpy.typing as npt

from ablation.store.rows import COLUMNS, Row

Text: TypeAlias = str | None
Codes: TypeAlias = npt.NDArray[np.int32]
Words = TypeVar("Words", bound=Hashable)

LABEL = ("study", "condition", "component", "status")
_NUMBERS = {"seed": "<i8", "attempt": "<i8", "wall_s": "<f8", "cpu_s": "<f8"}
_CODES, _METRIC = "<i4", "<f8"
_PLACES = {name: place for place, name in enumerate(COLUMNS)}


@dataclass(frozen=True, eq=False)
class Columns:
    """Rows of the table of trials, turned: texts as codes, numbers as arrays, metrics by name.

    >>> turned = Columns.of([(1, "toy", "baseline", None, 0, 1, "done", "", '{"m":0.5}', "{}",
    ...                       None, 1.5, 1.0, "{}", "", "")])
    >>> turned.texts("condition"), turned.metric("m").tolist()
    (('baseline',), [0.5])
    >>> Columns.read(turned.written()).labels
    (('toy', 'baseline', None, 'done'),)
    """

    labels: tuple[tuple[Text, ...], ...]
    errors: tuple[Text, ...]
    label: Codes
    error: Codes
    numbers: Mapping[str, npt.NDArray[Any]]
    metrics: Mapping[str, npt.NDArray[np.float64]]

    @classmethod
    def of(cls, rows: Sequence[Row]) -> "Columns":
        """Turn rows whose checksums were found right."""
        columns = list(zip(*rows, strict=True)) or [()] * len(COLUMNS)
        place = {name: columns[at] for name, at in _PLACES.items()}
        labels, label = coded(list(zip(*(place[name] for name in LABEL), strict=True)))
        errors, error = coded(place["error"])
        return cls(
            cast("tuple[tuple[Text, ...], ...]", labels),
            cast("tuple[Text, ...]", errors),
            label,
            error,
            {name: np.array(place[name], dtype=kind) for name, kind in _NUMBERS.items()},
            measured(",".join(cast("Sequence[str]", place["metrics"]))),
        )

    @classmethod
    def together(cls, parts: Sequence["Columns"]) -> "Columns":
        """Put parts under each other; a metric that one lacks is not a number there."""
        labels, label = _merged([(each.labels, each.label) for each in parts])
        errors, error = _merged([(each.errors, each.error) for each in parts])
        return cls(
            labels,
            errors,
            label,
            error,
            {name: _under([each.numbers[name] for each in parts], kind)
             for name, kind in _NUMBERS.items()},
            {name: _under([each.metric(name) for each in parts], _METRIC)
             for name in dict.fromkeys(name for each in parts for name in each.metrics)},
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.label)

    def texts(self, name: str) -> tuple[Text, ...]:
        """What each label says of the study, the condition, the component or the status."""
        return tuple(each[LABEL.index(name)] for each in self.labels)

    def metric(self, name: str) -> npt.NDArray[np.float64]:
        """One metric, NaN in every row that has none."""
        found = self.metrics.get(name)
        return np.full(len(self), nan) if found is None else found

    def chosen(self, rows: npt.NDArray[Any]) -> "Columns":
        """Keep some rows, by a mask or in another order by their places; and no word of others."""
        label, error = self.label[rows], self.error[rows]
        labels, moved = _used(self.labels, label)
        errors, shifted = _used(self.errors, error)
        return Columns(
            labels,
            errors,
            moved,
            shifted,
            {name: each[rows] for name, each in self.numbers.items()},
            {name: each[rows] for name, each in self.metrics.items()},
        )

    def latest(self) -> "Columns":
        """Keep of several attempts at a trial the last, in the order in which they ended."""
        attempt = self.numbers["attempt"]
        if (attempt == 1).all():
            return self
        condition = coded(self.texts("condition"))[1][self.label]
        unit = np.stack([condition.astype("<i8"), self.numbers["seed"]])
        order = np.lexsort((attempt, *unit))
        ends = (np.diff(unit[:, order], append=np.iinfo("<i8").max) != 0).any(axis=0)
        return self.chosen(np.sort(order[ends]))

    def of_study(self, study: str) -> "Columns":
        """Keep the rows of one study, and its metrics."""
        ours = np.array([each == study for each in self.texts("study")], dtype=bool)
        kept = self if ours.all() else self.chosen(ours[self.label])
        some = {name: each for name, each in kept.metrics.items() if not np.isnan(each).all()}
        return Columns(kept.labels, kept.errors, kept.label, kept.error, kept.numbers, some)

    def written(self) -> bytes:
        """Write as a line of JSON and arrays, little end first."""
        said = [len(self), self.labels, self.errors, [*self.metrics]]
        arrays = [self.label, self.error, *self.numbers.values(), *self.metrics.values()]
        told = json.dumps(said, separators=(",", ":")).encode()
        return b"\n".join([told, b"".join([each.tobytes() for each in arrays])])

    @classmethod
    def read(cls, written: bytes) -> "Columns":
        """Read what `written` wrote."""
        at = written.index(b"\n")
        rows, labels, errors, metrics = json.loads(written[:at])
        kinds = [_CODES, _CODES, *_NUMBERS.values(), *[_METRIC] * len(metrics)]
        arrays, at = [], at + 1
        for kind in map(np.dtype, kinds):
            arrays.append(np.frombuffer(written, kind, rows, at))
            at += rows * kind.itemsize
        label, error, *others = arrays
        return cls(
            tuple(map(tuple, labels)),
            tuple(errors),
            label,
            error,
            dict(zip(_NUMBERS, others[: len(_NUMBERS)], strict=True)),
            dict(zip(metrics, others[len(_NUMBERS) :], strict=True)),
        )


def measured(texts: str | bytes) -> dict[str, npt.NDArray[np.float64]]:
    """Read the metrics of many rows, with commas between; what a row lacks is not a number there.

    >>> measured('{"m":0.5},{}')
    {'m': array([0.5, nan])}
    """
    written = texts if isinstance(texts, str) else texts.decode()
    trials: list[dict[str, float]] = json.loads(f"[{written}]")
    names = dict.fromkeys(name for trial in trials for name in trial)
    return {
        name: np.array([trial.get(name, nan) for trial in trials], dtype=_METRIC) for name in names
    }


def coded(column: Iterable[Words]) -> tuple[tuple[Words, ...], Codes]:
    """Number what a column says, in the order in which it is said first.

    >>> coded(["b", "a", "b"])
    (('b', 'a'), array([0, 1, 0], dtype=int32))
    """
    said = list(column)
    places = {each: place for place, each in enumerate(dict.fromkeys(said))}
    return tuple(places), np.fromiter(map(places.__getitem__, said), _CODES, len(said))


def _merged(
    parts: Sequence[tuple[tuple[Words, ...], Codes]],
) -> tuple[tuple[Words, ...], Codes]:
    places: dict[Words, int] = {}
    codes = []
    for words, own in parts:
        moved = [places.setdefault(each, len(places)) for each in words]
        codes.append(np.array(moved, _CODES)[own])
    return tuple(places), _under(codes, _CODES)


def _used(words: tuple[Words, ...], codes: Codes) -> tuple[tuple[Words, ...], Codes]:
    """Leave out the words that no code stands for."""
    used = np.zeros(len(words), dtype=bool)
    used[codes] = True
    moved = np.cumsum(used, dtype=_CODES) - 1
    return tuple(words[at] for at in np.flatnonzero(used)), moved[codes]


def _under(arrays: Sequence[npt.NDArray[Any]], kind: str) -> npt.NDArray[Any]:
    return np.concatenate(arrays) if arrays else np.array([], kind)
