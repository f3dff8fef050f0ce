"""Text that came from outside, made fit to print: what has no ink of its own is spelled out.

A component's name, or the message of an error, may hold control characters and bidirectional
overrides that reorder the words around them (CVE-2021-42574, "Trojan Source"). Escaping for HTML,
LaTeX or Markdown does not touch those; this does, and every output passes through it.
"""

import unicodedata

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def visible(text: str, *, keep: str = "\n\t") -> str:
    r"""Spell out characters that do not show, all but those in `keep`.

    >>> visible("left\u202eright\x07")
    'left⟨U+202E⟩right⟨U+0007⟩'
    """
    if text.isprintable():
        return text
    return "".join(
        char
        if char in keep or unicodedata.category(char) not in _HIDDEN
        else f"⟨U+{ord(char):04X}⟩"
        for char in text
    )


def one_line(text: str, *, longest: int = 400) -> str:
    r"""Bring text onto one line and cut it where it is too long to be read.

    >>> one_line("ValueError: no\n  such thing", longest=20)
    'ValueError: no such…'
    """
    line = " ".join(visible(text).split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"
