"""A model from a file, from text in JSON or TOML, or from a dictionary of the same form.

``{"exogenous": {"U": [0.4, 0.6]}, "equations": {"C": "U", "A": "C", "D": "int(A or C)"}}``
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from causal.errors import CycleError, DataError, ModelError, ModelSyntaxError
from causal.model.equations.building import built
from causal.model.saving import load
from causal.model.scm import SCM
from causal.variables import nearest

__all__ = ["load_model"]

Source: TypeAlias = str | os.PathLike[str] | Mapping[str, object]

PARTS = ("exogenous", "equations", "noise")

EXAMPLE = 'a model has equations, as in {"exogenous": {"U": [0.4, 0.6]}, "equations": {"X": "U"}}'
_AT_LINE = re.compile(r" \(at line (\d+), column (\d+)\)$")


def load_model(source: Source) -> SCM:
    """Read a structural model; equations are read by our own grammar, never run.

    A folder is one that ``save_model`` wrote.

    ``exogenous`` gives each noise the probabilities of its values 0, 1, 2, ..., decimals taken as
    they are written; ``equations`` gives each variable what it equals.  The graph follows: a noise
    in two equations is a hidden common cause, ``<->``.  A variable takes the values that its
    equation can have, whatever its causes are set to.  ``noise`` gives real noise its law, as in
    ``"normal(0, 1)"``; an equation to which it is added is recognised as linear or additive, so
    that units have counterfactual values; any other can be drawn from.

    Raises ModelSyntaxError or EquationSyntaxError with line:column, UnknownInTextError,
    CycleError, ModelError, or DataError for a file that is not there.

    >>> squad = load_model('''
    ... [exogenous]
    ... court = [0.3, 0.7]
    ... [equations]
    ... captain = "court"
    ... A = "captain"
    ... B = "captain"
    ... dead = "A or B"
    ... ''')
    >>> print(squad.graph)
    captain -> A; captain -> B; A -> dead; B -> dead
    >>> from causal.model import counterfactual
    >>> print(counterfactual(squad, "P(dead[A=0]=1 | A=1)"))
    P(dead[A=0]=1 | A=1) = 1
    """
    if isinstance(source, Mapping):
        return _of_parts(source)
    if isinstance(source, str) and not source.strip():
        raise ModelError(f"the model is empty; {EXAMPLE}")
    if not isinstance(source, str | os.PathLike):
        raise ModelError(f"a model is a file, text or a dictionary, not a {type(source).__name__}")
    if isinstance(source, os.PathLike) or _is_path(source):
        if Path(source).is_dir():
            return load(source)
        return _of_parts(_parsed(_file(Path(source)), toml=Path(source).suffix == ".toml"))
    return _of_parts(_parsed(source, toml=not source.lstrip().startswith("{")))


def _is_path(source: str) -> bool:
    """Text has a bracket, an equals sign or a second line; the name of a file has none."""
    return not any(mark in source for mark in "{[=\n")


def _file(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise DataError(f"there is no file {str(path)!r}") from error
    except (OSError, ValueError) as error:
        raise DataError(f"{str(path)!r} cannot be read: {error}") from error


def _parsed(text: str, *, toml: bool) -> object:
    try:
        if toml:
            return tomllib.loads(text, parse_float=str)
        return json.loads(
            text, parse_float=str, parse_constant=_not_a_number, object_pairs_hook=_each_once
        )
    except json.JSONDecodeError as error:
        raise ModelSyntaxError(text, error.pos, f"not JSON: {error.msg}") from error
    except tomllib.TOMLDecodeError as error:
        raise ModelSyntaxError(text, *_toml_place(text, str(error))) from error
    except ModelError:
        raise
    except ValueError as error:  # a whole number of thousands of digits
        raise ModelError("a number of this model is too long to be read") from error
    except RecursionError as error:
        raise ModelError("the brackets of this model go too deep") from error


def _toml_place(text: str, message: str) -> tuple[int, str]:
    """Where TOML went wrong, which its reader says in words."""
    problem = f"not TOML: {_AT_LINE.sub('', message)}"
    if (found := _AT_LINE.search(message)) is None:
        return len(text), problem.removesuffix(" (at end of document)")
    lines = text.splitlines(keepends=True)[: int(found[1]) - 1]
    return sum(map(len, lines)) + int(found[2]) - 1, problem


def _not_a_number(name: str) -> object:
    raise ModelError(f"{name} is no probability; write decimals, or fractions such as '1/3'")


def _each_once(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ModelError(f"{twice!r} stands twice in one object; each name has one entry")
    return found


def _of_parts(source: object) -> SCM:
    for part in source if isinstance(source, Mapping) else ():
        if part not in PARTS:
            close = nearest(str(part), PARTS)
            hint = f"; did you mean {close[0]}?" if close else f"; it has {', '.join(PARTS)}"
            raise ModelError(f"a model has no part {part!r}{hint}")
    if not isinstance(source, Mapping) or not source.get("equations"):
        raise ModelError(EXAMPLE)
    exogenous, equations, noise = (_entries(source, part) for part in PARTS)
    try:
        return built(exogenous, equations, noise)
    except CycleError as error:
        hint = "linear equations that feed back are a causal.LinearSystem"
        raise CycleError(error.cycle, hint=hint) from error


def _entries(source: Mapping[str, object], part: str) -> dict[str, object]:
    entries = source.get(part, {})
    if not isinstance(entries, Mapping):
        raise ModelError(f"{part} is {entries!r}; it gives every name an entry")
    for name in entries:
        if not isinstance(name, str) or not name:
            raise ModelError(f"{part} names {name!r}; a name is text, and not empty")
    return dict(entries)
