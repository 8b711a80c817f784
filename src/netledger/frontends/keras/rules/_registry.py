"""Rules by the names of the classes that they answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import keras

from netledger import ops

__all__ = ["LAYERS", "OPERATIONS", "even", "last", "layer", "named", "operation", "rule_of"]

named: Callable[[str], Any] = ops.load
"""The operator of a kind; what it takes is its own business."""

Rule = Callable[..., Any]

LAYERS: dict[str, Rule] = {}
"""Rule by the class of Keras that has `call`: (trace, layer, *args, **kwargs) → outputs; NotImplemented: enter it."""

OPERATIONS: dict[str, Rule] = {}
"""Rule by the class of an operation: (trace, operation, *args, **kwargs) → outputs; NotImplemented: there is none."""

_HARMLESS = frozenset(
    (
        *("__init__", "__new__", "__doc__", "__module__", "__qualname__", "__dict__", "__weakref__", "__slots__"),
        *("__annotations__", "__firstlineno__", "__static_attributes__", "__abstractmethods__", "_abc_impl"),
        *("build", "get_config", "from_config", "compute_output_shape", "compute_output_spec", "count_params"),
        *("__repr__", "__str__", "__orig_bases__", "__parameters__", "get_build_config", "build_from_config"),
        *("train_step", "test_step", "predict_step", "compute_loss", "compute_metrics", "metrics", "fit", "compile"),
        *("save_own_variables", "load_own_variables", "_obj_type", "__init_subclass__", "__class_getitem__"),
    )
)
"""What a class of a user's may have of its own, and still be called as Keras's."""


def layer(*names: str) -> Callable[[Rule], Rule]:
    """Declare the rule of the layers of these classes, and of those that inherit their `call`."""
    return _declared(LAYERS, names)


def operation(*names: str) -> Callable[[Rule], Rule]:
    """Declare the rule of these operations."""
    return _declared(OPERATIONS, names)


def _declared(table: dict[str, Rule], names: tuple[str, ...]) -> Callable[[Rule], Rule]:
    def declared(rule: Rule) -> Rule:
        for name in names:
            if name in table:
                raise ValueError(name)  # two rules
            table[name] = rule
        return rule

    return declared


@cache
def rule_of(cls: type) -> Rule | None:
    """The rule of a layer's class: its own, or that of the class of Keras whose `call` it inherits unchanged."""
    for place, base in enumerate(cls.__mro__):
        ours = base.__module__.startswith("keras.src.")
        if ours and base.__name__ in LAYERS:
            above = cls.__mro__[:place]
            return None if any(_changes(one, base) for one in above) else LAYERS[base.__name__]
        if "call" in vars(base):
            return None
    return None


def _changes(cls: type, base: type) -> bool:
    """Whether a user's class replaces something that its base computes with."""
    if cls.__module__.startswith("keras.src."):
        return False
    return any(hasattr(base, name) and name not in _HARMLESS for name in vars(cls))


def last(layer: Any) -> str:
    """Where the channels of a layer stand."""
    return "last" if (layer.data_format or keras.config.image_data_format()) == "channels_last" else "first"


def even(values: Any) -> Any:
    """One number for every axis, if they are equal, as a user would write it.

    >>> even((3, 3)), even([1, 2]), even(((1, 1), (1, 1)))
    (3, (1, 2), 1)
    """
    parts = tuple(even(part) if isinstance(part, (tuple, list)) else part for part in values)
    if parts and all(part == parts[0] and not isinstance(part, tuple) for part in parts):
        return parts[0]
    return tuple(tuple(part) if isinstance(part, (tuple, list)) else part for part in values)
