"""Pictures that a page may carry: SVG that draws, and can do nothing else.

An SVG can hold scripts, event handlers, style sheets for the whole page and references to other
machines. A page promises that nothing runs and no request leaves it, so it takes only what is on
this list. The text is parsed by expat, and a document type (the door to entities) is refused.
"""

import re
from collections.abc import Callable
from xml.parsers import expat

from ablation.errors import AblationError

_SVG = "http://www.w3.org/2000/svg"
_SHAPES = {"path", "line", "rect", "circle", "ellipse", "polyline", "polygon", "image"}
_DRAWS = _SHAPES | {"svg", "g", "text", "tspan", "title", "desc"}
_PNG = "data:image/png;base64,"
_REFERS = re.compile(r"url\s*\(|javascript:|@import|\\", re.IGNORECASE)


class LivePictureError(AblationError, ValueError):
    """An SVG that is not one, or that could do more than draw."""

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(
            f"this picture cannot go on a page: {problem}. "
            "Draw it with ablation.pages.figures, or with plain shapes and text."
        )


def inert(svg: str) -> str:
    """Give the picture back if it only draws; raise LivePictureError if it could do more.

    >>> inert('<svg xmlns="http://www.w3.org/2000/svg"><circle r="2"/></svg>')[:4]
    '<svg'
    >>> inert('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>')
    Traceback (most recent call last):
    ablation.pages.inert.LivePictureError: this picture cannot go on a page: it has a <script>...
    """
    parser = expat.ParserCreate()
    parser.StartElementHandler = _check_element
    parser.StartDoctypeDeclHandler = _refusal("a document type")
    parser.ProcessingInstructionHandler = _refusal("a processing instruction")
    parser.XmlDeclHandler = _refusal("an XML declaration")
    parser.StartCdataSectionHandler = _refusal("a CDATA section")
    parser.CommentHandler = _refusal("a comment")
    if not svg.startswith("<svg"):
        raise LivePictureError("it does not begin with <svg")
    try:
        parser.Parse(svg, True)  # noqa: FBT003  (expat takes it by position only)
    except expat.ExpatError as error:
        raise LivePictureError(f"it is not well formed ({error})") from error
    return svg


def _check_element(name: str, attributes: dict[str, str]) -> None:
    if name not in _DRAWS:
        raise LivePictureError(f"it has a <{name[:40]}>")
    for key, value in attributes.items():
        if (key, value) == ("xmlns", _SVG) or key in ("aria-label", "role"):
            continue
        if key.startswith(("on", "xmlns")) or ":" in key or key in ("style", "class", "id"):
            raise LivePictureError(f"<{name}> has the attribute {key[:40]!r}")
        if _REFERS.search(value) or (key == "href" and not value.startswith(_PNG)):
            raise LivePictureError(f"<{name}> refers to {value[:40]!r}")


def _refusal(what: str) -> Callable[..., None]:
    def refuse(*_: object) -> None:
        raise LivePictureError(f"it has {what}")

    return refuse
