"""Trials by column instead of by row: how a million of them become one table in seconds."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from math import nan
from typing import TypeAlias, cast

import numpy as np
import numpy.typing as npt

from ablation.store.rows import COLUMNS, Row

Text: TypeAlias = str | None
Coded: TypeAlias = tuple[tuple[Text, ...], npt.NDArray[np.int32]]

_TEXTS = ("condition", "component", "status", "error")
_NUMBERS = {"seed": "i8", "attempt": "i8", "wall_s": "f8", "cpu_s": "f8"}
_PLACES = {name: place for place, name in enumerate(COLUMNS)}


@dataclass(frozen=True)
class Columns:
    """Rows of the table of trials, turned: texts as codes, numbers as arrays, metrics by name.

    >>> turned = Columns.of([(1, "toy", "baseline", None, 0, 1, "done", "", '{"m":0.5}', "{}",
    ...                       None, 1.5, 1.0, "{}", "", "")])
    >>> turned.texts["condition"][0], turned.metrics["m"].tolist()
    (('baseline',), [0.5])
    >>> Columns.read(turned.written()).texts["error"][0]
    (None,)
    """

    texts: Mapping[str, Coded]
    numbers: Mapping[str, npt.NDArray[np.generic]]
    metrics: Mapping[str, npt.NDArray[np.float64]]

    @classmethod
    def of(cls, rows: Sequence[Row]) -> "Columns":
        """Turn rows whose checksums were found right."""
        columns = list(zip(*rows, strict=True)) or [()] * len(COLUMNS)
        return cls(
            {name: _coded(cast("Sequence[Text]", columns[_PLACES[name]])) for name in _TEXTS},
            {name: np.array(columns[_PLACES[name]], dtype=kind) for name, kind in _NUMBERS.items()},
            measured(",".join(cast("Sequence[str]", columns[_PLACES["metrics"]]))),
        )

    def __len__(self) -> int:
        return len(self.numbers["seed"])

    def metric(self, name: str) -> npt.NDArray[np.float64]:
        """One metric, NaN in every row that has none."""
        return self.metrics.get(name, np.full(len(self), nan))

    def written(self) -> bytes:
        """Write as arrays and JSON, for another process of this store."""
        arrays: dict[str, npt.NDArray[np.generic]] = {
            f"code {name}": codes for name, (_, codes) in self.texts.items()
        }
        arrays |= {f"number {name}": each for name, each in self.numbers.items()}
        arrays |= {f"metric {at}": each for at, each in enumerate(self.metrics.values())}
        said = {"texts": {name: texts for name, (texts, _) in self.texts.items()}}
        told = json.dumps({**said, "metrics": list(self.metrics)}).encode()
        file = BytesIO()
        np.savez(file, allow_pickle=False, told=np.frombuffer(told, dtype="u1"), **arrays)
        return file.getvalue()

    @classmethod
    def read(cls, written: bytes) -> "Columns":
        """Read what `written` wrote."""
        with np.load(BytesIO(written), allow_pickle=False) as arrays:
            told = json.loads(arrays["told"].tobytes())
            texts = {name: tuple(each) for name, each in told["texts"].items()}
            return cls(
                {name: (each, arrays[f"code {name}"]) for name, each in texts.items()},
                {name: arrays[f"number {name}"] for name in _NUMBERS},
                {name: arrays[f"metric {at}"] for at, name in enumerate(told["metrics"])},
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
        name: np.array([trial.get(name, nan) for trial in trials], dtype=np.float64)
        for name in names
    }


def _coded(column: Sequence[Text]) -> Coded:
    places = {text: place for place, text in enumerate(dict.fromkeys(column))}
    codes = np.fromiter(map(places.__getitem__, column), dtype=np.int32, count=len(column))
    return tuple(places), codes
