"""Why not, as two models one can run: the same observed law, another answer to the query.

Nothing is returned unverified: laws and answers are compared exactly, as Fractions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from causal.certification.circuits import Circuit
from causal.certification.obstruction import Obstruction
from causal.certification.parallel import told_apart
from causal.certification.truth import Cell, shown, truth
from causal.errors import CertificateError, ModelsTooLargeError
from causal.identification import Answer, Conflict, Hedge, NotIdentified, Thicket
from causal.model import SCM
from causal.model.mechanism import Value, Values
from causal.query import Query
from causal.variables import Variable, natural

__all__ = ["Countermodels", "countermodels", "proposed"]

LARGEST = 18  # bits: two to this power are the cells of a law that is compared in full


@dataclass(frozen=True)
class Countermodels:
    """Two models of one graph, equal in law, and a cell in which they answer differently."""

    query: Query
    models: tuple[SCM, SCM]
    cell: Cell
    values: tuple[Fraction, Fraction]
    equal: str = "observed law"

    def __iter__(self) -> Iterator[SCM]:
        return iter(self.models)

    def __str__(self) -> str:
        one, other = self.values
        where = f" at {shown(self.cell)}" if self.cell else ""
        return (
            f"{self.query}{where} is {one} in one model and {other} in another "
            f"with the same {self.equal}"
        )


def countermodels(answer: Answer) -> Countermodels:
    """Two finite models of the graph with one observed law, without zeros, and two answers.

    The proof, in numbers, that no formula in the observed law can answer the query.  Raises
    CertificateError when the answer's hedge is not one, or the models are too large to verify.

    >>> from causal import ADMG, identify
    >>> found = countermodels(identify(ADMG.parse("X -> Y; X <-> Y"), "P(Y | do(X))"))
    >>> print(found)
    P(Y | do(X)) at X=0, Y=0 is 1/2 in one model and 9/10 in another with the same observed law
    >>> one, other = found
    >>> bool((one.law() == other.law()).all())
    True

    Those of a counterfactual, at some values of it, agree on all experiments too.

    >>> both = countermodels(identify(ADMG.parse("X -> Y"), "P(Y[X=1]=1, Y[X=0]=0)"))
    >>> [str(value) for value in both.values], both.equal
    (['3/20', '1/4'], 'law under every experiment')
    """
    if not isinstance(answer, NotIdentified):
        raise CertificateError(f"only a query that is not identified has countermodels: {answer}")
    if isinstance(answer.hedge, Conflict | Thicket):
        apart = told_apart(answer, answer.hedge)
        which = "every experiment" if isinstance(answer.hedge, Conflict) else "these experiments"
        return Countermodels(
            apart.query, apart.models, {}, apart.values, equal=f"law under {which}"
        )
    found, circuit = proposed(answer)
    _check_laws(*found.models, circuit)
    return found


def proposed(answer: NotIdentified) -> tuple[Countermodels, Circuit]:
    """The same for a hedge, with answers that differ, and laws that remain to be compared."""
    if isinstance(answer.hedge, Hedge):
        _require_small(len(answer.hedge.outer))  # each has one bit at least
    circuits = Obstruction.of(answer).circuits()
    wired = circuits[0].wired.intersection(answer.graph.nodes)
    _require_small(sum(len(circuits[0].word(v)) for v in wired))
    for names in _namings(circuits[0], answer.query):
        one, other = (circuit.model(answer.graph, names) for circuit in circuits)
        for (cell, value), (_, another) in zip(
            truth(one, answer.query), truth(other, answer.query), strict=True
        ):
            if value != another:
                found = Countermodels(answer.query, (one, other), cell, (value, another))
                return found, circuits[0]
    raise CertificateError(f"the models made of {answer.hedge} agree on {answer.query}")


def _namings(circuit: Circuit, query: Query) -> Iterator[dict[Variable, Values]]:
    """Names for the words of the variables whose values the query fixes, in every rotation."""
    words: dict[Variable, list[Value]] = {
        v: list(range(2 ** len(circuit.word(v)))) for v in sorted(query.values, key=natural)
    }
    for v, word in words.items():
        if query.values[v] not in word:
            word[-1] = query.values[v]
    for turns in product(*(range(len(word)) for word in words.values())):
        yield {
            v: (*word[turn:], *word[:turn])
            for (v, word), turn in zip(words.items(), turns, strict=True)
        }


def _require_small(bits: int) -> None:
    """Raise ModelsTooLargeError before models are made whose laws nobody could compare."""
    if bits > LARGEST:
        raise ModelsTooLargeError(
            f"a law of 2^{bits} cells or more is too large to be compared in full"
        )


def _check_laws(one: SCM, other: SCM, circuit: Circuit) -> None:
    """Raise CertificateError unless the laws are equal and without zeros.

    Variables outside the circuit are independent coins in both models; the rest is compared in
    full.
    """
    wired = [v for v in one.graph.nodes if v in circuit.wired]
    law = one.law(*wired)
    if not (law == other.law(*wired)).all() or not (law > 0).all():
        raise CertificateError(f"the observed laws differ, or have zeros, on {', '.join(wired)}")
    if any(one.mechanisms[v] != other.mechanisms[v] for v in set(one.graph.nodes) - set(wired)):
        raise CertificateError("the models differ outside the circuit")
