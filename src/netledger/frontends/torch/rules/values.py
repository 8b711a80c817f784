"""What asks for values."""

from __future__ import annotations

from typing import Any

import torch

from netledger.frontends.torch.rules._registry import rule
from netledger.ops.custom import Custom


@rule(
    *("item", "tolist", "numpy", "__bool__", "__int__", "__float__", "__index__", "__complex__", "__contains__"),
    *("__array__", "is_nonzero", "_local_scalar_dense", "__reversed__"),
    pure=False,
)
def value(trace: Any, input: Any, *args: Any, **kwargs: Any) -> Any:
    """A number, or many."""
    func = trace.last[0]
    real = trace.values.of(
        input, f"{trace.last_name.strip('_')}() of a tensor of shape {list(trace.kind_of(input).shape)}"
    )
    others = [trace.values.of(part, "a comparison") if isinstance(part, torch.Tensor) else part for part in args]
    return func(real.detach(), *others, **kwargs)


@rule(
    *("nonzero", "argwhere", "masked_select", "unique", "unique_consecutive", "_unique2", "unique_dim"),
    *("torchvision::nms", "torchvision::qnms", "nms"),
    pure=False,
)
def counted(trace: Any, input: Any, *args: Any, **kwargs: Any) -> Any:
    """A result whose size depends on values."""
    func = trace.last[0] if trace.last_name not in ("where", "__getitem__", "index") else torch.nonzero
    given = (input, *args)
    real = [
        trace.values.of(part, f"the size of {trace.last_name}") if isinstance(part, torch.Tensor) else part
        for part in given
    ]
    made = func(*real, **kwargs)
    parts = made if isinstance(made, tuple) else (made,)
    inputs = [part for part in given if isinstance(part, torch.Tensor)]
    answers = tuple(_known(trace, part, inputs) for part in parts)
    return answers if isinstance(made, tuple) else answers[0]


def _known(trace: Any, real: torch.Tensor, inputs: list[Any]) -> Any:
    """A tensor with values, that is made of others by no rule."""
    kind = trace.kind(tuple(real.shape), real.dtype)
    made = trace.add(Custom(trace.last_name, tuple(kind.shape), whole=True), *inputs, kinds=(kind,))
    trace.values.know(made._number, real)
    return made


@rule("__repr__", "__str__", "__format__")
def text(trace: Any, input: Any, *_: Any, **__: Any) -> str:
    """What is printed."""
    return f"tensor(shape={list(trace.kind_of(input).shape)})"
