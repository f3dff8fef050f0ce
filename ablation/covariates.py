"""Covariates of a trial: what it ran, on what, how, and how much; recorded, and deciding nothing.

A difference between two arms can be a difference between two machines, two versions or two
budgets. It can be looked for, and adjusted for, only if it was written down (Pineau et al. 2021,
"Improving reproducibility in machine learning research").
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any

from ablation.canonical import Json, frozen, plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Covariates:
    """What was recorded of one trial beside its metrics; None is what nobody knows.

    - what ran: `code`, the head of the SHA-256 of the system's source; `commit`, of the git
      repository that holds it, and whether files there were `uncommitted`;
    - on what: `python`, `platform`, `host`, `packages` with versions, `device`;
    - how: `dtype`, `compiled` (torch.compile), `sharding` ("DDP", "FSDP", "ZeRO-3"), `processes`
      that train together, `threads` of each, `workers` that ran trials side by side;
    - how much: `steps`, `tokens`, `peak_memory` and `device_memory` in bytes. Wall and processor
      seconds stand in the trial itself;
    - with which luck: `streams`, every family of random streams asked for with the seed that it
      followed; when: `order`, its place in the plan, from 0;
    - `other`: whatever else the system recorded (`ablation.record`).

    >>> Covariates(host="atlas", steps=300).written()
    {'host': 'atlas', 'steps': 300}
    """

    code: str | None = None
    commit: str | None = None
    uncommitted: bool | None = None
    python: str | None = None
    platform: str | None = None
    host: str | None = None
    packages: Mapping[str, str | None] = field(default_factory=dict)
    device: str | None = None
    dtype: str | None = None
    compiled: bool | None = None
    sharding: str | None = None
    processes: int | None = None
    threads: int | None = None
    workers: int | None = None
    steps: int | None = None
    tokens: int | None = None
    peak_memory: int | None = None
    device_memory: int | None = None
    streams: Mapping[str, int] = field(default_factory=dict)
    order: int | None = None
    other: Mapping[str, Json] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in _TABLES:
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def __hash__(self) -> int:
        return hash((self.code, self.host, self.device, self.order))

    @staticmethod
    def names() -> Mapping[str, str]:
        """Name every covariate with what it is in words.

        >>> Covariates.names()["steps"]
        'a whole number'
        """
        return {name: _kind(name) for name in (*_TEXT, *_TRUTH, *_COUNTS, *_TABLES)}

    def written(self) -> dict[str, Json]:
        """Write what is known as plain JSON; `read` is its inverse."""
        known = {each.name: getattr(self, each.name) for each in fields(self)}
        return {
            name: plain(value) if name in _TABLES else value
            for name, value in known.items()
            if value is not None and (name not in _TABLES or value)
        }

    @classmethod
    def read(cls, recorded: Mapping[str, Json]) -> "Covariates":
        """Read what a trial of any version recorded; what is not of its kind goes to `other`.

        >>> Covariates.read({"host": "atlas", "steps": "many"})
        Covariates(host='atlas', other={'steps': 'many'})
        """
        fit: dict[str, Any] = {
            name: value for name, value in recorded.items() if _fits(name, value)
        }
        stated = recorded.get("other")
        rest = {name: value for name, value in recorded.items() if name not in fit}
        if isinstance(stated, Mapping):
            rest = {**stated, **{name: value for name, value in rest.items() if name != "other"}}
        return cls(**fit, other=frozen(rest))

    def __repr__(self) -> str:
        known = {**self.written(), "other": dict(self.other)}
        shown = ", ".join(f"{name}={value!r}" for name, value in known.items() if value != {})
        return f"Covariates({shown})"


_TABLES = ("packages", "streams", "other")
_TEXT = ("code", "commit", "python", "platform", "host", "device", "dtype", "sharding")
_TRUTH = ("uncommitted", "compiled")


def _kind(name: str) -> str:
    """Say what a covariate is made of."""
    kinds = {"text": _TEXT, "true or false": _TRUTH, "a table": _TABLES}
    return next((kind for kind, names in kinds.items() if name in names), "a whole number")


def _fits(name: str, value: Json) -> bool:
    if name in _TEXT:
        return isinstance(value, str)
    if name in _TRUTH:
        return isinstance(value, bool)
    if name == "packages":
        return isinstance(value, Mapping)
    if name == "streams":
        return isinstance(value, Mapping) and all(map(_is_count, value.values()))
    return name in _COUNTS and _is_count(value)


def _is_count(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


_COUNTS = tuple(
    each.name for each in fields(Covariates) if each.name not in {*_TABLES, *_TEXT, *_TRUTH}
)
