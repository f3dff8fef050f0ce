"""Fused attention with dropout, taken apart: the same weights, dropped by noise that is supplied.

A kernel that attends in one piece draws its dropout inside, where nobody can supply it. Torch's own
reference takes the mask as an argument; it is run in the kernel's place, and only where dropout is
live and no gradient is asked for.
"""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

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
