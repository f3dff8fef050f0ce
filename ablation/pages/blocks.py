"""What a page is made of: frozen blocks of content that know nothing of HTML."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal, TypeAlias

import pandas as pd

from ablation.pages.inert import inert
from ablation.pages.inline import Text

Format: TypeAlias = str
"""A format specification of Python, such as "+.3f" or ".0%"."""


@dataclass(frozen=True)
class Prose:
    r"""A paragraph; an empty line in a plain string begins another one.

    >>> Prose("One.\n\nTwo.").kind
    'prose'
    """

    text: Text
    kind: ClassVar[str] = "prose"


@dataclass(frozen=True)
class Aside:
    """What a reader must not miss, or may want to know beside the story.

    >>> Aside("This component does harm.", tone="warning").tone
    'warning'
    """

    text: Text
    tone: Literal["note", "warning"] = "note"
    kind: ClassVar[str] = "aside"


@dataclass(frozen=True)
class Listing:
    """Sentences that stand below each other.

    >>> Listing(["First.", "Second."], ordered=True).ordered
    True
    """

    items: Sequence[Text]
    ordered: bool = False
    kind: ClassVar[str] = "listing"


@dataclass(frozen=True)
class Facts:
    """Names and what they stand for, as in a colophon.

    >>> Facts([("seeds", "0, 1, 2")]).pairs[0]
    ('seeds', '0, 1, 2')
    """

    pairs: Sequence[tuple[str, Text]]
    kind: ClassVar[str] = "facts"


@dataclass(frozen=True)
class KeyFigures:
    """A few numbers that a reader should take away, each with its label.

    >>> KeyFigures([("50", "trials"), ("1", "failed")]).figures[1]
    ('1', 'failed')
    """

    figures: Sequence[tuple[str, str]]
    kind: ClassVar[str] = "key_figures"


@dataclass(frozen=True)
class Formula:
    """A formula on a line of its own, in plain text; `says` puts it into words.

    >>> Formula("Σ_{W} P(W) P(Y | X, W)", says="adjusted for W").says
    'adjusted for W'
    """

    text: str
    says: Text = ""
    kind: ClassVar[str] = "formula"


@dataclass(frozen=True)
class Preformatted:
    r"""Text whose lines and columns mean something: an error, a derivation, a listing.

    With a `summary` it is folded away behind it.

    >>> Preformatted("a\n  b", summary="Traceback").summary
    'Traceback'
    """

    text: str
    summary: str = ""
    kind: ClassVar[str] = "preformatted"


@dataclass(frozen=True)
class Table:
    """A numbered table; numbers are set right, NaN and None print as a dash.

    `formats` gives columns of numbers a format specification ("+.3f", ".0%", "d" for numbers that
    are only names, such as seeds), `labels` gives columns a heading other than their name. The
    first column names the rows. Cells may be `Text`.

    >>> effects = pd.DataFrame({"component": ["mlp"], "effect": [0.026]})
    >>> Table(effects, "What each part does.", formats={"effect": "+.3f"}).caption
    'What each part does.'
    """

    frame: pd.DataFrame
    caption: Text = ""
    formats: Mapping[str, Format] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    kind: ClassVar[str] = "table"


@dataclass(frozen=True)
class Figure:
    """A numbered picture: an SVG that only draws; `narrow` is its version for a phone.

    `alt` says in words what the picture shows. One that `scrolls` keeps its size in a box of its
    own where the page has less room; others shrink. An SVG that could do more than draw is refused.

    >>> from ablation.pages.figures import graph_figure
    >>> edge = [("X", "Y")]
    >>> Figure.fitting(lambda width: graph_figure(edge, width=width), "One edge.").caption
    'One edge.'
    """

    svg: str
    caption: Text = ""
    alt: str = ""
    narrow: str = ""
    scrolls: bool = False
    kind: ClassVar[str] = "figure"

    @classmethod
    def fitting(
        cls,
        draw: Callable[[float], str],
        caption: Text = "",
        *,
        alt: str = "",
        scrolls: bool = False,
    ) -> "Figure":
        """Draw one picture twice: 740 units wide for a page, 340 for a phone."""
        return cls(draw(740), caption, alt, narrow=draw(340), scrolls=scrolls)

    def __post_init__(self) -> None:
        inert(self.svg)
        if self.narrow:
            inert(self.narrow)


@dataclass(frozen=True)
class Beside:
    """Blocks that stand next to each other where the page is wide enough.

    >>> len(Beside([Prose("left"), Prose("right")]).blocks)
    2
    """

    blocks: Sequence["Block"]
    kind: ClassVar[str] = "beside"


Block: TypeAlias = (
    Prose | Aside | Listing | Facts | KeyFigures | Formula | Preformatted | Table | Figure | Beside
)
