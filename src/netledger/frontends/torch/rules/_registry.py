"""Rules by the names of what they answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import torch

from netledger import ops

__all__ = ["READS", "RULES", "Rule", "forget", "load", "name_of", "rule", "rule_of"]

load: Callable[[str], Any] = ops.load
"""The operator of a kind; what it takes is its own business."""


class Rule(NamedTuple):
    """How a function is written as operators; `pure`: the same shapes and attributes always give the same."""

    apply: Callable[..., Any]
    pure: bool = True


RULES: dict[str, Rule] = {}
_FOUND: dict[Any, Rule | None] = {}

_ATTRIBUTES = (
    *("shape", "dtype", "device", "ndim", "layout", "requires_grad", "is_cuda", "is_cpu", "is_meta", "is_leaf"),
    *("grad_fn", "is_sparse", "is_quantized", "is_nested", "is_mkldnn", "is_xla", "is_mps", "is_xpu", "names"),
    *("_version", "_base", "output_nr", "itemsize", "nbytes", "grad", "_backward_hooks", "retains_grad", "is_ipu"),
    *("is_vulkan", "is_maia", "is_mtia", "is_hpu", "is_sparse_csr", "name"),
)
_METHODS = (
    *("dim", "size", "numel", "nelement", "ndimension", "stride", "is_contiguous", "is_floating_point", "is_complex"),
    *("element_size", "data_ptr", "storage_offset", "untyped_storage", "get_device", "__len__", "__hash__"),
    *("is_signed", "is_inference", "is_pinned", "is_conj", "is_neg", "has_names", "dense_dim", "__dlpack_device__"),
    *("is_set_to", "is_same_size", "_is_view", "__dir__", "is_coalesced", "is_shared"),
)
_FUNCTIONS = (
    *("is_floating_point", "is_complex", "numel", "result_type", "is_same_size", "is_conj", "is_neg"),
    *("is_signed", "is_inference"),
)


def _reads() -> frozenset[Any]:
    attributes: Iterable[Any] = (getattr(torch.Tensor, name, None) for name in _ATTRIBUTES)
    return frozenset(
        (
            *(attribute.__get__ for attribute in attributes if hasattr(attribute, "__get__")),
            *(getattr(torch.Tensor, name) for name in _METHODS if hasattr(torch.Tensor, name)),
            *(getattr(torch, name) for name in _FUNCTIONS),
        )
    )


READS = _reads()
"""What only reads a shape or another fact: answered by the tensor itself."""


def rule(*names: str, pure: bool = True) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare the rule of every function with one of these names."""

    def declared(apply: Callable[..., Any]) -> Callable[..., Any]:
        for name in names:
            if name in RULES:
                raise ValueError(f"two rules for {name}")
            RULES[name] = Rule(apply, pure)
        return apply

    return declared


def name_of(func: Any) -> str:
    """What a function is called, without its namespace if it is PyTorch's own.

    >>> import torch
    >>> name_of(torch.add), name_of(torch.Tensor.T.__get__), name_of(torch.ops.aten.add.Tensor)
    ('add', 'T.__get__', 'add')
    """
    if isinstance(func, torch._ops.OpOverload):
        return func._schema.name.removeprefix("aten::").removeprefix("prims::")
    if isinstance(func, torch._ops.OpOverloadPacket):
        return str(func._qualified_op_name).removeprefix("aten::")
    name = getattr(func, "__name__", type(func).__name__)
    if name in ("__get__", "__set__", "__delete__"):
        return f"{getattr(func.__self__, '__name__', '')}.{name}"
    return str(name)


def forget() -> None:
    """A rule was added by name: look all up again."""
    _FOUND.clear()


def rule_of(func: Any) -> Rule | None:
    """The rule of a function, if it has one."""
    try:
        return _FOUND[func]
    except KeyError:
        found = _FOUND[func] = _named(name_of(func))
        return found
    except TypeError:  # it has no hash
        return _named(name_of(func))


def _named(name: str) -> Rule | None:
    if name in RULES:
        return RULES[name]
    plain = f"__{name[3:]}" if name.startswith("__i") and name.endswith("__") else name[:-1]
    if plain in RULES and (plain.startswith("__") or name.endswith("_")):
        base = RULES[plain]
        return Rule(_in_place(base.apply), base.pure)
    return None


def _in_place(apply: Callable[..., Any]) -> Callable[..., Any]:
    def written(trace: Any, target: Any, *args: Any, **kwargs: Any) -> Any:
        if type(target) is not trace.abstract_type and trace.lookup(target).sort.counter:
            trace.count(target, args, kwargs)  # of calls: no part of what the network computes
            return target
        return trace.write(target, trace.of_type(apply(trace, target, *args, **kwargs), target))

    return written
