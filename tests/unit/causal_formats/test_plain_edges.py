"""Large graphs are read an edge at a time: what makes 100,000 of them a matter of half a second."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import pytest

from causal import ADMG
from causal.graph.formats import FORMATS
from causal.graph.formats.tokens import Language, Token


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", ["V{}", "blood sugar {}", "{}"])
def test_plain_edges_are_not_cut_into_words(
    form: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = list(combinations([name.format(i) for i in range(50)], 2))
    graph = ADMG.of(directed=pairs[::2], bidirected=pairs[1::2])
    text, words = graph.to(form), 0
    cut = Language.cut

    def counted(language: Language, text: str, start: int) -> Iterator[Token]:
        nonlocal words
        for word in cut(language, text, start):
            words += 1
            yield word

    monkeypatch.setattr(Language, "cut", counted)
    assert ADMG.parse(text, form) == graph
    assert words < len(pairs)  # a header, the nodes, and what stands between runs of edges
