"""Checks for those who write systems: whether they hold what a study takes for granted."""

from ablation.testing.finding import Checked, Finding
from ablation.testing.system import check_system

__all__ = ["Checked", "Finding", "check_system"]
