"""What may stand inside a sentence: plain text, and a few marked words. Never markup in a string.

A sentence is a string, or a tuple of strings and marked words, so a name with asterisks, angle
brackets or quotes in it is only ever a name.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias

Tone: TypeAlias = Literal["plain", "good", "bad", "calm"]


@dataclass(frozen=True)
class Strong:
    """A word that carries weight.

    >>> Strong("attention").text
    'attention'
    """

    text: str
    kind: ClassVar[str] = "strong"


@dataclass(frozen=True)
class Code:
    """A word that belongs to a machine: a key, a hash, a command.

    >>> Code("make demo").text
    'make demo'
    """

    text: str
    kind: ClassVar[str] = "code"


@dataclass(frozen=True)
class Mark:
    """A verdict: a word with a colour, and never the colour alone.

    >>> Mark("hurts", "bad").tone
    'bad'
    """

    text: str
    tone: Tone = "plain"
    kind: ClassVar[str] = "mark"


Inline: TypeAlias = str | Strong | Code | Mark
Text: TypeAlias = Inline | tuple[Inline, ...]


def parts(text: Text) -> tuple[Inline, ...]:
    """See any text as the tuple that it stands for.

    >>> parts("plain words")
    ('plain words',)
    """
    return text if isinstance(text, tuple) else (text,)


def plain_text(text: Text) -> str:
    """Take the marks off.

    >>> plain_text(("Without ", Strong("attention"), " accuracy falls."))
    'Without attention accuracy falls.'
    """
    return "".join(part if isinstance(part, str) else part.text for part in parts(text))
