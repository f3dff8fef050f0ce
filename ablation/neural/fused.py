"""Kernels that draw their dropout inside, taken apart: so noise can be supplied to them.

Of attention in one piece, torch's own reference takes the mask as an argument; it is run in the
kernel's place, and only where dropout is live and no gradient is asked for. Recurrent layers are
run one by one.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

ATTENTION = {
    each: getattr(torch.ops.aten, each).default
    for each in (
        "_scaled_dot_product_flash_attention",
        "_scaled_dot_product_efficient_attention",
        "_scaled_dot_product_cudnn_attention",
        "_scaled_dot_product_flash_attention_for_cpu",
    )
}


def attended(
    name: str, a: Mapping[str, Any], kept: Callable[[torch.Size], Tensor]
) -> tuple[object, ...] | None:
    """Return what a fused kernel would; `kept` makes the mask of the attention weights.

    None where a gradient is wanted: the kernel's own backward pass would not know the mask.

    >>> q = torch.ones(1, 1, 2, 4)
    >>> a = {"query": q, "key": q, "value": q, "dropout_p": 0.5, "is_causal": True, "scale": None}
    >>> with torch.no_grad():
    ...     made = attended("_scaled_dot_product_flash_attention_for_cpu", a, torch.ones)
    >>> made[0][0, 0, :, 0].tolist(), len(made)
    ([2.0, 2.0], 2)
    """
    if torch.is_grad_enabled():
        return None
    query, key, value = a["query"], a["key"], a["value"]
    weights = torch.Size([*query.shape[:-1], key.shape[-2]])
    out, _ = torch.ops.aten._scaled_dot_product_attention_math(
        query, key, value,
        a.get("attn_bias", a.get("attn_mask")), a["dropout_p"], a["is_causal"],
        kept(weights).bool(), scale=a["scale"], enable_gqa=query.shape[-3] != key.shape[-3],
    )  # fmt: skip
    _, *others = ATTENTION[name]._schema.returns
    rest = (query.new_empty(0) if str(each.type) == "Tensor" else 0 for each in others)
    return out, *rest


@contextmanager
def layers_apart(module: nn.Module) -> Iterator[None]:
    """Keep cuDNN from drawing dropout between recurrent layers, where nobody can supply it.

    >>> with layers_apart(nn.LSTM(2, 2, num_layers=2, dropout=0.5)):
    ...     torch.backends.cudnn.enabled
    False
    """
    live = any(isinstance(p, nn.RNNBase) and p.dropout and p.training for p in module.modules())
    before = torch.backends.cudnn.enabled
    torch.backends.cudnn.enabled = before and not live
    try:
        yield
    finally:
        torch.backends.cudnn.enabled = before
