"""``python -m causal.checker answer.json``: verify an answer without the solver."""

import json
import sys
from pathlib import Path

from causal.checker import CheckError, TooLargeError, check


def main(arguments: list[str]) -> int:
    """Exit code 0 when the certificate holds, 1 when it does not, 2 when it cannot be read."""
    try:
        raw = sys.stdin.buffer.read() if arguments == ["-"] else Path(*arguments).read_bytes()
        stream, code, said = sys.stdout, 0, check(json.loads(raw, object_pairs_hook=_once))
    except CheckError as error:
        verdict = "NOT VERIFIED" if isinstance(error, TooLargeError) else "REJECTED"
        stream, code, said = sys.stdout, 1, f"{verdict}: {error}"
    except (OSError, ValueError, RecursionError) as error:
        stream, code, said = sys.stderr, 2, f"python -m causal.checker ANSWER.json (or -): {error}"
    stream.buffer.write(f"{said}\n".encode())
    return code


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return dict(pairs)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
