"""A study file: TOML in, the saved form of a study out; what it cannot mean is refused by line.

name = "toy"
system = "toy_system:train"       # found beside the file
seeds = 5
design = "leave-one-out"
[config]
attention = true
[components]
attention = { switch = "attention", off = false }
[metrics.accuracy]
higher_is_better = true
equivalence = 0.01
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TypeAlias, cast

from ablation.errors import StudyFileError, did_you_mean, listed, nearest
from ablation.study.definition import ComponentEntry, Definition, MetricEntry

Keys: TypeAlias = tuple[str, ...]
Allowed: TypeAlias = Mapping[str, tuple[type, ...]]

_STUDY: Allowed = {
    "name": (str,),
    "system": (str,),
    "seeds": (int, list),
    "components": (dict,),
    "metrics": (dict,),
    "design": (str,),
    "config": (dict,),
    "question": (str,),
}
_REQUIRED = ("name", "system", "seeds", "components", "metrics")
_COMPONENT: Allowed = {"switch": (str,), "off": (object,), "module": (str,), "by": (str,)}
_METRIC: Allowed = {"higher_is_better": (bool,), "equivalence": (float, int)}
_WORDS = {
    str: "text in quotes",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "a table",
}
_FORMS = {
    "components": (
        "Write [components], and under it a line for each: "
        'attention = { switch = "attention", off = false }.'
    ),
    "metrics": "Write [metrics.accuracy] for each, and under it higher_is_better = true.",
    "config": "Write [config], and under it a line for each setting: attention = true.",
}
_LONG = 2000  # lines; finding the line of a key reads the file once a line


def read_toml(path: Path) -> Definition:
    """Read a study file into the saved form of a study."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise StudyFileError(path, None, f"cannot be read: {error}.") from error
    return _Source(path, text).definition()


@dataclass(frozen=True)
class _Source:
    """A file's text, which knows where its keys are."""

    path: Path
    text: str

    def definition(self) -> Definition:
        study = self.parsed()
        self.check(study, (), _STUDY, _REQUIRED)
        return Definition(
            name=study["name"],
            question=study.get("question", ""),
            system=study["system"],
            config=study.get("config", {}),
            components=[self.component(name, entry) for name, entry in study["components"].items()],
            design=study.get("design", "leave-one-out"),
            metrics=[self.metric(name, entry) for name, entry in study["metrics"].items()],
            seeds=self.seeds(study["seeds"]),
        )

    def parsed(self) -> dict[str, Any]:
        try:
            return tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            found = re.search(r"^(.*) \(at line (\d+), column (\d+)\)$", str(error))
            problem, line = (found[1], int(found[2])) if found else (str(error), None)
            raise StudyFileError(self.path, line, f"is not TOML: {problem}.") from error

    def component(self, name: str, entry: object) -> ComponentEntry:
        table = self.table(entry, ("components", name))
        self.check(table, ("components", name), _COMPONENT)
        return cast("ComponentEntry", {"name": name, **table})

    def metric(self, name: str, entry: object) -> MetricEntry:
        table = self.table(entry, ("metrics", name))
        self.check(table, ("metrics", name), _METRIC)
        return cast("MetricEntry", {"name": name, "higher_is_better": True, **table})

    def seeds(self, stated: int | list[int]) -> list[int]:
        if isinstance(stated, list):
            return stated
        if stated < 1:
            self.fail(("seeds",), f"seeds is {stated}; it is how many, 1 or more, or a list.")
        return list(range(stated))

    def table(self, entry: object, keys: Keys) -> dict[str, Any]:
        if not isinstance(entry, dict):
            self.fail(keys, f"{_named(keys, entry)}, not a table. {_FORMS[keys[0]]}")
        return entry

    def check(
        self, table: Mapping[str, object], keys: Keys, allowed: Allowed, required: Keys = ()
    ) -> None:
        """Refuse keys that mean nothing, values of the wrong kind, and what is missing."""
        place = ".".join(keys) or "a study"
        for key, value in table.items():
            here = (*keys, key)
            if key not in allowed:
                hint = did_you_mean(nearest(key, allowed))
                self.fail(here, f"{place} has no key {key!r}; it has {listed(allowed)}.{hint}")
            if not _fits(value, allowed[key]):
                words = " or ".join(_WORDS[kind] for kind in allowed[key])
                form = "" if keys else _FORMS.get(key, "")
                self.fail(here, f"{_named(here, value)}; it must be {words}. {form}".rstrip())
        if missing := [key for key in required if key not in table]:
            forms = " ".join(_FORMS[key] for key in missing if key in _FORMS)
            self.fail(keys, f"{place} needs {listed(missing)}. {forms}".rstrip())

    def fail(self, keys: Keys, problem: str) -> NoReturn:
        raise StudyFileError(self.path, self.line_of(keys), problem)

    def line_of(self, keys: Keys) -> int | None:
        """Find the first line with which the file, read that far, has the key."""
        lines = self.text.split("\n")
        if not keys or len(lines) > _LONG:
            return None
        start = 1
        for count in range(1, len(lines) + 1):
            try:
                table = tomllib.loads("\n".join(lines[:count]))
            except tomllib.TOMLDecodeError:
                continue  # the middle of a statement of several lines
            if _has(table, keys):
                return start
            start = count + 1
        return None


def _named(keys: Keys, value: object) -> str:
    """Say what a key holds; a list or a table only by its kind."""
    what = _WORDS[type(value)] if isinstance(value, list | dict) else repr(value)
    return f"{'.'.join(keys)} is {what}"


def _fits(value: object, kinds: Iterable[type]) -> bool:
    """Whether a value is of one of the kinds; true and false are no numbers."""
    if isinstance(value, bool):
        return bool in kinds or object in kinds
    return isinstance(value, tuple(kinds))


def _has(table: object, keys: Keys) -> bool:
    for key in keys:
        if not isinstance(table, dict) or key not in table:
            return False
        table = table[key]
    return True
