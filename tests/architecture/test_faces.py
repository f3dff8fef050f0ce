"""A name in ``__all__`` is a promise: it exists, says what it is, and stands in order."""

from __future__ import annotations

import importlib
import inspect
from types import ModuleType

import pytest

FACES = [importlib.import_module(name) for name in ("causal", "ablation")]
NAMES = [(face, name) for face in FACES for name in face.__all__]


def order(name: str) -> tuple[int, str]:
    """Constants, then classes, then functions: the order that ruff keeps (RUF022)."""
    kind = 0 if name.isupper() and len(name) > 1 else 1 if name[0].isupper() else 2
    return kind, name


@pytest.mark.parametrize("face", FACES, ids=lambda face: face.__name__)
def test_the_public_names_stand_in_order_and_only_once(face: ModuleType) -> None:
    assert list(face.__all__) == sorted(set(face.__all__), key=order)
    assert set(face.__all__) <= set(dir(face))


@pytest.mark.parametrize(
    ("face", "name"), NAMES, ids=[f"{face.__name__}.{name}" for face, name in NAMES]
)
def test_a_public_name_exists_and_says_what_it_is(face: ModuleType, name: str) -> None:
    value = getattr(face, name)
    if inspect.isclass(value) or inspect.isroutine(value):
        first = (inspect.getdoc(value) or "").partition("\n")[0]
        assert first, f"{face.__name__}.{name} has no docstring"
        # A dataclass without a docstring gets its signature instead, which says nothing.
        assert not first.startswith(f"{name}(")


@pytest.mark.parametrize("face", FACES, ids=lambda face: face.__name__)
def test_a_misspelt_public_name_is_an_attribute_error_that_names_it(face: ModuleType) -> None:
    with pytest.raises(AttributeError, match="identfy"):
        _ = face.identfy
