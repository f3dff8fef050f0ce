"""The command `ablation`: a study from its file, through its store, to its answers.

Whatever is heavy is imported by the command that needs it, so that `--help` answers at once.
"""

from ablation.cli.commands import ablation as ablation
from ablation.cli.start import main as main

__all__ = ["ablation", "main"]
