"""Tensors that are made from nothing, and other types of the same."""

from __future__ import annotations

import math
from typing import Any

import torch

from netledger.core.language import say
from netledger.frontends.torch.rules._registry import load, rule
from netledger.frontends.torch.rules.shaping import listed, whole

_DEFAULT = {"arange": torch.int64, "randint": torch.int64, "randperm": torch.int64}


def _made(trace: Any, shape: Any, dtype: torch.dtype | None) -> Any:
    sizes = tuple(whole(trace, size) for size in shape)
    kinds = (trace.kind(sizes, dtype or torch.get_default_dtype()),)
    op = load("empty")(sizes) if 0 in sizes else load("constant")(sizes, trace.last_name)
    return trace.add(op, kinds=kinds)


@rule("zeros", "ones", "empty", "rand", "randn", "empty_permuted")
def filled(trace: Any, *size: Any, dtype: Any = None, **kwargs: Any) -> Any:
    """Of a shape."""
    given = kwargs.get("size", size[0] if size else ())
    return _made(trace, listed(given, size[1:]), dtype)


@rule("full", "new_full")
def full(trace: Any, *args: Any, dtype: Any = None, **kwargs: Any) -> Any:
    """Of a shape and a number."""
    new = trace.last_name == "new_full"
    own = trace.kind_of(args[0]).dtype if new else None
    rest = args[1:] if new else args
    size = kwargs.get("size", rest[0] if rest else ())
    value = kwargs.get("fill_value", rest[1] if len(rest) > 1 else 0.0)
    return _made(trace, listed(size, ()), dtype or own or _type_of(value))


def _type_of(value: Any) -> torch.dtype:
    if isinstance(value, torch.Tensor):
        return value.dtype
    if isinstance(value, complex):
        return torch.complex128 if torch.get_default_dtype() == torch.float64 else torch.complex64
    whole = torch.bool if isinstance(value, bool) else torch.int64
    return whole if isinstance(value, int) else torch.get_default_dtype()


@rule("new_zeros", "new_ones", "new_empty", "new_tensor_of", "new_empty_strided")
def new(trace: Any, input: Any, *size: Any, dtype: Any = None, **kwargs: Any) -> Any:
    """Of a shape, and of the type of another tensor."""
    given = kwargs.get("size", size[0] if size else ())
    return _made(trace, listed(given, size[1:]), dtype or trace.kind_of(input).dtype)


@rule(
    *("zeros_like", "ones_like", "empty_like", "full_like", "rand_like", "randn_like", "randint_like"),
    *("bernoulli", "normal", "multinomial", "poisson"),
)
def like(trace: Any, input: Any, *_: Any, dtype: Any = None, **__: Any) -> Any:
    """Of the shape of another tensor."""
    if trace.last_name in ("multinomial", "normal"):
        raise TypeError("followed down")
    kind = trace.kind_of(input)
    return _made(trace, kind.shape, dtype or kind.dtype)


@rule("arange", "range")
def arange(trace: Any, *args: Any, dtype: Any = None, **kwargs: Any) -> Any:
    """Numbers in equal steps."""
    ends = [kwargs.get("start", 0), kwargs.get("end", 0), kwargs.get("step", 1)]
    if len(args) == 1 and "end" not in kwargs:
        ends[1] = args[0]
    else:
        ends[: len(args)] = args
    start, end, step = (_number(trace, value) for value in ends)
    count = max(0, math.ceil((end - start) / step))
    reals = any(isinstance(value, float) for value in (start, end, step))
    return _made(trace, (int(count),), dtype or (torch.get_default_dtype() if reals else torch.int64))


def _number(trace: Any, value: Any) -> Any:
    return trace.values.of(value, "it is where a range ends").item() if isinstance(value, torch.Tensor) else value


@rule("linspace", "logspace")
def linspace(trace: Any, start: Any, end: Any, steps: Any, *_: Any, dtype: Any = None, **__: Any) -> Any:
    """So many numbers."""
    return _made(trace, (steps,), dtype)


@rule("eye")
def eye(trace: Any, n: int, m: Any = None, *, dtype: Any = None, **_: Any) -> Any:
    """The unit matrix."""
    return _made(trace, (n, n if m is None else m), dtype)


@rule("randperm")
def randperm(trace: Any, n: int, *, dtype: Any = None, **_: Any) -> Any:
    """Whole numbers in random order."""
    return _made(trace, (n,), dtype or torch.int64)


@rule("randint")
def randint(trace: Any, *args: Any, dtype: Any = None, size: Any = None, **_: Any) -> Any:
    """Random whole numbers."""
    return _made(trace, args[-1] if size is None else size, dtype or torch.int64)


@rule("tril_indices", "triu_indices", "hann_window", "hamming_window", "blackman_window", "kaiser_window")
def windows(trace: Any, *_: Any, **__: Any) -> Any:
    """Other constants."""
    func, (args, kwargs) = trace.last
    made = func(*args, **{**kwargs, "device": "meta"})
    return _made(trace, made.shape, made.dtype)


