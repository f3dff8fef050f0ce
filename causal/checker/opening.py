"""Open a certificate: its seal, its shape, and who verifies what stands in it."""

import hashlib
import json
from collections.abc import Mapping

from causal.checker.plain import CheckError, Json, fields, require
from causal.checker.several import confirm, oppose
from causal.checker.verdict import refute, replay


def digest(certificate: Mapping[str, Json]) -> str:
    """SHA-256 over everything but the digest itself."""
    body = {key: value for key, value in certificate.items() if key != "digest"}
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def check(certificate: Json, *, models: int = 3) -> str:
    """What has been verified, in sentences; raises CheckError at the first thing that is false.

    ``models`` is the number of random models in which a formula is compared with the query.

    >>> check({"schema": 1, "digest": "none"})
    Traceback (most recent call last):
    ...
    causal.checker.plain.CheckError: expected an object with schema, ... lacks or adds ['answer'...
    """
    known = certificate if isinstance(certificate, dict) else {}
    no, acts, yes = (known.get("answer") == a for a in ("not-identified", "equal", "identified"))
    worlds = known.get("schema") == 2 and not acts
    proof = ("estimand", "derivation", *known.keys() & {"number"})
    proof = ("thicket" if worlds else "hedge", "models") if no else proof[: 1 if worlds else 3]
    try:
        keys = ("schema", "answer", "digest", "graph", "query", *proof)
        schema, _, sealed, *parts = fields(certificate, *keys)
        fits = [type(schema), schema] == [int, 1 + worlds] and (no or acts or yes)
        require(fits, "no answer of schema 1 or 2")
        require(sealed == digest(certificate), "the digest does not match what it seals")
        if worlds:
            return oppose(*parts) if no else confirm(*parts, models=max(models, 1))
        return refute(*parts) if no else replay(*parts, acts=acts, models=models)
    except (RecursionError, ValueError) as error:
        raise CheckError(f"this is no graph, formula or model: {error}") from error
