"""Options and arguments that several subcommands share, so that they mean the same in each."""

from pathlib import Path

import click

STUDY_FILE = click.argument("study_file", metavar="STUDY.toml", type=click.Path(path_type=Path))
STORE = click.argument("store", metavar="STORE", type=click.Path(path_type=Path))
STUDY_NAME = click.option(
    "--study", "name", metavar="NAME", help="Which study, if the store holds several."
)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON (schema 1).")
