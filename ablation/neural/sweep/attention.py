"""`nn.MultiheadAttention` in the open: its heads side by side before its output projection.

torch computes all of it in one function that calls no module, so no head could be cut. What stands
in does the same steps with the same operations (Vaswani et al. 2017, section 3.2).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias, TypeGuard

import torch
from torch import Tensor, nn
from torch.nn import functional

from ablation.neural.forwards import Forward
from ablation.neural.sweep.cutting import Site
from ablation.neural.sweep.errors import UnsuitableError
from ablation.neural.taps import Place

Mark: TypeAlias = Callable[[Site, object, object, object], object]


def in_the_open(places: Iterable[Place], mark: Mark) -> dict[nn.Module, Forward]:
    """Make stand-ins for those multi-head attentions whose heads are components.

    >>> layer = nn.MultiheadAttention(4, 2, batch_first=True)
    >>> x = torch.rand(1, 3, 4)
    >>> place = Place("heads[0]", layer, at="heads")
    >>> found = in_the_open([place], lambda site, heads, *read: heads)[layer](x, x, x)[0]
    >>> bool(torch.allclose(found, layer(x, x, x)[0], atol=1e-6))
    True
    """
    found = [place.module for place in places if place.at == "heads"]
    return {each: Open(each, mark) for each in found if is_plain(each)}


def is_plain(layer: nn.Module) -> TypeGuard[nn.MultiheadAttention]:
    """Whether it has no added keys, and keys and values as wide as the queries.

    >>> is_plain(nn.MultiheadAttention(4, 2)), is_plain(nn.MultiheadAttention(4, 2, kdim=3))
    (True, False)
    """
    if not isinstance(layer, nn.MultiheadAttention) or not layer._qkv_same_embed_dim:
        return False
    return layer.bias_k is None and not layer.add_zero_attn


@dataclass(eq=False)
class Open:
    """The forward of one multi-head attention, step by step; its heads are shown on the way."""

    layer: nn.MultiheadAttention
    mark: Mark

    def __call__(  # noqa: PLR0917 - torch's signature
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Tensor | None = None,
        need_weights: bool = True,  # noqa: FBT001, FBT002 - torch's signature
        attn_mask: Tensor | None = None,
        average_attn_weights: bool = True,  # noqa: FBT001, FBT002
        is_causal: bool = False,  # noqa: FBT001, FBT002
    ) -> tuple[Tensor, Tensor | None]:
        """Attend as torch does, examples first."""
        layer = self.layer
        if query.ndim != 3:
            raise UnsuitableError("heads of an attention without a batch axis")
        q, k, v = (_first(each, layer.batch_first) for each in (query, key, value))
        weights = layer.in_proj_weight.chunk(3)
        biased = layer.in_proj_bias is not None
        biases = layer.in_proj_bias.chunk(3) if biased else (None, None, None)
        q, k, v = (
            functional.linear(each, weight, bias)
            .unflatten(2, (layer.num_heads, -1))
            .transpose(1, 2)
            for each, weight, bias in zip((q, k, v), weights, biases, strict=True)
        )
        mask = _merged(attn_mask, key_padding_mask, q.shape[1], q.dtype)
        rate = layer.dropout if layer.training else 0.0
        spread = None
        if need_weights:
            scores = q * (q.shape[-1] ** -0.5) @ k.transpose(2, 3)
            shares = (scores if mask is None else scores + mask).softmax(-1)
            shares = functional.dropout(shares, rate, layer.training)
            found = shares @ v
            spread = shares.mean(1) if average_attn_weights else shares
        else:
            found = functional.scaled_dot_product_attention(
                q, k, v, mask, rate, is_causal and mask is None
            )
        found = _first(found.transpose(1, 2).flatten(2), layer.batch_first)
        shown = self.mark((layer, "heads", None), found, (), {})
        assert isinstance(shown, Tensor)
        projection = layer.out_proj
        return functional.linear(shown, projection.weight, projection.bias), spread


def _first(value: Tensor, batch_first: bool) -> Tensor:  # noqa: FBT001
    return value if batch_first else value.transpose(0, 1)


def _merged(
    attending: Tensor | None, padding: Tensor | None, heads: int, dtype: torch.dtype
) -> Tensor | None:
    """One additive mask for each example and head."""
    if attending is not None:
        attending = _additive(attending, dtype)
        if attending.ndim == 3:
            attending = attending.unflatten(0, (-1, heads))
    if padding is None:
        return attending
    padding = _additive(padding, dtype)[:, None, None, :]
    return padding if attending is None else attending + padding


def _additive(mask: Tensor, dtype: torch.dtype) -> Tensor:
    if mask.dtype != torch.bool:
        return mask
    return torch.zeros_like(mask, dtype=dtype).masked_fill(mask, -torch.inf)
