"""Reading hostile text: a value, or one of our errors with its place, and either soon."""

import time
from collections.abc import Callable

from causal.errors import CausalError, TextError

Read = Callable[[str], object]


def seconds(read: Read, text: str, error: type[TextError] = TextError) -> float:
    """Of our own work; anything but a value, or an error of this kind that says where, fails."""
    start, caught = time.process_time(), None
    try:
        read(text)
    except CausalError as raised:
        caught = raised
    spent = time.process_time() - start
    if caught is not None:
        assert isinstance(caught, error), text
        assert 0 <= caught.position <= len(text)
        first, *picture = str(caught).split("\n")
        assert first.startswith(f"{caught.line}:{caught.column}: ")
        assert len(picture) in (0, 2)
        assert all(line.isprintable() for line in (first, *picture))
        assert len(str(caught)) < 2000, caught
    return spent


def soon(read: Read, text: str, limit: float = 0.05, error: type[TextError] = TextError) -> bool:
    """Whether it takes less than `limit` seconds; asked again if not, as others use the machine."""
    return any(seconds(read, text, error) < limit for _ in range(3))
