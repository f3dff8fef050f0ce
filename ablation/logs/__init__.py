"""Logs that exist already: runs of other tools, read as they are, each with its configuration."""

from ablation.logs.reading import read_log
from ablation.logs.run import Log, Run

__all__ = ["Log", "Run", "read_log"]
