"""What the user typed, as values: a graph from text or a file, and lists of names.

Every error says which argument, or which file, the line and column belong to.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

import causal
from causal.errors import TextError, UnknownInTextError, UnknownVariableError, shown
from causal.variables import Variables, listed, natural, quoted, unquoted

if TYPE_CHECKING:
    import pandas as pd

    from causal.expression import Expression
    from causal.query import Quantity
    from causal.query.terms import Value

__all__ = [
    "formula_from",
    "graph_from",
    "instruments_from",
    "latent_graph_from",
    "names_from",
    "quantity_from",
    "query_from",
    "question_from",
    "regimes_from",
    "require_parts",
    "rows_from",
    "side_from",
    "the_one",
    "values_from",
]

_LOOKS_LIKE_A_FILE = re.compile(r"(?!.*(->|<-))([^;{}]*[/\\][^;{}]*|[^\s;{}]+\.[A-Za-z]{1,6})")
_BAR = re.compile(r'\|(?=(?:[^"]|"[^"\\]*+(?:\\.[^"\\]*+)*+")*+$)', re.DOTALL)
_COMPOUND = re.compile(r"Σ|sum_|/|\)\s*P\(")
_NAME = re.compile(r'\s*(?:("[^"\\]*+(?:\\.[^"\\]*+)*+")|([^,]+))', re.DOTALL)


def graph_from(argument: str) -> causal.ADMG:
    """The graph that an argument is, or that the file it names holds (``-``: standard input)."""
    place, text = _source(argument)
    with _located(place):
        return causal.ADMG.parse(text)


def latent_graph_from(argument: str) -> tuple[causal.ADMG, Variables]:
    """The same with what it declares latent still in it, and those names."""
    from causal.graph import with_latents

    place, text = _source(argument)
    with _located(place):
        return with_latents(text)


def _source(argument: str) -> tuple[str, str]:
    """Where the text of a graph comes from, for errors, and the text."""
    if argument == "-":
        return "standard input", sys.stdin.read()
    path = Path(argument)
    if _is_there(path):
        return argument, _text(path)
    if _LOOKS_LIKE_A_FILE.fullmatch(argument):
        raise click.ClickException(f"there is no file {argument!r}, and it is not a graph either")
    return "graph", argument


def query_from(argument: str, graph: causal.ADMG) -> causal.Query:
    """The query about a graph that an argument is."""
    from causal.query import posed

    with _located("query"):
        return posed(graph, argument)


def question_from(argument: str, graph: causal.ADMG) -> causal.Query | Quantity:
    """The query about a graph that an argument is, or the quantity."""
    from causal.query import question_in, require

    with _located("query"):
        asked = question_in(argument)
        require(graph, asked.variables, text=argument)
        return asked


def quantity_from(argument: str, graph: causal.ADMG, *, beside: Iterable[str] = ()) -> Quantity:
    """The quantity about a graph, and names that it has beside it, that an argument is."""
    from causal.query import Quantity, require

    with _located("query"):
        asked = Quantity.parse(argument)
        require(graph, asked.variables.difference(beside), text=argument)
        return asked


def formula_from(argument: str, graph: causal.ADMG) -> Expression:
    """The formula about a graph that an argument is."""
    from causal.expression import parse
    from causal.query import require

    with _located("formula"):
        formula = parse(argument)
        require(graph, formula.variables, text=argument)
        return formula


def regimes_from(arguments: Sequence[str], graph: causal.ADMG) -> list[list[str]] | None:
    """What each experiment sets, observation alone for an empty text; None where none is named.

    >>> regimes_from(["X", "X, Z"], causal.ADMG.parse("X -> Z"))
    [['X'], ['X', 'Z']]
    """
    if not arguments:
        return None
    return [names_from([text], graph, "--regime") if text.strip() else [] for text in arguments]


def side_from(argument: str, graph: causal.ADMG) -> causal.Query | Expression:
    """The law that one side of an equality is, or the formula of several."""
    from causal.errors import FormulaSyntaxError
    from causal.expression import P, parse

    try:
        formula = parse(argument)
    except FormulaSyntaxError:
        if _COMPOUND.search(argument):
            return formula_from(argument, graph)  # which says what is wrong with it
        return query_from(argument, graph)
    if isinstance(formula, P) and len(formula.variables) == len(formula.symbols):
        return query_from(argument, graph)
    return formula_from(argument, graph)


def names_from(arguments: Iterable[str], graph: causal.ADMG, place: str) -> list[str]:
    """The variables that some arguments name: a name of the graph as it stands, or ``A,B``.

    ``place`` is what an error calls the argument.

    >>> graph = causal.ADMG.parse('X -> "a, b" -> "blood pressure"')
    >>> names_from(["blood pressure", 'X, "a, b"'], graph, "x")
    ['X', 'a, b', 'blood pressure']
    """
    names: dict[str, tuple[str, int]] = {}
    for argument in arguments:
        if argument in graph.nodes:
            names[argument] = argument, 0
            continue
        for found in _NAME.finditer(argument):
            name = unquoted(found[1]) if found[1] else found[2].strip()
            names.setdefault(name, (argument, found.start(1 if found[1] else 2)))
    names.pop("", None)
    try:
        graph.require(names)
    except UnknownVariableError as error:
        raise click.ClickException(
            f"{place}:{UnknownInTextError(*names[error.missing[0]], error)}"
        ) from error
    return sorted(names, key=natural)


def the_one(names: Sequence[str], what: str) -> str:
    """The only one of some names; raises ClickException when they are several."""
    if len(names) > 1:
        raise click.ClickException(f"{what} is one variable, not {listed(map(quoted, names))}")
    return names[0]


def instruments_from(arguments: Iterable[str], graph: causal.ADMG) -> dict[str, list[str]]:
    """Instruments, each with what is given: ``Z``, or ``Z | A,B``.

    >>> graph = causal.ADMG.parse('A -> Z -> X -> Y; A -> "a | b"')
    >>> instruments_from(["Z | A, X", '"a | b"'], graph)
    {'Z': ['A', 'X'], 'a | b': []}
    """
    found: dict[str, list[str]] = {}
    for argument in arguments:
        parts = [argument] if argument in graph.nodes else _BAR.split(argument, 1)
        z = the_one(names_from(parts[:1], graph, "--try") or [""], "an instrument")
        if not z or z in found:
            problem = f"{shown(z)} is proposed twice" if z else f"{argument!r} names no instrument"
            raise click.ClickException(problem)
        found[z] = names_from(parts[1:], graph, "--try")
    return found


def values_from(arguments: Iterable[str], graph: causal.ADMG) -> dict[str, tuple[Value, ...]]:
    """What variables can be, each as ``Y=0,1,2``, the values written as in queries.

    >>> values_from(["Y=0,1,2", '"blood type"=A,B'], causal.ADMG.parse('"blood type" -> Y'))
    {'Y': (0, 1, 2), 'blood type': ('A', 'B')}
    """
    from causal.query.tokens import Cursor

    found: dict[str, tuple[Value, ...]] = {}
    for argument in arguments:
        with _located("--values"):
            cursor = Cursor(argument)
            name = cursor.name()
            cursor.expect("=", "= and the values, as in Y=0,1,2")
            values = [cursor.value()]
            while cursor.accept(","):
                values.append(cursor.value())
            if cursor.here.kind != "eof":
                raise cursor.error("a comma, or nothing more")
            try:
                graph.require(name)
            except UnknownVariableError as error:
                raise UnknownInTextError(argument, 0, error) from error
        if name in found:
            raise click.ClickException(f"--values says twice what {shown(name)} can be")
        found[name] = tuple(values)
    return found


def rows_from(path: str) -> pd.DataFrame:
    """The rows of a CSV file, its first line the names of the columns."""
    import pandas as pd

    if not Path(path).is_file():
        raise click.ClickException(f"there is no file {path!r}")
    try:
        return pd.read_csv(path)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{path} cannot be read as CSV: {error}") from error


def require_parts(**sides: list[str]) -> None:
    """Refuse a question in which x or y is nobody, or one variable plays two parts."""
    played: dict[str, str] = {}
    for side, names in sides.items():
        if not names and side != "given":
            raise click.ClickException(f"{side} names no variable")
        for name in names:
            if name in played:
                both = f"both in {played[name]} and in {side}"
                raise click.ClickException(f"{shown(name)} cannot be {both}")
            played[name] = side


@contextmanager
def _located(place: str) -> Iterator[None]:
    """Put the name of the argument or file before line:column."""
    try:
        yield
    except TextError as error:
        raise click.ClickException(f"{place}:{error}") from error


def _is_there(path: Path) -> bool:
    try:
        return path.name != "" and path.exists()
    except (OSError, ValueError):  # too long for a name, or a character that no name has
        return False


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise click.ClickException(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{path} is not text in UTF-8 (byte {error.start})") from error
