"""What the demo is made of: parts, each some lines for the terminal and a section of the page."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from ablation.pages.page import Block
from ablation.runner.progress import Watcher

Tell: TypeAlias = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How much is trained and drawn; the defaults take a few minutes on two cores."""

    seeds: int = 5
    epochs: int = 15
    images: int = 1000
    runs: int = 120
    close_calls: int = 12
    draws: int = 4000
    rows: int = 20000


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Where things are kept, who works, who watches, and how much of it."""

    folder: Path
    workers: int
    watch: Watcher | None = None
    scale: Scale = Scale()

    @property
    def store(self) -> Path:
        """Where every trial is recorded as it ends."""
        return self.folder / "runs.db"


@dataclass(frozen=True, slots=True)
class Part:
    """What came out: the answer in a sentence, then lines for the terminal, blocks for the page."""

    answer: str
    told: tuple[str, ...]
    blocks: tuple[Block, ...]
