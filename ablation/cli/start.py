"""The way in and out: one message for bad input, a short one for Ctrl-C, none for a closed pipe."""

import contextlib
import os
import sys
import traceback
from io import TextIOWrapper

import click

from ablation.cli.commands import ablation
from ablation.cli.exits import Exit
from ablation.errors import AblationError


def main() -> None:
    """Run the command line and end the process with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that lacks a letter shows its number instead of an error.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    code = _run()
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        code = _nobody_reads()
    sys.exit(code)


def _run() -> int:
    try:
        code: object = ablation.main(prog_name="ablation", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return Exit.MISUSE
    except AblationError as error:
        click.echo(f"Error: {error}", err=True)
        return Exit.MISUSE
    except (click.Abort, KeyboardInterrupt):
        return Exit.INTERRUPTED
    except SystemExit as ending:  # click's own way to end on a closed pipe, or after completion
        return Exit.CLOSED_PIPE if ending.code else Exit.ANSWERED
    except OSError as error:
        click.echo(f"Error: {error}", err=True)
        return Exit.FAILED
    except Exception:  # noqa: BLE001  # a crash is shown in full, and must not exit 1, which is "no"
        traceback.print_exc()
        return Exit.FAILED
    return code if isinstance(code, int) else Exit.ANSWERED


def _nobody_reads() -> int:
    """Leave Python nothing to flush into the closed pipe when it shuts down."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return Exit.CLOSED_PIPE
