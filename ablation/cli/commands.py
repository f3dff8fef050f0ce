"""The subcommands in the order of a study's life: check, plan, run, import, look, read, export."""

import click

from ablation.cli.checking import check
from ablation.cli.demonstration import demo
from ablation.cli.exporting import export
from ablation.cli.importing import import_
from ablation.cli.inspection import status, verify
from ablation.cli.planning import plan
from ablation.cli.reading import effects, report
from ablation.cli.running import run


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="causal-ablation")
def ablation() -> None:
    """Run ablation studies as experiments.

    A study is stated in a file, run trial by trial into a store, and read from there. What was
    interrupted continues with the same command.

    Exit codes: 0 answered, 1 answered "no", 2 bad input, 130 stopped by Ctrl-C.
    """


for _command in (check, plan, run, import_, status, verify, effects, report, export, demo):
    ablation.add_command(_command)
