"""Certificates broken in one place, and what a refusal of them has to be."""

import copy
import time

import pytest
from hypothesis import strategies as st

from causal.calculus import sealed
from causal.checker import CheckError, check

JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)


def resealed(certificate: dict) -> dict:
    """The same content under a digest of its own, as a forger computes digests, too."""
    return sealed({key: value for key, value in certificate.items() if key != "digest"})


def refusal(certificate: object) -> str:
    """Why a certificate is refused: in one line, and soon."""
    start = time.process_time()
    with pytest.raises(CheckError) as caught:
        check(certificate)
    assert len(str(caught.value).splitlines()) == 1
    assert time.process_time() - start < 5
    return str(caught.value)


def accepted(certificate: object) -> str | None:
    """What is said of a certificate that holds; None for one that is refused, in one line."""
    try:
        return check(certificate)
    except CheckError as error:
        said = str(error)
    assert len(said.splitlines()) == 1
    return None


def places(data: object, path: tuple = ()) -> list[tuple]:
    """The way to every part of nested data."""
    inner = data.items() if isinstance(data, dict) else enumerate(data)
    found = [path] if path else []
    for key, value in inner:
        here = (*path, key)
        found += places(value, here) if isinstance(value, dict | list) else [here]
    return found


def changed_at(of: dict, way: tuple, junk: object = None, *, drop: bool = False) -> dict:
    """A copy with something else at one place, or without it."""
    changed = copy.deepcopy(of)
    *above, last = way
    inner = changed
    for key in above:
        inner = inner[key]
    if drop:
        del inner[last]
    else:
        inner[last] = junk
    return changed
