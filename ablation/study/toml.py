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
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TypeAlias, TypeVar, cast

from ablation.canonical import Json
from ablation.design import Contrast, design
from ablation.errors import (
    AblationError,
    StudyError,
    StudyFileError,
    SystemNotFoundError,
    did_you_mean,
    listed,
    nearest,
)
from ablation.study import definition as saved
from ablation.study.checks import numbered
from ablation.study.definition import ComponentEntry, Definition, MetricEntry

T = TypeVar("T")

Keys: TypeAlias = tuple[str, ...]
Allowed: TypeAlias = Mapping[str, tuple[type, ...]]

_STUDY: Allowed = {
    "name": (str,),
    "system": (str,),
    "seeds": (int, list, dict),
    "components": (dict,),
    "metrics": (dict,),
    "design": (str, dict),
    "config": (dict,),
    "question": (str,),
    "evaluate": (str,),
    "contrasts": (dict,),
    "correction": (str,),
    "budget": (dict,),
    "held": (list,),
    "baseline": (str, int),
}
_REQUIRED = ("name", "system", "seeds", "components", "metrics")
_COMPONENT: Allowed = {
    "switch": (str,),
    "off": (object,),
    "module": (str,),
    "by": (str,),
    "feature": (object,),
    "procedure": (str,),
}
_METRIC: Allowed = {"higher_is_better": (bool,), "equivalence": (float, int)}
_CONTRAST: Allowed = {"on": (list, dict), "off": (list, dict)}
_BUDGET: Allowed = {
    "trials": (int,),
    "hours": (float, int),
    "trial_seconds": (float, int),
    "trial_gb": (float, int),
    "unequal": (list,),
}
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
    "contrasts": (
        "Write [contrasts], and under it a line for each: "
        '"both" = { on = ["baseline"], off = ["without a and b"] }.'
    ),
    "config": "Write [config], and under it a line for each setting: attention = true.",
}
_KINDS: Mapping[str, tuple[Keys, ...]] = {
    "component": (("budget", "unequal"), ("design", "groups")),
    "component letter": (("design", "generators"),),
    "correction": (("correction",),),
    "seed": (("seeds",),),
}
_LONG = 2000  # lines; finding the line of a key reads the file once a line


def read_toml(path: Path) -> "StudyFile":
    """Read a study file into the saved form of a study."""
    try:
        text = path.read_text(encoding="utf-8-sig")  # some editors mark a file as UTF-8
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise StudyFileError(path, None, f"cannot be read: {reason}.") from error
    return StudyFile(path, _Source(path, text))


@contextmanager
def in_file(path: Path) -> Iterator[None]:
    """Put the line of a mistake before what a plan, or the first trial, says about it."""
    try:
        yield
    except StudyFileError:
        raise
    except StudyError as error:
        located = read_toml(path).located(error)
        if located.line is None:
            raise
        raise located from error


class StudyFile:
    """A study as its file states it, and where the file says what."""

    def __init__(self, path: Path, source: "_Source") -> None:
        self.path = path
        self._source = source
        self.definition = source.definition()

    def located(self, error: AblationError) -> StudyFileError:
        """Put the line of a mistake before what a study says about it."""
        line = next(filter(None, map(self._source.line_of, _places(error))), None)
        return StudyFileError(self.path, line, str(error))


def _places(error: AblationError) -> Iterator[Keys]:
    """Guess from its facts where a mistake was made, the likeliest place first."""
    named: object = getattr(error, "component", None) or getattr(error, "second", None)
    if isinstance(named, str):
        yield "components", named
    contrast: object = getattr(error, "contrast", None)
    if isinstance(contrast, str):
        yield "contrasts", contrast
    for fact, above in (("setting", ()), ("what", ("budget",)), ("metric", ("metrics",))):
        if isinstance(key := getattr(error, fact, None), str):
            yield *above, key
    where = str(getattr(error, "where", ""))
    if where.startswith("config."):
        yield tuple(re.sub(r"\[\d+\]", "", where).split("."))
        yield "config", re.split(r"[.\[]", where)[1]
    if isinstance(error, SystemNotFoundError):
        yield ("system",)
    kind = str(getattr(error, "kind", ""))
    yield from _KINDS.get(kind, ())


