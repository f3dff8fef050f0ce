"""An independent check of an answer, from its certificate alone.

It reads plain JSON, believes nothing, imports nothing of the solver, and is short enough to be read
in one sitting: ``python -m causal.checker answer.json``.
"""

from causal.checker.models import TooLargeError as TooLargeError
from causal.checker.reading import CheckError as CheckError
from causal.checker.verdict import check as check
from causal.checker.verdict import digest as digest

__all__ = ["CheckError", "TooLargeError", "check", "digest"]
