"""``python -m benchmarks``: print every table; ``--save`` writes them to a page as well."""

from __future__ import annotations

import argparse
import inspect
import os
import platform
import sys
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import pandas as pd

MODULES = (
    "imports",
    "identification",
    "verdicts",
    "classics",
    "growth",
    "separation",
    "adjustment",
    "separators",
    "formats",
    "evaluation",
    "units",
    "counterfactuals",
    "store",
    "store_large",
    "runners",
    "sweep",
    "training",
)
PAGE = Path(__file__).parents[1] / "docs" / "benchmarks" / "first.md"
HEAD = """# Benchmarks

Written by `make bench ARGS=--save`: medians of at least five repetitions, everybody in turns in the
same run. Trust the ratios more than the milliseconds. {machine}
"""


def markdown(table: pd.DataFrame) -> str:
    """A table whose columns also line up as plain text."""
    cells = [[str(c) for c in table.columns], *([str(v) for v in row] for row in table.to_numpy())]
    widths = [max(len(row[i]) for row in cells) for i in range(len(table.columns))]
    lines = ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in cells]
    return "\n".join([lines[0], f"|{'|'.join('-' * (w + 2) for w in widths)}|", *lines[1:]])


def section(name: str, *, quick: bool) -> str:
    """One module's question and its answer."""
    module = import_module(f"benchmarks.{name}")
    title, _, note = (inspect.getdoc(module) or name).partition("\n")
    return f"## {title}\n\n{note.strip()}\n\n{markdown(module.table(quick))}\n"


def machine() -> str:
    """What the numbers were taken on."""
    return (
        f"causal-ablation {version('causal-ablation')}, Python {platform.python_version()}, "
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores."
    )


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("modules", nargs="*", help=f"which of {', '.join(MODULES)} (default: all)")
    parser.add_argument("--quick", action="store_true", help="fewer sizes and repetitions")
    parser.add_argument("--save", action="store_true", help=f"also write {PAGE.name} in docs")
    asked = parser.parse_args()
    if unknown := set(asked.modules) - set(MODULES):
        parser.error(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(MODULES)}")
    sections = []
    for name in asked.modules or MODULES:
        sections.append(section(name, quick=asked.quick))
        print(sections[-1], flush=True)
    if asked.save:
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        PAGE.write_text("\n".join([HEAD.format(machine=machine()), *sections]), encoding="utf-8")
        print(f"written to {PAGE.relative_to(PAGE.parents[2])}", file=sys.stderr)


if __name__ == "__main__":
    main()
