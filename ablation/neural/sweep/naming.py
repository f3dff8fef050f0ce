"""What an operation is called: `x + y`, `x.add(y)` and `torch.add(x, y)` are one."""

from collections.abc import Callable

_SAME = {
    "radd": "add",
    "rmul": "mul",
    "multiply": "mul",
    "subtract": "sub",
    "truediv": "div",
    "true_divide": "div",
    "divide": "div",
    "bmm": "matmul",
    "view": "reshape",
    "swapaxes": "transpose",
    "scaled_dot_product_attention": "attention",
}
SHAPES = frozenset(
    (
        *("a shape", "size", "dim", "numel", "nelement", "ndimension", "stride", "len"),
        *("is_floating_point", "is_complex", "is_contiguous", "element_size", "storage_offset"),
        *("get_device", "is_same_size", "hash", "is_inference", "is_pinned", "is_shared"),
        *("is_signed", "is_conj", "is_neg", "data_ptr", "is_tensor", "result_type", "can_cast"),
    )
)


def named(func: Callable[..., object]) -> str:
    """Name what torch was asked to do.

    >>> import torch
    >>> named(torch.Tensor.__radd__), named(torch.Tensor.add_), named(torch.Tensor.view)
    ('add', 'add', 'reshape')
    """
    name = getattr(func, "__name__", type(func).__name__)
    if name == "__get__":
        attribute = getattr(getattr(func, "__self__", None), "__name__", "")
        return attribute if attribute in _TENSORS else "a shape"
    name = name.strip("_")
    return _SAME.get(name, name)


_TENSORS = frozenset(("T", "H", "mT", "mH", "data", "real", "imag", "grad"))
