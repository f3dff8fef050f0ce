"""A configuration that notices which of its keys are read."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ablation.canonical import Json

if TYPE_CHECKING:
    from _collections_abc import dict_items, dict_values


class Watched(dict[str, Json]):
    """A dict, nested ones too, that writes down what is asked of it.

    What passes it by (`**config`, `json.dumps`) is not seen, so a key that is not in `read` may
    have been read all the same.

    >>> config = Watched.of({"model": {"depth": 4}, "rate": 0.1})
    >>> config["model"]["depth"], sorted(config.read)
    (4, ['model', 'model.depth'])
    """

    read: set[str]
    place: str

    @classmethod
    def of(
        cls, config: Mapping[str, Json], read: set[str] | None = None, place: str = ""
    ) -> "Watched":
        """Watch a copy of a configuration."""
        seen: set[str] = set() if read is None else read
        watched = cls(
            {
                key: cls.of(value, seen, f"{place}{key}.") if isinstance(value, Mapping) else value
                for key, value in config.items()
            }
        )
        watched.read, watched.place = seen, place
        return watched

    def __getitem__(self, key: str) -> Json:
        self.read.add(f"{self.place}{key}")
        return dict.__getitem__(self, key)

    def get(self, key: str, default: Json = None) -> Json:  # type: ignore[override]
        """Read a key that may be missing."""
        self.read.add(f"{self.place}{key}")
        return dict.get(self, key, default)

    def items(self) -> "dict_items[str, Json]":
        """Read everything."""
        self.read |= {f"{self.place}{key}" for key in self}
        return dict.items(self)

    def values(self) -> "dict_values[str, Json]":
        """Read everything."""
        self.read |= {f"{self.place}{key}" for key in self}
        return dict.values(self)
