"""A model as a folder: ``model.json``, ``arrays.npz`` where there are long arrays, and one digest.

The folder appears whole or not at all: it is written beside its place, flushed to the disk, and
renamed.  An old one that it replaces steps aside an instant before, and comes back should that
fail.  Nothing in a folder is code, and nothing of it is run when it is read.
"""

from __future__ import annotations

import json
import os
import shutil
import zipfile
import zlib
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from time import sleep
from typing import cast

import numpy as np

from causal.errors import CausalError, DataError, ModelError
from causal.graph import ADMG
from causal.model.continuous import Linear, LinearSystem
from causal.model.continuous.laws import law_from_dict
from causal.model.described import mechanism_from_dict
from causal.model.mechanism import Mechanism
from causal.model.noise import Noise
from causal.model.saving.arrays import Arrays, packed, unpacked
from causal.model.scm import SCM
from causal.variables import Variable

__all__ = ["load", "load_system", "save_model"]

FORMAT, VERSION = "causal model", 1
MODEL, ARRAYS = "model.json", "arrays.npz"
UNREADABLE = (  # what damage makes of JSON, of archives, of what is compressed in them, of arrays
    OSError,
    ValueError,
    RecursionError,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    RuntimeError,
    MemoryError,
)
TRIES = 20  # at replacing a folder that others replace too


def save_model(
    model: SCM | LinearSystem, folder: str | os.PathLike[str], *, overwrite: bool = False
) -> Path:
    """Write a model as a folder; ``load_model`` gives an equal one, ``load_system`` a system.

    Raises ModelError where a mechanism is a function, which is code and not data; DataError when
    the folder is there already, unless ``overwrite`` is set and it holds a saved model.
    """
    if not isinstance(model, SCM | LinearSystem):
        raise ModelError(f"an SCM can be saved, or a LinearSystem; this is {type(model).__name__}")
    place = Path(folder).resolve()  # a link stays a link
    data = model.to_dict()
    for variable, mechanism in model.parts:
        _check_data(variable, mechanism)
    arrays: Arrays = {}
    body = {"format": FORMAT, "version": VERSION, "model": packed(data, arrays)}
    _check_place(place, overwrite=overwrite)
    beside = place.with_name(f".{place.name}.{token_hex(4)}.part")
    try:
        beside.mkdir(parents=True)
        _write(beside, body, arrays)
        _into_place(beside, place, overwrite=overwrite)
    except OSError as error:
        raise DataError(f"{str(place)!r} cannot be written: {error}") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return Path(folder)


def _write(beside: Path, body: Mapping[str, object], arrays: Arrays) -> None:
    if arrays:
        with (beside / ARRAYS).open("wb") as file:
            np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
            _flush(file.fileno())
    with (beside / MODEL).open("w", encoding="utf-8") as text:
        whole = dict(body) | {"digest": _digest(body, arrays)}
        json.dump(whole, text, ensure_ascii=False, indent=1)
        text.flush()
        _flush(text.fileno())


def load(folder: str | os.PathLike[str]) -> SCM:
    """The model that a folder holds; raises DataError or ModelError where it holds none."""
    found = _held(folder)
    if isinstance(found, LinearSystem):
        raise ModelError(f"{str(folder)!r} holds a linear system, which load_system reads")
    return found


def load_system(folder: str | os.PathLike[str]) -> LinearSystem:
    """The linear system that ``save_model`` wrote; raises DataError or ModelError if none is there.

    >>> from tempfile import TemporaryDirectory
    >>> from causal.model.continuous import Linear
    >>> loop = LinearSystem({"X": Linear({"Y": 0.5}), "Y": Linear({"X": 0.5})})
    >>> with TemporaryDirectory() as place:
    ...     load_system(save_model(loop, f"{place}/loop")) == loop
    True
    """
    found = _held(folder)
    if isinstance(found, SCM):
        raise ModelError(f"{str(folder)!r} holds a model without feedback, which load_model reads")
    return found


def _held(folder: str | os.PathLike[str]) -> SCM | LinearSystem:
    place = Path(folder)
    body, arrays = _read(place)
    version = body.get("version")
    if body.get("format") != FORMAT or not isinstance(version, int) or version < 1:
        raise DataError(f"{str(place)!r} holds no saved model")
    if version > VERSION:
        raise DataError(
            f"{str(place)!r} was saved in version {version} of the format; this one reads up to "
            f"{VERSION}, so update the package"
        )
    stated = body.pop("digest", None)
    if stated != _digest(body, arrays):
        raise DataError(f"{str(place)!r} is damaged: its digest is not that of its contents")
    try:
        return _model(cast("Mapping[str, object]", unpacked(body["model"], arrays)))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, CausalError):
            raise
        raise DataError(f"{str(place)!r} describes no model: {error!r:.200}") from error


