"""Options and arguments that several subcommands share, so that they mean the same in each."""

from pathlib import Path

import click

STUDY_FORM = """\b
A study file, with train(config, seeds) -> {"accuracy": ...} in runner.py:
  name = "toy"
  system = "runner:train"
  seeds = 5
  [config]
  dropout = 0.1
  [components]                  # each: the key of the config, and what is off
  dropout = { switch = "dropout", off = 0.0 }
  [metrics.accuracy]
  equivalence = 0.01            # what does not matter
More in docs/run-a-study.md.
"""
STUDY_FILE = click.argument("study_file", metavar="STUDY.toml", type=click.Path(path_type=Path))
STORE = click.argument("store", metavar="STORE", type=click.Path(path_type=Path))
STUDY_NAME = click.option(
    "--study", "name", metavar="NAME", help="Which study, if the store holds several."
)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON (schema 1).")
