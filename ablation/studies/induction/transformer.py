"""A transformer of attention alone: two layers, so that one head can read what another wrote."""

import math

import torch
from torch import Tensor, nn


class Attention(nn.Module):
    """Causal attention; `num_heads` heads side by side in what `write` reads."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.num_heads = heads
        self.read = nn.Linear(width, 3 * width, bias=False)
        self.write = nn.Linear(width, width, bias=False)

    def forward(self, stream: Tensor) -> Tensor:
        """Write to the stream what the heads found."""
        mixed = self.pattern(stream) @ self._parts(stream)[2]
        written: Tensor = self.write(mixed.transpose(1, 2).flatten(2))
        return written

    def pattern(self, stream: Tensor) -> Tensor:
        """Where each head looks: examples, heads, positions that look, positions looked at."""
        query, key, _ = self._parts(stream)
        scores = query @ key.transpose(-1, -2) / math.sqrt(query.shape[-1])
        later = torch.ones_like(scores[0, 0], dtype=torch.bool).triu(1)
        return scores.masked_fill(later, -torch.inf).softmax(-1)

    def _parts(self, stream: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        wide = self.read(stream).unflatten(2, (3, self.num_heads, -1))
        query, key, value = wide.permute(2, 0, 3, 1, 4).unbind(0)
        return query, key, value


class Repeater(nn.Module):
    """Predicts the next token at every position.

    >>> net = Repeater(tokens=16, length=16, width=8, heads=2)
    >>> net(torch.zeros(3, 5, dtype=torch.int64)).shape
    torch.Size([3, 5, 16])
    """

    def __init__(self, tokens: int, length: int, width: int, heads: int) -> None:
        super().__init__()
        self.token, self.place = nn.Embedding(tokens, width), nn.Embedding(length, width)
        self.layers = nn.ModuleList(Attention(width, heads) for _ in range(2))
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(3))
        self.head = nn.Linear(width, tokens, bias=False)

    def forward(self, tokens: Tensor) -> Tensor:
        """Logits of the next token, position by position."""
        stream = self.token(tokens) + self.place(torch.arange(tokens.shape[1]))
        for layer, norm in zip(self.layers, self.norms, strict=False):
            stream = stream + layer(norm(stream))
        logits: Tensor = self.head(self.norms[2](stream))
        return logits

    def patterns(self, tokens: Tensor) -> list[Tensor]:
        """Where the heads of each layer look."""
        stream = self.token(tokens) + self.place(torch.arange(tokens.shape[1]))
        found = []
        for layer, norm in zip(self.layers, self.norms, strict=False):
            assert isinstance(layer, Attention)
            found.append(layer.pattern(norm(stream)))
            stream = stream + layer(norm(stream))
        return found
