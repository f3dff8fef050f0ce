"""Circuits of bits: a small language for models in which only parities carry information.

A variable is a word of bits.  Each bit adds up (mod 2) bits of the variable's parents and coins of
the hidden causes that it shares, and is then flipped with some probability of its own.  Everything
that a graph offers and a circuit does not use, the mechanism ignores.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product
from math import prod
from typing import TypeAlias

from causal.graph import ADMG
from causal.model import SCM, Noise, Table
from causal.model.mechanism import Value, Values
from causal.model.noise import hidden_cause
from causal.variables import Variable, natural

__all__ = ["COIN", "Bit", "Circuit", "Connection", "Wire"]

COIN = Fraction(1, 2)


@dataclass(frozen=True)
class Wire:
    """Where a bit is to be read: at a variable or a hidden cause, for some purpose."""

    at: str
    purpose: str


Connection: TypeAlias = tuple[Wire, Wire]  # what is read, and what reads it


@dataclass(frozen=True)
class Bit:
    """The parity of its inputs, flipped with a probability: never (0), at times, or as a coin."""

    inputs: tuple[Wire, ...] = ()
    flip: Fraction = COIN


@dataclass(frozen=True)
class Circuit:
    """The bits at each variable, and what each of them reads.

    >>> graph = ADMG.parse("X -> Y; X <-> Y")
    >>> coin, x, y = Wire(hidden_cause("X", "Y"), "coin"), Wire("X", "bit"), Wire("Y", "bit")
    >>> never = Fraction(0)
    >>> parity = Circuit({x: Bit((coin,), never), y: Bit((x, coin), never)})
    >>> parity.model(graph, {}).law("Y")[0]    # the coin cancels
    Fraction(1, 1)
    """

    bits: Mapping[Wire, Bit]

    @property
    def wired(self) -> frozenset[Variable]:
        """The variables with a part in the circuit."""
        return frozenset(wire.at for wire in self.bits)

    def word(self, at: str) -> tuple[Wire, ...]:
        """The bits at a variable or hidden cause, lowest first; a bit without purpose if none."""
        return self._words.get(at, (Wire(at, "idle"),))

    def model(self, graph: ADMG, names: Mapping[Variable, Values]) -> SCM:
        """The circuit as a model of a graph; what has no part in it is a coin that nobody reads.

        ``names`` names the words of some variables, in counting order, in place of 0, 1, 2, ...
        """
        hidden = {pair: hidden_cause(*pair) for pair in graph.bidirected}
        domains: dict[str, Values] = {
            at: tuple(range(2 ** len(self.word(at)))) for at in (*graph.nodes, *hidden.values())
        }
        domains |= names
        tables = {}
        for v in graph.nodes:
            offered = graph.parents(v) | {name for pair, name in hidden.items() if v in pair}
            tables[v] = self._table(v, offered, domains)
        noise = [Noise(name, _uniform(len(domains[name]))) for name in hidden.values()]
        return SCM(graph, tables, noise)

    @cached_property
    def _words(self) -> dict[str, tuple[Wire, ...]]:
        used = {*self.bits, *(wire for bit in self.bits.values() for wire in bit.inputs)}
        ordered = sorted(used, key=lambda wire: natural(wire.purpose))
        return {at: tuple(w for w in ordered if w.at == at) for at in {wire.at for wire in used}}

    def _table(self, v: Variable, offered: frozenset[str], domains: Mapping[str, Values]) -> Table:
        bits = [self.bits.get(wire, Bit()) for wire in self.word(v)]
        given = tuple(sorted({wire.at for bit in bits for wire in bit.inputs}, key=natural))
        rows: dict[Value, list[Fraction]] = {}
        for words in product(*(range(len(domains[name])) for name in given)):
            lit = {
                wire: word >> place & 1
                for name, word in zip(given, words, strict=True)
                for place, wire in enumerate(self.word(name))
            }
            chances = [_chance_of_one(bit, lit) for bit in bits]
            setting = tuple(domains[name][word] for name, word in zip(given, words, strict=True))
            rows[setting] = [_weight(word, chances) for word in range(len(domains[v]))]
        return Table(given, rows, values=domains[v], ignores=offered - set(given))


def _chance_of_one(bit: Bit, lit: Mapping[Wire, int]) -> Fraction:
    odd = sum(lit[wire] for wire in bit.inputs) % 2
    return 1 - bit.flip if odd else bit.flip


def _weight(word: int, chances: list[Fraction]) -> Fraction:
    """The probability that independent bits spell a word, lowest bit first."""
    return prod(
        (p if word >> place & 1 else 1 - p for place, p in enumerate(chances)), start=Fraction(1)
    )


def _uniform(size: int) -> list[Fraction]:
    return [Fraction(1, size)] * size
