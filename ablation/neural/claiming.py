"""One thread at a time works on a module, because what stands in its forward serves all threads.

A second thread would measure its own ablation together with that of the first, and see nothing of
it; so it is refused. Copies of a module are apart.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import RLock, get_ident
from weakref import WeakKeyDictionary

from torch import nn

from ablation.neural.errors import OtherThreadError

LOCK = RLock()  # over all that patches of all modules share
_OWNERS: WeakKeyDictionary[nn.Module, tuple[int, int]] = WeakKeyDictionary()  # and how often


@contextmanager
def claimed(modules: Iterable[nn.Module]) -> Iterator[None]:
    """Keep other threads from patching these modules; the same thread may, as often as it likes.

    Raises OtherThreadError where another thread is at one of them.

    >>> net = nn.Sequential(nn.ReLU())
    >>> with claimed(net.modules()), claimed([net]):
    ...     len(_OWNERS)
    2
    """
    parts, me = list(modules), get_ident()
    with LOCK:
        for part in parts:
            if _OWNERS.get(part, (me, 0))[0] != me:
                raise OtherThreadError(type(part).__name__)
        for part in parts:
            _OWNERS[part] = me, 1 + _OWNERS.get(part, (me, 0))[1]
    try:
        yield
    finally:
        with LOCK:
            for part in parts:
                owner, times = _OWNERS.pop(part)
                if times > 1:
                    _OWNERS[part] = owner, times - 1
