"""Everything ``causal`` raises on purpose: what was given, what was expected, what to do next."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fractions import Fraction

__all__ = [
    "CausalError",
    "CertificateError",
    "CycleError",
    "CycleInTextError",
    "DataError",
    "DefectError",
    "DomainError",
    "DuplicateEdgeError",
    "EmptyGraphError",
    "EmptyTextError",
    "EquationSyntaxError",
    "ForeignGraphError",
    "FormulaError",
    "FormulaSyntaxError",
    "GraphSyntaxError",
    "ImpossibleEvidenceError",
    "MechanismError",
    "MissingColumnsError",
    "MissingRegimeError",
    "ModelError",
    "ModelSyntaxError",
    "ModelsTooLargeError",
    "NotAPointError",
    "OptionError",
    "PositivityError",
    "ProbabilityError",
    "QueryError",
    "QueryInTextError",
    "QuerySyntaxError",
    "RegimeSyntaxError",
    "TextError",
    "TooFewRowsError",
    "UnknownInTextError",
    "UnknownVariableError",
    "UnsupportedQueryError",
    "WrongEstimandError",
    "printable",
    "shown",
]

_WORD = re.compile(r"[^\W\d][\w.]*|\d+")
_LETTERS = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def shown(name: str, most: int = 60) -> str:
    r"""A name as messages write it: quoted unless it is a word, printable, and not too long.

    >>> print(shown("X1"), shown("a\nb"), shown("x" * 100, most=3))
    X1 "a\nb" xxx...
    """
    short = name if len(name) <= most else f"{name[:most]}..."
    if _WORD.fullmatch(short):
        return short
    return '"' + printable(short.replace("\\", r"\\").replace('"', r"\"")) + '"'


def printable(text: str) -> str:
    r"""The text, where what does not print, or turns the rest around, is written by its number.

    >>> print(printable("a\nb"), printable("\x1b[31m"))
    a\nb \u{1b}[31m
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _LETTERS.get(c, f"\\u{{{ord(c):x}}}") for c in text)


def _short(line: str, most: int = 1200) -> str:
    return line if len(line) <= most else f"{line[: most - 300]} ... {line[-295:]}"


def _row(names: Sequence[str], most: int = 12) -> str:
    return ", ".join([*map(shown, names[:most]), *(["..."] if len(names) > most else [])])


class CausalError(Exception):
    """Base of every error raised on purpose; its message can be printed, and fits a screen."""

    def __init__(self, *lines: str) -> None:
        Exception.__init__(self, "\n".join(_short(printable(line)) for line in lines))

    def __str__(self) -> str:  # KeyError would show the repr
        return str(self.args[0])


class UnknownVariableError(CausalError, KeyError):
    """A name that the graph, model or data does not have; ``nearest`` holds the likely ones."""

    def __init__(
        self,
        missing: Sequence[str],
        known: Sequence[str],
        nearest: Iterable[str] = (),
        where: str = "graph",
    ) -> None:
        self.missing, self.known = tuple(missing), tuple(known)
        self.nearest, self.where = tuple(nearest), where
        hint = f" Did you mean {' or '.join(map(shown, self.nearest))}?" if self.nearest else ""
        verb = "is" if len(self.missing) == 1 else "are"
        self.problem = (
            f"{_row(self.missing)} {verb} not in the {where}, which has "
            f"{_row(self.known) or 'no variables'}.{hint}"
        )
        CausalError.__init__(self, self.problem)


class CycleError(CausalError, ValueError):
    """The directed part of a graph has a cycle; ``cycle`` lists it in order."""

    def __init__(self, cycle: Sequence[str]) -> None:
        self.cycle = tuple(cycle)
        long = len(self.cycle) > 12  # its ends are shown
        names = [shown(name) for name in (self.cycle[:6] if long else self.cycle)]
        names += ["...", *map(shown, self.cycle[-2:])] if long else []
        self.problem = f"{' -> '.join(names)} is a cycle; a causal graph has none"
        CausalError.__init__(self, self.problem)


class TextError(CausalError, ValueError):
    """Text that cannot be read; ``line`` and ``column`` (from 1) say where."""

    def __init__(self, text: str, position: int, problem: str) -> None:
        self.text, self.position, self.problem = text, position, problem
        start = text.rfind("\n", 0, position) + 1
        end = text.find("\n", position)
        self.line = text.count("\n", 0, position) + 1
        self.column = position - start + 1
        line = text[start : end if end >= 0 else len(text)]
        # Long lines are shown around the caret only; what does not print would move it.
        left = max(0, self.column - 41)
        window = "".join(c if c.isprintable() else " " for c in line[left : left + 80])
        caret = " " * (self.column - 1 - left) + "^"
        where = f"{self.line}:{self.column}: {problem}"
        picture = (f"  {window}", f"  {caret}") if window.strip() else ()
        CausalError.__init__(self, where, *picture)


