"""A small SVG writer: elements in, text out, everything that came from outside escaped.

Colours are CSS variables with a fallback, so one drawing is right on a light page, on a dark one
and alone in a file. Coordinates have two decimals: equal data, equal bytes, on every machine.
"""

import math
from collections.abc import Iterable
from unicodedata import east_asian_width

from markupsafe import Markup, escape

from ablation.pages.visible import one_line

INK = "var(--ink, #1f1e1b)"
MUTED = "var(--muted, #68645c)"
RULE = "var(--rule, #d9d4c9)"
BAND = "var(--band, #ece7dc)"
ACCENT = "var(--accent, #1d5f8a)"
WARN = "var(--warn, #b03a2e)"
CALM = "var(--calm, #55705a)"
PAPER = "var(--paper, #fdfcf9)"
SANS = "-apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif"


def element(name: str, *children: str, **attributes: str | float | None) -> Markup:
    """Write one element; plain text among the children is escaped, `Markup` is not.

    >>> print(element("text", "a < b", x=1.0, text_anchor="end"))
    <text x="1" text-anchor="end">a &lt; b</text>
    """
    written = Markup("").join(
        Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), _value(value))
        for key, value in attributes.items()
        if value is not None
    )
    inside = Markup("").join(
        child if isinstance(child, Markup) else escape(one_line(child)) for child in children
    )
    if not inside:
        return Markup("<{}{}/>").format(name, written)
    return Markup("<{0}{1}>{2}</{0}>").format(name, written, inside)


def group(children: Iterable[str], **attributes: str | float | None) -> Markup:
    """Write elements that share attributes.

    >>> print(group([element("line", x1=0)], stroke="red"))
    <g stroke="red"><line x1="0"/></g>
    """
    return element("g", *children, **attributes)


def drawing(
    children: Iterable[str], *, width: float, height: float, title: str, description: str = ""
) -> Markup:
    """Wrap elements into a picture that scales, with a name and a description for who cannot see.

    >>> drawing([], width=20, height=10, title="Nothing").startswith("<svg xmlns=")
    True
    """
    described = [element("desc", description)] if description else []
    return element(
        "svg",
        element("title", title),
        *described,
        *children,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {_value(width)} {_value(height)}",
        width=width,
        height=height,
        role="img",
        aria_label=one_line(title),
        font_family=SANS,
        font_size=14,
        fill=INK,
    )


def label(content: str, x: float, y: float, **attributes: str | float | None) -> Markup:
    """Write a line of text that reads in its own direction, whatever surrounds it.

    >>> print(label("R & D", 0, 5))
    <text x="0" y="5" unicode-bidi="isolate">R &amp; D</text>
    """
    return element("text", content, x=x, y=y, unicode_bidi="isolate", **attributes)


def fitted(text: str, width: float, *, size: float = 14) -> str:
    """Cut text to what fits into a width.

    >>> fitted("position embedding", 80)
    'position…'
    """
    line = one_line(text)
    if text_width(line, size=size) <= width:
        return line
    while line and text_width(line, size=size) + size > width:
        line = line[:-1]
    return f"{line.rstrip()}…"


def text_width(text: str, *, size: float = 14) -> float:
    """Estimate how wide a line will be; generous, since the reader's font is not known here.

    >>> text_width("mm") > text_width("nn") > text_width("ll")
    True
    """
    return size * sum(map(_letter_width, one_line(text)))


def _letter_width(char: str) -> float:
    """The share of the font's size that a letter takes in a common sans serif."""
    if char in "ijlIt.,:;!|'()[]/ -":
        return 0.36
    if east_asian_width(char) in "WF":
        return 1.05
    if char in "mwMW@%":
        return 0.9
    return 0.72 if char.isupper() else 0.58


def _value(value: str | float) -> str:
    if isinstance(value, str):
        return value
    if not math.isfinite(value):
        raise ValueError(f"a coordinate is {value}: a drawing needs finite numbers.")
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
