"""What asks for values."""

from __future__ import annotations

from typing import Any

import torch

from netledger.core.language import say
from netledger.frontends.torch.rules._registry import load, rule
from netledger.ops.assigning import Rearrange
from netledger.ops.constants import Empty
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
        input,
        say(
            "{function}() of a tensor of shape {shape}",
            function=trace.last_name.strip("_"),
            shape=list(trace.kind_of(input).shape),
        ),
    )
    others = [trace.values.of(part, "a comparison") if isinstance(part, torch.Tensor) else part for part in args]
    return func(real.detach().clone(), *others, **kwargs)


@rule(
    *("nonzero", "argwhere", "unique", "unique_consecutive", "_unique2", "unique_dim"),
    *("torchvision::nms", "torchvision::qnms", "nms"),
    pure=False,
)
def counted(trace: Any, input: Any, *args: Any, **kwargs: Any) -> Any:
    """A result whose size depends on values."""
    func = trace.last[0] if trace.last_name not in ("where", "__getitem__", "index") else torch.nonzero
    given = (input, *args)
    real = [
        trace.values.of(part, say("the size of {function}", function=trace.last_name))
        if isinstance(part, torch.Tensor)
        else part
        for part in given
    ]
    made = func(*real, **kwargs)
    parts = made if isinstance(made, tuple) else (made,)
    inputs = [part for part in given if isinstance(part, torch.Tensor)]
    if trace.last_name in _CHOICES and trace.kind_of(inputs[-1]).dtype != torch.bool:
        inputs[-1] = trace.add(load("not_equal")(constant=0.0), inputs[-1], dtype=torch.bool)
    answers = tuple(_known(trace, part, inputs) for part in parts)
    return answers if isinstance(made, tuple) else answers[0]


@rule("masked_select", pure=False)
def masked_select(trace: Any, input: Any, mask: Any) -> Any:
    """The elements where a mask is set: as many as the mask says."""
    shape = torch.broadcast_shapes(input.shape, mask.shape)
    count = int(trace.values.of(mask, "the size of masked_select").expand(shape).sum())
    kind = trace.kind((count,), trace.kind_of(input).dtype)
    return trace.add(Rearrange("masked_select", (count,)) if count else Empty((0,)), input, mask, kinds=(kind,))


def _known(trace: Any, real: torch.Tensor, inputs: list[Any]) -> Any:
    """A tensor with values, that is made of others by no rule."""
    kind = trace.kind(tuple(real.shape), real.dtype)
    sizes = tuple(kind.shape)
    name = trace.last_name
    op = Empty(sizes) if 0 in sizes else Rearrange(name, sizes) if name in _CHOICES else Custom(name, sizes, whole=True)
    made = trace.add(op, *inputs, kinds=(kind,))
    trace.values.know(made._number, real)
    return made


_CHOICES = frozenset({"nonzero", "argwhere", "masked_select", "where", "__getitem__", "index"})
"""What only chooses elements; numbers are first compared with zero."""


@rule("__repr__", "__str__", "__format__")
def text(trace: Any, input: Any, *_: Any, **__: Any) -> str:
    """What is printed."""
    return f"tensor(shape={list(trace.kind_of(input).shape)})"