class UnknownInTextError(TextError, UnknownVariableError):
    """A text names a variable that the graph does not have, and this is where."""

    def __init__(self, text: str, position: int, error: UnknownVariableError) -> None:
        self.missing, self.known = error.missing, error.known
        self.nearest, self.where = error.nearest, error.where
        TextError.__init__(self, text, position, error.problem)


class GraphSyntaxError(TextError):
    """Text that is not a graph."""


class CycleInTextError(GraphSyntaxError, CycleError):
    """A text draws a cycle, and this is the edge that closes it."""

    def __init__(self, text: str, position: int, error: CycleError) -> None:
        self.cycle = error.cycle
        TextError.__init__(self, text, position, error.problem)


class DuplicateEdgeError(GraphSyntaxError):
    """The same edge twice; ``edge`` is how it was written first."""

    def __init__(self, text: str, position: int, edge: str) -> None:
        self.edge = edge
        super().__init__(text, position, f"the edge {edge} is given twice; delete one of them")


class EmptyGraphError(CausalError, ValueError):
    """A graph without a single variable."""

    problem = 'the graph is empty; write edges such as "X -> Y; X <-> Y"'

    def __init__(self) -> None:
        CausalError.__init__(self, self.problem)


class EmptyTextError(GraphSyntaxError, EmptyGraphError):
    """A text that names no variable, or only latent ones."""

    def __init__(self, text: str) -> None:
        TextError.__init__(self, text, len(text), EmptyGraphError.problem)


class ForeignGraphError(CausalError, ValueError):
    """An object of another library that is no graph, or says what our graphs cannot."""


class QuerySyntaxError(TextError):
    """Text that is not a query."""


class EquationSyntaxError(TextError):
    """Text that is not an equation; ``variable`` says of what."""

    def __init__(self, text: str, position: int, problem: str, variable: str = "") -> None:
        self.variable = variable
        where = f"in the equation of {variable}, " if variable else ""
        super().__init__(text, position, f"{where}{problem}")


class ModelSyntaxError(TextError):
    """Text that is not a model in JSON or TOML."""


class FormulaSyntaxError(TextError):
    """Text that is not a formula."""


class RegimeSyntaxError(TextError):
    """Text that does not say what was set when data were taken."""


class FormulaError(CausalError, ValueError):
    """Parts that make no formula, such as a sum over nothing."""


class QueryError(CausalError, ValueError):
    """A query that reads well and means nothing, such as an outcome that is also set."""

    def __init__(self, problem: str, variables: Iterable[str] = ()) -> None:
        self.problem, self.variables = problem, tuple(variables)
        CausalError.__init__(self, problem)


class QueryInTextError(TextError, QueryError):
    """A text asks for what means nothing, and this is where."""

    def __init__(self, text: str, position: int, error: QueryError) -> None:
        self.variables = error.variables
        TextError.__init__(self, text, position, error.problem)


class UnsupportedQueryError(CausalError, NotImplementedError):
    """A well-formed query of a kind that this procedure does not answer."""


class PositivityError(CausalError, ZeroDivisionError):
    """A conditional on an event that never happens; ``cells`` lists where."""

    def __init__(self, conditional: str, cells: Sequence[str]) -> None:
        self.conditional, self.cells = conditional, tuple(cells)
        where = "; ".join(self.cells[:5]) + ("; ..." if len(self.cells) > 5 else "")
        super().__init__(
            f"{conditional} is undefined where nothing was observed: {where}. "
            "The formula needs data (or positive probability) there."
        )


class DataError(CausalError, ValueError):
    """Data that a formula cannot be evaluated on."""


class MissingRegimeError(DataError):
    """A formula over experiments, and no data from one of them; ``known`` are those there are."""

    def __init__(self, wanted: str, known: Sequence[str]) -> None:
        self.wanted, self.known = wanted, tuple(known)
        there = f"there are {', '.join(self.known)}" if self.known else "there is none"
        super().__init__(f"the formula needs data taken under {wanted}; {there}")


class CertificateError(CausalError, ValueError):
    """An answer that its own certificate does not bear out, or that has none."""


