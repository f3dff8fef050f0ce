"""No search for garbage while a batch is swept.

A recording is tens of thousands of small objects that stay. Python takes such growth for a sign
that much could be freed, and looks through all there is: as long as many whole passes take. Nothing
in a sweep refers to itself in a circle, so what is done with is freed all the same.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_search_for_garbage() -> Iterator[None]:
    """Put the search off until the end of the block.

    >>> with no_search_for_garbage():
    ...     gc.isenabled()
    False
    """
    searching = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searching:
            gc.enable()
