"""The command ``causal``: questions to a graph, answered on the terminal or as JSON.

Whatever is heavy is imported by the command that needs it, so that ``--help`` answers at once.
"""

from causal.cli import adjust as adjust  # registers its command
from causal.cli import bounds as bounds  # registers its command
from causal.cli import counterfactual as counterfactual  # registers its command
from causal.cli import equality as equality  # registers its commands
from causal.cli import implications as implications  # registers its command
from causal.cli import instruments as instruments  # registers its command
from causal.cli import positivity as positivity  # registers its command
from causal.cli import remedies as remedies  # registers its command
from causal.cli import simplify as simplify  # registers its command
from causal.cli.commands import causal as causal
from causal.cli.start import main as main

__all__ = ["causal", "main"]