class DefectError(CausalError, RuntimeError):
    """An answer that the checker refuses before anybody sees it; the facts are what to report."""

    def __init__(self, query: str, answer: str, problem: str, graph: str) -> None:
        self.query, self.answer, self.problem, self.graph = query, answer, problem, graph
        where = graph if len(graph) <= 300 else "the text in .graph"
        super().__init__(
            f"the answer to {query} was refused by its own check: {problem}. This is a defect of "
            f"causal and not of the question; please report it, with the graph: {where}"
        )


class ModelsTooLargeError(CertificateError):
    """Two models have too many states to be compared in full."""


class ModelError(CausalError, ValueError):
    """Mechanisms, noise and graph that make no structural model together."""

    def __init__(self, problem: str, *, variables: Iterable[str] = ()) -> None:
        self.problem, self.variables = problem, tuple(variables)
        super().__init__(problem)


class ProbabilityError(ModelError):
    """A law that is none: not a number, negative, or not summing to one."""


class DomainError(ModelError):
    """A value that a variable cannot take."""

    def __init__(self, variable: str, value: object, domain: Sequence[object]) -> None:
        self.variable, self.value, self.domain = variable, value, tuple(domain)
        takes = ", ".join(map(repr, self.domain[:12])) + (", ..." if len(self.domain) > 12 else "")
        problem = f"{shown(variable)} cannot be {value!r}; it takes {takes}"
        super().__init__(problem, variables=(variable,))


class MechanismError(ModelError):
    """A mechanism that does not do what a mechanism does: one number for each unit."""

    def __init__(self, variable: str, does: str) -> None:
        self.variable = variable
        super().__init__(f"the mechanism of {shown(variable)} {does}", variables=(variable,))


class NotAPointError(ModelError):
    """A value that full evidence leaves open; ``variable`` is where, ``instead`` what to ask."""

    def __init__(self, variable: str, why: str, instead: str) -> None:
        self.variable, self.why, self.instead = variable, why, instead
        super().__init__(
            f"what {shown(variable)} would have been is not determined: {why}; {instead}",
            variables=(variable,),
        )


class MissingColumnsError(DataError):
    """Units without a column that the answer needs; ``missing`` lists them."""

    def __init__(self, missing: Sequence[str], why: str) -> None:
        self.missing, self.why = tuple(missing), why
        noun = "column" if len(self.missing) == 1 else "columns"
        super().__init__(f"the units have no {noun} {_row(self.missing)}; {why}")


class ImpossibleEvidenceError(CausalError, ZeroDivisionError):
    """Evidence that the model gives probability zero, so that nothing follows from it."""

    def __init__(self, evidence: str, where: str = "this model") -> None:
        self.evidence = evidence
        super().__init__(
            f"{evidence} has probability zero in {where}; ask given something that can happen"
        )


class TooFewRowsError(DataError):
    """Fewer observations than an interval needs."""

    def __init__(self, rows: int, needed: int, why: str) -> None:
        self.rows, self.needed = rows, needed
        super().__init__(f"{rows} rows, and {why} needs at least {needed}")


class WrongEstimandError(CertificateError):
    """A formula that disagrees with the mutilated model, in one cell of one model."""

    def __init__(
        self, model: str, cell: str, estimand: str, value: Fraction, truth: Fraction
    ) -> None:
        self.model, self.cell, self.estimand = model, cell, estimand
        self.value, self.truth = value, truth
        super().__init__(
            f"in {model} at {cell}, the formula {estimand} gives {value}, but the model {truth}"
        )


class OptionError(CausalError, ValueError):
    """An option outside its range."""

    def __init__(self, option: str, value: object, needed: str) -> None:
        self.option, self.value, self.needed = option, value, needed
        super().__init__(f"{option} is {value!r}, but {needed}")


class UnusableEvidenceError(CausalError, ValueError):
    """Evidence from which no engine can reason back to the noise."""

    def __init__(self, variable: str, why: str) -> None:
        self.variable, self.why = variable, why
        super().__init__(f"{shown(variable)} was seen, and {why}")


class TooFewDrawsError(CausalError, ValueError):
    """Evidence with which too few draws agree for their mean to be worth anything."""

    def __init__(self, effective: float, draws: int, evidence: str) -> None:
        self.effective, self.draws, self.evidence = effective, draws, evidence
        super().__init__(
            f"of {draws:,} draws, {effective:.0f} effectively agree with {evidence}, which is too "
            f"few for an answer; give draws={10 * draws:,}, or ask given less"
        )