@dataclass(frozen=True)
class _Source:
    """A file's text, which knows where its keys are."""

    path: Path
    text: str

    def definition(self) -> Definition:
        study = self.parsed()
        self.check(study, (), _STUDY, _REQUIRED)
        stated = Definition(
            name=study["name"],
            question=study.get("question", ""),
            system=study["system"],
            config=study.get("config", {}),
            components=[self.component(name, entry) for name, entry in study["components"].items()],
            design=self.design(study.get("design", "leave-one-out")),
            metrics=[self.metric(name, entry) for name, entry in study["metrics"].items()],
            seeds=self.seeds(study["seeds"]),
        )
        return cast("Definition", {**stated, **dict(self.optional(study))})

    def optional(self, study: Mapping[str, Any]) -> Iterator[tuple[str, Json]]:
        """Read what a study need not say."""
        yield from (
            (key, study[key]) for key in ("evaluate", "correction", "baseline") if key in study
        )
        if "contrasts" in study:
            yield "contrasts", [self.contrast(*each) for each in study["contrasts"].items()]
        if "budget" in study:
            self.check(study["budget"], ("budget",), _BUDGET)
            self.attempt(("budget",), lambda: saved.budget(study["budget"]))
            yield "budget", study["budget"]
        if "held" in study or isinstance(study["seeds"], dict):
            crossed = study["seeds"] if isinstance(study["seeds"], dict) else {}
            streams: Any = {
                "held": study.get("held", []),
                "crossed": [[name, levels] for name, levels in crossed.items()],
            }
            crossing = self.attempt(
                ("seeds",), lambda: saved.streams({"crossed": streams["crossed"]})
            )
            self.attempt(("seeds",), lambda: numbered(crossing.blocks or 1))
            self.attempt(("held",), lambda: saved.streams(streams))
            yield "streams", streams

    def design(self, stated: Json) -> Json:
        """Read the design: a name, or a table with a name."""
        if isinstance(stated, dict) and "name" not in stated:
            self.fail(("design",), 'the design needs a name: [design], name = "leave-one-out".')
        try:
            design(cast("Any", stated))
        except StudyError as error:
            at = getattr(error, "setting", getattr(error, "name", ""))
            at = "name" if getattr(error, "kind", "") == "design" else at
            line = self.line_of(("design", at)) or self.line_of(("design",))
            raise StudyFileError(self.path, line, str(error)) from error
        return stated

    def contrast(self, name: str, entry: object) -> Json:
        """Read a contrast; a list of conditions stands for their mean."""
        keys = ("contrasts", name)
        table = self.table(entry, keys)
        self.check(table, keys, _CONTRAST, ("on", "off"))
        for side in ("on", "off"):
            stated = table[side]
            if isinstance(stated, dict) and not all(
                _fits(each, (float, int)) for each in stated.values()
            ):
                self.fail((*keys, side), f"{name}.{side} weighs conditions by numbers.")
            if not all(isinstance(each, str) for each in stated):
                self.fail((*keys, side), f"{name}.{side} is a list of names of conditions.")
        found = self.attempt(keys, lambda: Contrast(name, table["on"], table["off"]))
        return cast("Json", saved.contrast_entry(found))

    def attempt(self, keys: Keys, work: Callable[[], T]) -> T:
        """Do something with what the file says there; what is refused has its line."""
        try:
            return work()
        except (AblationError, TypeError) as error:
            inner = getattr(error, "setting", "")
            line = self.line_of((*keys, inner)) or self.line_of(keys)
            raise StudyFileError(self.path, line, str(error)) from error

    def parsed(self) -> dict[str, Any]:
        try:
            return tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            found = re.search(r"^(.*) \(at line (\d+), column (\d+)\)$", str(error))
            problem, line = (found[1], int(found[2])) if found else (str(error), None)
            raise StudyFileError(self.path, line, f"is not TOML: {problem}.") from error
        except RecursionError as error:
            raise StudyFileError(self.path, None, "is nested too deep to be read.") from error

    def component(self, name: str, entry: object) -> ComponentEntry:
        table = self.table(entry, ("components", name))
        self.check(table, ("components", name), _COMPONENT)
        stated = cast("ComponentEntry", {"name": name, **table})
        self.attempt(("components", name), lambda: saved.component(stated))
        return stated

    def metric(self, name: str, entry: object) -> MetricEntry:
        table = self.table(entry, ("metrics", name))
        self.check(table, ("metrics", name), _METRIC)
        stated = cast("MetricEntry", {"name": name, "higher_is_better": True, **table})
        self.attempt(("metrics", name), lambda: saved.metric(stated))
        return stated

    def seeds(self, stated: int | list[int] | dict[str, int]) -> list[int]:
        if isinstance(stated, dict):
            return []
        if isinstance(stated, list):
            return self.attempt(("seeds",), lambda: list(numbered(stated)))
        if stated < 1:
            self.fail(("seeds",), f"seeds is {stated}; it is how many, 1 or more, or a list.")
        return self.attempt(("seeds",), lambda: list(numbered(stated)))

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
