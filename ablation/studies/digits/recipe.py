"""A recipe: which parts the network has, and how it is trained. One field, one switch."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from ablation.canonical import Json
from ablation.errors import StudyError, UnknownNameError


@dataclass(frozen=True, slots=True)
class Recipe:
    """The configuration of one training, checked.

    >>> Recipe.of({"attention": False, "epochs": 3}).attention
    False
    """

    position: bool = True
    attention: bool = True
    residual: bool = True
    norm: bool = True
    mlp: bool = True
    augmentation: bool = True
    dropout: float = 0.1
    warmup: bool = True
    smoothing: float = 0.1
    epochs: int = 15
    images: int = 1000

    @classmethod
    def of(cls, config: Mapping[str, Json]) -> "Recipe":
        """Read a recipe from a study's configuration; what is not said has its default."""
        known: dict[str, Any] = dict(config)
        defaults = {each.name: each.default for each in fields(cls)}
        for name, value in known.items():
            if name not in defaults:
                raise UnknownNameError("part of the recipe", name, defaults)
            _require_like(name, value, defaults[name])
        return cls(**known)

    def __post_init__(self) -> None:
        for name, share in (("dropout", self.dropout), ("smoothing", self.smoothing)):
            if not 0 <= share < 1:
                raise StudyError(f"{name} is a share, at least 0 and below 1, not {share}.")
        if self.epochs < 1:
            raise StudyError(f"a training has at least 1 epoch, not {self.epochs}.")
        if not 1 <= self.images <= 1600:
            raise StudyError(
                f"of the 1797 scans, 1 to 1600 can be trained on, not {self.images}: "
                "the rest are the test."
            )


def _require_like(name: str, value: Json, default: object) -> None:
    """Hold a value to the type of its default; an integer may stand for a share."""
    kind = type(default)
    wanted = (int, float) if kind is float else kind
    if not isinstance(value, wanted) or (kind is not bool and isinstance(value, bool)):
        raise StudyError(f"{name} in the recipe is like {default!r}, not {value!r}.")
