"""What a certificate looks like; everything that it may hold is verified, so it may hold no more.

A shape is a type, a constant, a list of one shape, an object with its keys, or one of several.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

__all__ = ["misfit"]

_SEPARATION = {"one": [str], "other": [str], "given": [str]}
_TABLE = {"of": (str, [str]), "reads": [(str, [str])], "rows": [[str]]}
_ANY = {
    "schema": 1,
    "graph": {"nodes": [str], "directed": [[str]], "bidirected": [[str]]},
    "query": str,
    "answer": ("identified", "equal", "not-identified"),
    "digest": str,
}
_YES = _ANY | {
    "estimand": str,
    "derivation": [
        {
            "rule": ("rule 1", "rule 2", "rule 3", "probability"),
            "from": str,
            "to": str,
            "separation": (None, _SEPARATION),
            "cut_in": [str],
            "cut_out": [str],
        }
    ],
}
_NO = _ANY | {
    "hedge": {"outer": [str], "inner": [str]},
    "models": (None, {"one": [_TABLE], "other": [_TABLE], "cell": {str: int}, "values": [str]}),
}


def misfit(certificate: object) -> str:
    """What keeps data from being a certificate; nothing if they look like one."""
    no = isinstance(certificate, dict) and certificate.get("answer") == "not-identified"
    return _misfit(certificate, _NO if no else _YES, "the certificate")


def _misfit(data: Any, shape: Any, where: str) -> str:
    parts: Iterable[tuple[Any, Any, str]] = ()
    if isinstance(shape, tuple):
        misfits = [_misfit(data, one, where) for one in shape]
        return "" if "" in misfits else misfits[-1]
    if isinstance(shape, dict) and isinstance(data, dict):
        shape = dict.fromkeys(data, shape[str]) if str in shape else shape
        for extra, what in ((shape.keys() - data, "lacks"), (data.keys() - shape, "has also")):
            if extra:
                return f"{where} {what}: {', '.join(sorted(map(repr, extra)))}"
        parts = ((data[key], shape[key], f"{where}: {key}") for key in shape)
    elif isinstance(shape, list) and isinstance(data, list):
        parts = ((item, shape[0], f"{where}, item {i}") for i, item in enumerate(data, start=1))
    elif type(data) is not shape and (type(data), data) != (type(shape), shape):
        kinds = {dict: "an object", list: "a list", str: "text", int: "a whole number"}
        return f"{where} is not {kinds.get(shape if isinstance(shape, type) else type(shape))}"
    return next(filter(None, (_misfit(*part) for part in parts)), "")