@rule("tensor", "as_tensor", "asarray", "scalar_tensor", "from_numpy", "new_tensor", "lift_fresh", pure=False)
def tensor(trace: Any, *args: Any, **kwargs: Any) -> Any:
    """Numbers that the model holds."""
    func = trace.last[0]
    data = args[1] if trace.last_name == "new_tensor" else args[0] if args else kwargs.get("data")
    if isinstance(data, torch.Tensor):
        dtype = kwargs.get("dtype")
        return data if dtype is None else to(trace, data, dtype)
    if _tensors_in(data):
        return _gathered(trace, data, kwargs.get("dtype"))
    dtype = {"dtype": kwargs["dtype"]} if kwargs.get("dtype") else {}
    if trace.last_name == "new_tensor" and not dtype:
        dtype = {"dtype": trace.kind_of(args[0]).dtype}
    make: Any = torch.scalar_tensor if trace.last_name == "scalar_tensor" else torch.tensor
    real = make(data, **dtype) if trace.last_name != "from_numpy" else func(data)
    return trace.constant(real)


def _tensors_in(data: Any) -> bool:
    return isinstance(data, (tuple, list)) and any(isinstance(part, torch.Tensor) or _tensors_in(part) for part in data)


def _gathered(trace: Any, data: Any, dtype: Any) -> Any:
    """A tensor of single numbers, some of which the model computed."""
    parts = [part if isinstance(part, torch.Tensor) else trace.constant(torch.tensor(part)) for part in data]
    return trace.add(load("stack")(0), *parts, dtype=dtype)


@rule(
    *("to", "type", "_to_copy", "type_as", "float", "double", "half", "bfloat16", "long", "int", "short", "char"),
    *("byte", "bool", "cfloat", "cdouble", "cuda", "cpu", "convert_element_type"),
)
def to(trace: Any, input: Any, *args: Any, **kwargs: Any) -> Any:
    """Another type; another device is none of our business."""
    name = trace.last_name
    words = {
        "float": torch.float32,
        "double": torch.float64,
        "half": torch.float16,
        "bfloat16": torch.bfloat16,
        "long": torch.int64,
        "int": torch.int32,
        "short": torch.int16,
        "char": torch.int8,
        "byte": torch.uint8,
        "bool": torch.bool,
        "cfloat": torch.complex64,
        "cdouble": torch.complex128,
    }
    kinds = [*args, kwargs.get("dtype"), kwargs.get("other")]
    if name == "type" and not any(isinstance(value, torch.dtype) for value in kinds):
        return _typed(trace, input, args)
    found = [value for value in kinds if isinstance(value, torch.dtype)]
    found += [trace.kind_of(value).dtype for value in kinds if isinstance(value, torch.Tensor)]
    dtype = words.get(name) or (found[0] if found else trace.kind_of(input).dtype)
    return cast(trace, input, dtype)


def _typed(trace: Any, input: Any, args: Any) -> Any:
    """Tensor.type with the old names of types, or without any."""
    if not args:
        return torch.empty(0, dtype=trace.kind_of(input).dtype).type()
    dtype = torch.empty(0).type(args[0]).dtype if isinstance(args[0], str) else args[0].dtype
    return cast(trace, input, dtype)


def cast(trace: Any, input: Any, dtype: torch.dtype) -> Any:
    """The same elements as another type; nothing, if they are of it."""
    from netledger.frontends.torch.abstract import DTYPES

    if trace.kind_of(input).dtype == dtype:
        return input
    return trace.add(load("cast")(DTYPES.get(dtype, "float32")), input, dtype=dtype)


@rule("contiguous")
def contiguous(trace: Any, input: Any, *_: Any, **__: Any) -> Any:
    """The same elements; which kernel comes next depends on it."""
    return trace.add(load("identity")(), input)


@rule(
    *(
        "detach",
        "data.__get__",
        "requires_grad_",
        "alias",
        "positive_",
        "lift",
        "as_subclass",
        "pin_memory",
    ),
    *("retain_grad", "resolve", "detach_", "rename", "refine_names", "align_to", "to_dense", "_lazy_clone"),
)
def itself(trace: Any, input: Any, *_: Any, **__: Any) -> Any:
    """The same tensor."""
    return input


@rule("clone", "copy.deepcopy", "__deepcopy__", "__copy__")
def clone(trace: Any, input: Any, *_: Any, **__: Any) -> Any:
    """A copy."""
    return trace.add(load("assign")(), input)


@rule(
    *(
        "data.__set__",
        "grad.__set__",
        "requires_grad.__set__",
        "names.__set__",
        "share_memory_",
        "_assert_async",
    ),
    *("_assert_scalar", "_assert_tensor_metadata", "register_hook", "_functional_assert_async", "sym_constrain_range"),
)
def nothing(trace: Any, *_: Any, **__: Any) -> Any:
    """Nothing that counts."""
    return


@rule("_assert", pure=False)
def asserted(trace: Any, condition: Any, message: Any = "", *_: Any) -> None:
    """A condition that is a plain truth value is checked, as PyTorch does; one of tensors has no value."""
    if condition is False:
        raise AssertionError(message)


@rule("backward", "grad", "record_stream")
def backward(trace: Any, *_: Any, **__: Any) -> Any:
    """Gradients are not counted."""
    from netledger.core.errors import SourceError

    raise SourceError(
        say(
            "the model computes gradients in forward ({function}); that cannot be counted yet",
            function=trace.last_name,
        )
    )
