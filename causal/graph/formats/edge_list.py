"""A list of edges as CSV: columns ``from``, ``to`` and ``kind``, which is directed or bidirected.

A row with only a first cell is a variable without edges.  RFC 4180, and also with semicolons or
tabs in the place of commas, as the header has them; since spreadsheets run
cells that begin with ``=``, ``+``, ``-`` or ``@``, such a name is written behind an apostrophe.
"""

from __future__ import annotations

import re

from causal.errors import GraphSyntaxError
from causal.graph.formats.format import Format
from causal.graph.formats.openings import COLUMNS
from causal.graph.formats.sketch import Draft, Sketch
from causal.graph.formats.tokens import Language, Token, Tokens, bare
from causal.variables import Variable, nearest

__all__ = ["FORMAT"]

_ARROWS = {"directed": "->", "bidirected": "<->", "->": "->", "<->": "<->", "<-": "<-"}
_PLAIN = re.compile(r"\w(?:[\w. ]*\w)?")
_GUARDED = re.compile(r"'*[=+\-@\t\r]")

_WORDS = r"""(?:[\w.]++(?:[ ]++[\w.]++)*+|"[^"'=+\-@\t\r][^"]*+")"""
_MARKS = {",": "a comma", ";": "a semicolon", "\t": "a tab"}
_HEADER = re.compile(r'[^",;\t\r\n]*+(?:"[^"\r\n]*+"[^",;\t\r\n]*+)?([,;\t])')


def _language(mark: str) -> Language:
    return Language(
        rf"""(?P<quoted>"[^"]*+(?:""[^"]*+)*+")
          | (?P<comma>{mark})
          | (?P<end>\r\n|\n|\r)
          | (?P<bare>[^"{mark}\r\n]+)""",
        skip="",
        names={},
        plain=rf"({_WORDS}){mark}({_WORDS})(?:{mark}({_WORDS}|<->|->|<-))?(?:\r\n|\n|\r)",
    )


_LANGUAGES = {mark: _language(re.escape(mark)) for mark in _MARKS}


def _read(text: str) -> Sketch:
    found = _HEADER.match(text.lstrip())
    mark = found[1] if found else ","
    tokens, draft = _LANGUAGES[mark].tokens(text), Draft(text)
    header = _row(tokens, mark)
    if not 2 <= len(header) <= len(COLUMNS):
        raise tokens.wrong("the columns from, to and kind", header[0])
    for cell, known in zip(header, COLUMNS, strict=False):
        if cell.value.lower() not in known:
            raise tokens.wrong(f"a column named {known[0]}", cell)
    while tokens.now.kind != "eof":
        for found in tokens.plain():
            cells = [Token("cell", bare(found[i]), found.start(i)) for i in (1, 2, 3) if found[i]]
            _draw(tokens, draft, cells, len(header))
        row = _row(tokens, mark)
        if any(cell.value for cell in row):
            _draw(tokens, draft, row, len(header))
    return draft.finished()


def _row(tokens: Tokens, mark: str) -> list[Token]:
    """The decoded cells up to the end of the line; a missing one is empty."""
    cells = [_cell(tokens)]
    while tokens.have("comma"):
        cells.append(_cell(tokens))
    if tokens.now.kind != "eof":
        tokens.need("end", f"{_MARKS[mark]} or the end of the line")
    return cells


def _cell(tokens: Tokens) -> Token:
    found = tokens.have("quoted", "bare")
    if found is None:
        return Token("cell", "", tokens.now.position)
    quoted = found.kind == "quoted"
    value = found.value[1:-1].replace('""', '"') if quoted else found.value.strip()
    if value.startswith("'") and _GUARDED.match(value):
        value = value[1:]
    return found if value is found.value else Token("cell", value, found.position)


def _draw(tokens: Tokens, draft: Draft, row: list[Token], width: int) -> None:
    if len(row) > width:
        raise tokens.wrong(f"no more than {width} cells in a row", row[width])
    missing = Token("cell", "", row[-1].position)
    first, second, kind = [*row, missing, missing][:3]
    if not first.value:
        raise GraphSyntaxError(tokens.text, first.position, "a variable needs a name, found none")
    if not second.value and not kind.value:
        draft.node(first.value, first.position)
        return
    if not second.value:
        raise tokens.wrong("a second variable", second)
    arrow = _ARROWS.get(kind.value.lower() or "directed")
    if arrow is None:
        close = nearest(kind.value, _ARROWS) or ("directed", "bidirected")
        raise tokens.wrong(" or ".join(close), kind)
    draft.edge(first.value, arrow, second.value, first.position)


def _written(name: Variable) -> str:
    if _PLAIN.fullmatch(name):
        return name
    guarded = f"'{name}" if _GUARDED.match(name) else name
    return '"' + guarded.replace('"', '""') + '"'


def _write(sketch: Sketch) -> str:
    rows = ["from,to,kind"]
    rows += [f"{_written(tail)},{_written(head)},directed" for tail, head in sketch.directed]
    rows += [f"{_written(one)},{_written(other)},bidirected" for one, other in sketch.bidirected]
    rows += [f"{_written(name)},," for name in sketch.alone]
    return "".join(f"{row}\n" for row in rows)


FORMAT = Format(
    name="csv",
    title="CSV, a list of edges",
    read=_read,
    write=_write,
)
