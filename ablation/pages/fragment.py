"""A piece of a page for a notebook: it brings its colours, and touches nothing around it.

Light and dark follow the reader's system; nothing is requested and nothing runs.
"""

from collections.abc import Callable, Iterable
from functools import cache
from importlib.resources import files

from markupsafe import Markup, escape

from ablation.pages.visible import visible


def fragment(*pieces: str) -> Markup:
    """Wrap pieces of HTML; plain text among them becomes a paragraph.

    >>> html = fragment("a < b")
    >>> "<p>a &lt; b</p>" in html, "<script" in html
    (True, False)
    """
    inside = (each if isinstance(each, Markup) else paragraph(each) for each in pieces)
    return Markup('<div class="causal-ablation">{}{}</div>').format(
        _style(), Markup("").join(inside)
    )


@cache
def _style() -> Markup:
    css = files("ablation.pages").joinpath("templates", "fragment.css").read_text("utf-8")
    return Markup("<style>\n{}</style>").format(Markup(css))  # noqa: S704 - our own file


def paragraph(text: str, kind: str = "") -> Markup:
    """A paragraph, of a class if one is named.

    >>> print(paragraph("R & D", "small"))
    <p class="small">R &amp; D</p>
    """
    return Markup("<p{}>{}</p>").format(_of(kind), escape(visible(text)))


def beside(*pieces: Markup) -> Markup:
    """Pieces next to each other, where there is room.

    >>> print(beside(Markup("<svg/>")))
    <div class="beside"><div><svg/></div></div>
    """
    cells = (Markup("<div>{}</div>").format(each) for each in pieces)
    return Markup('<div class="beside">{}</div>').format(Markup("").join(cells))


def fitting(draw: Callable[[float], Markup]) -> Markup:
    """A picture drawn twice, for a page and for a phone; it scrolls where it is wider than both.

    >>> print(fitting(lambda width: Markup(int(width))))
    <div class="scrolls broad">740</div><div class="scrolls narrow">340</div>
    """
    cell = Markup('<div class="scrolls {}">{}</div>')
    return cell.format("broad", draw(740)) + cell.format("narrow", draw(340))


def table(head: Iterable[str], rows: Iterable[Iterable[str]], kind: str = "") -> Markup:
    """A small table of text: numbers, set right, or "words", set left.

    >>> table(["", "value"], [["x", "1"]]).count("<td>")
    2
    """

    def row(cells: Iterable[str], cell: Markup) -> Markup:
        inside = Markup("").join(cell.format(visible(each)) for each in cells)
        return Markup("<tr>{}</tr>").format(inside)

    above, below = Markup("<th>{}</th>"), Markup("<td>{}</td>")
    body = Markup("").join(row(each, below) for each in rows)
    return Markup("<table{}>{}{}</table>").format(_of(kind), row(head, above), body)


def _of(kind: str) -> Markup:
    return Markup(' class="{}"').format(kind) if kind else Markup("")
