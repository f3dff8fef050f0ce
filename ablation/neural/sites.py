"""Where in a forward pass something happens: the chain of calls that led there.

A site is counted within its own call, never along the whole pass. So when a component is switched
off and its inside never runs, the sites of all others keep their names, and with them their noise.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from torch import nn

from ablation.neural.forwards import Forward, standing_in
from ablation.neural.selection import named


@dataclass(eq=False)
class CallPath:
    """The calls that are open now, outermost first.

    >>> path = CallPath()
    >>> with path.inside("block"):
    ...     path.site("dropout"), path.site("dropout")
    ('block/dropout', 'block/dropout:1')
    >>> path.site("dropout")
    'dropout'
    """

    open: list[str] = field(default_factory=lambda: [""])
    seen: list[Counter[str]] = field(default_factory=lambda: [Counter()])

    @property
    def module(self) -> str:
        """Name of the innermost module that is running; empty for the outermost."""
        return self.open[-1].rpartition("/")[2].partition(":")[0]

    def site(self, event: str) -> str:
        """Name one event: the open calls, and how often it happened in the innermost before."""
        number = self.seen[-1][event]
        self.seen[-1][event] += 1
        step = f"{event}:{number}" if number else event
        return f"{self.open[-1]}/{step}" if self.open[-1] else step

    @contextmanager
    def inside(self, name: str) -> Iterator[None]:
        """Open one call for as long as the block lasts."""
        self.open.append(self.site(name))
        self.seen.append(Counter())
        try:
            yield
        finally:
            self.open.pop()
            self.seen.pop()


@contextmanager
def traced_calls(module: nn.Module) -> Iterator[CallPath]:
    """Follow which sub-module is running, by its name, while the block lasts."""
    path = CallPath()
    names = {part: name for name, part in reversed(named(module).items())}
    with standing_in({part: _framed(name, part.forward, path) for part, name in names.items()}):
        yield path


def _framed(name: str, forward: Forward, path: CallPath) -> Forward:
    def stand_in(*args: object, **kwargs: object) -> object:
        with path.inside(name):
            return forward(*args, **kwargs)

    return stand_in
