"""``python -m causal.checker answer.json``: verify an answer without the solver."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from causal.checker import CheckError, check


def main(arguments: list[str]) -> int:
    """Exit code 0 when the certificate holds, 1 when it does not, 2 when it cannot be read."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m causal.checker ANSWER.json   (- for standard input)\n")
        return 2
    try:
        name = arguments[0]
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
        certificate = json.loads(text)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"cannot read {arguments[0]}: {error}\n")
        return 2
    try:
        sys.stdout.write(check(certificate) + "\n")
    except (CheckError, KeyError, TypeError, ValueError, AttributeError) as error:
        sys.stdout.write(f"REJECTED: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
