"""An independent check of an answer, from its certificate alone.

It reads plain JSON, believes nothing, imports nothing of the solver, and is short enough to be read
in one sitting: ``python -m causal.checker answer.json``.
"""

from causal.checker.opening import check, digest
from causal.checker.plain import CheckError, TooLargeError
from causal.checker.verdict import refute, replay

__all__ = ["CheckError", "TooLargeError", "check", "digest", "refute", "replay"]
