"""Texts that were right until somebody leaned on the keyboard."""

from __future__ import annotations

import random

from strategies.names import HOSTILE

from causal import ADMG

SHORT = [name for name in HOSTILE if 0 < len(name) < 100]
GRAPHS = [
    ADMG.parse("W -> Z -> X -> Y; W <-> X; W <-> Y; U"),
    ADMG.parse("V1 -> {V2, V3, V4} -> V5 -> V6; V1 <-> V6; V2 <-> V3"),
    ADMG.of(
        directed=list(zip(SHORT[::2], SHORT[1::2], strict=False)),
        bidirected=[("a b", '"'), ("U", "\\")],
    ),
]
QUERIES = [
    "P(Y | do(X))",
    "P(Y=1, W=0 | do(X=1, T=-2.5e3), Z, V=male)",
    "P(Y[X=1]=1 | X=0, Y=0)",
    "P(Y[X=1, M=M[X=0]]=1 | W[X=0]=0)",
    "P(Y[X->M=1, X=0]=1)",
    "P(Y[X->M=1, X->Y=0, Z=Z[X=1]]=1 | X=1)",
    'P("blood pressure"[dose=1]="very high" | "a \\"b\\"\\\\"=A)',
    "P(Y[A=A[B=B[C=C[D=1]]]]=True\n  | X=False)",
]
PIECES = [
    *"\"'\\{}[]()<>-+~=,;:*#!|\n\t \0", "->", "<->", "~~", "=~", "/*", "*/", "//", "&#", "c(", "0*",
    "dir=both", "node", "subgraph {", "graph [", "digraph {", '{"', "\ud800", "\u202e", "1e999",
    "9" * 50, "do(", "P(", "Y[", "]=", "E(", "\u2028", "\x1b[31m", "None",
]  # fmt: skip


def mutated(rng: random.Random, text: str) -> str:
    """The text with pieces put in, cut out, repeated; sometimes it stops half-way."""
    for _ in range(rng.choice([1, 1, 2, 5, 20])):
        start = rng.randrange(len(text) + 1)
        end = min(len(text), start + rng.choice([0, 0, 1, 3, 30]))
        middle = rng.choice(
            [rng.choice(PIECES), rng.choice(PIECES) * 50, "", text[start:end] * 30, "cut"]
        )
        text = text[:start] if middle == "cut" else text[:start] + middle + text[end:]
    return text


def mutated_graph(rng: random.Random, form: str) -> str:
    """A graph in a format, mutated."""
    return mutated(rng, rng.choice(GRAPHS).to(form))


def mutated_query(rng: random.Random) -> str:
    """A question about an effect, a world, an edge or a world inside a world, mutated."""
    return mutated(rng, rng.choice(QUERIES))
