"""``python -m causal.checker answer.json``: verify an answer without the solver."""

import json
import sys
from pathlib import Path

from causal.checker import CheckError, check
from causal.checker.reading import plain


def main(arguments: list[str]) -> int:
    """Exit code 0 when the certificate holds, 1 when it does not, 2 when it cannot be read."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m causal.checker ANSWER.json   (- for standard input)\n")
        return 2
    try:
        raw = sys.stdin.buffer.read() if arguments == ["-"] else Path(arguments[0]).read_bytes()
        certificate = json.loads(raw.decode(), object_pairs_hook=_once)
    except (OSError, ValueError, RecursionError) as error:
        sys.stderr.write(f"cannot read {arguments[0]!a}: {error}\n")
        return 2
    try:
        code, message = 0, check(certificate)
    except CheckError as error:
        code, message = 1, f"REJECTED: {error}"
    lines = map(plain, message.split("\n"))
    sys.stdout.buffer.write("".join(f"{line}\n" for line in lines).encode())
    return code


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return dict(pairs)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
