"""Text that cannot be read, or means nothing: the same facts, with line, column and caret."""

from __future__ import annotations

from causal.errors.questions import CycleError, EmptyGraphError, QueryError, UnknownVariableError
from causal.errors.wording import CausalError

__all__ = [
    "CycleInTextError",
    "DuplicateEdgeError",
    "EmptyTextError",
    "EquationSyntaxError",
    "FormulaSyntaxError",
    "GraphSyntaxError",
    "ModelSyntaxError",
    "QueryInTextError",
    "QuerySyntaxError",
    "RegimeSyntaxError",
    "TextError",
    "UnknownInTextError",
]


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


class EmptyTextError(GraphSyntaxError, EmptyGraphError):
    """A text that names no variable, or only latent ones."""

    def __init__(self, text: str) -> None:
        TextError.__init__(self, text, len(text), EmptyGraphError.problem)


class QuerySyntaxError(TextError):
    """Text that is not a query."""


class QueryInTextError(TextError, QueryError):
    """A text asks for what means nothing, and this is where."""

    def __init__(self, text: str, position: int, error: QueryError) -> None:
        self.variables = error.variables
        TextError.__init__(self, text, position, error.problem)


class FormulaSyntaxError(TextError):
    """Text that is not a formula."""


class RegimeSyntaxError(TextError):
    """Text that does not say what was set when data were taken."""


class EquationSyntaxError(TextError):
    """Text that is not an equation; ``variable`` says of what."""

    def __init__(self, text: str, position: int, problem: str, variable: str = "") -> None:
        self.variable = variable
        where = f"in the equation of {variable}, " if variable else ""
        super().__init__(text, position, f"{where}{problem}")


class ModelSyntaxError(TextError):
    """Text that is not a model in JSON or TOML."""