def _model(data: Mapping[str, object]) -> SCM | LinearSystem:
    noise = [_noise(name, law) for name, law in cast("dict[str, object]", data["noise"]).items()]
    described = cast("dict[str, dict[str, object]]", data["mechanisms"])
    mechanisms = {v: mechanism_from_dict(mechanism) for v, mechanism in described.items()}
    if data.get("kind") == "linear system":
        equations = {v: m for v, m in mechanisms.items() if isinstance(m, Linear)}
        if len(equations) < len(mechanisms):
            raise ModelError("a linear system has linear equations only")
        return LinearSystem(equations, noise)
    return SCM(ADMG.parse(str(data["graph"])), mechanisms, noise)


def _noise(name: str, law: object) -> Noise:
    if isinstance(law, Mapping):
        return Noise(name, law_from_dict(law))
    return Noise(name, cast("list[str]", law))


def _check_data(variable: Variable, mechanism: Mechanism) -> None:
    """Raise ModelError unless data bring the mechanism back."""
    try:
        again = mechanism_from_dict(mechanism.to_dict())
    except CausalError as error:
        raise ModelError(
            f"the mechanism of {variable} cannot be saved: {error}", variables=[variable]
        ) from error
    if again != mechanism:
        raise ModelError(
            f"the mechanism of {variable} cannot be saved: read back, it is another one",
            variables=[variable],
        )


def _check_place(place: Path, *, overwrite: bool) -> None:
    if not place.exists():
        return
    if not overwrite:
        raise DataError(f"{str(place)!r} is there already; overwrite=True replaces a saved model")
    for _ in range(TRIES):
        if _is_model(place):
            return
        sleep(0.005)  # it may be in the middle of being replaced
    raise DataError(f"{str(place)!r} is no saved model, so it is not replaced")


def _is_model(place: Path) -> bool:
    """Whether a folder holds a saved model and nothing else; or has just gone."""
    try:
        names = {file.name for file in place.iterdir()}
    except FileNotFoundError:
        return True
    except NotADirectoryError:
        return False
    return MODEL in names and names <= {MODEL, ARRAYS}


def _read(place: Path) -> tuple[dict[str, object], Arrays]:
    if not place.exists():
        raise DataError(f"there is no folder {str(place)!r}")
    if not (place / MODEL).exists():
        raise DataError(f"the folder {str(place)!r} has no {MODEL}, so it holds no saved model")
    try:
        body = json.loads((place / MODEL).read_text(encoding="utf-8"))
        arrays: Arrays = {}
        if (place / ARRAYS).exists():
            with (place / ARRAYS).open("rb") as file, np.load(file, allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in stored.files}
    except UNREADABLE as error:
        raise DataError(f"{str(place)!r} cannot be read as a saved model: {error}") from error
    if not isinstance(body, dict):
        raise DataError(f"{str(place)!r} holds no saved model")
    return body, arrays


def _digest(body: Mapping[str, object], arrays: Arrays) -> str:
    """SHA-256 over the data and the bytes of every array."""
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    found = sha256(text.encode())
    for name, array in sorted(arrays.items()):
        found.update(f"\n{name} {array.dtype.str} {array.shape}\n".encode())
        found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()


def _into_place(beside: Path, place: Path, *, overwrite: bool) -> None:
    """Rename; an old model steps aside first, and is deleted when the new one stands."""
    old = beside.with_suffix(".old")
    for left in reversed(range(TRIES if overwrite else 1)):
        if overwrite:
            with suppress(FileNotFoundError):
                place.rename(old)
        try:
            beside.rename(place)
            break
        except OSError:
            if not left:
                raise
        finally:
            with suppress(OSError):  # there is a new one meanwhile, or never was an old one
                if not place.exists():
                    old.rename(place)
            shutil.rmtree(old, ignore_errors=True)
    folder = os.open(place.parent, os.O_RDONLY)
    try:
        _flush(folder)
    finally:
        os.close(folder)


def _flush(file: int) -> None:
    os.fsync(file)
