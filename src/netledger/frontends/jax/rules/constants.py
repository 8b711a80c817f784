"""What follows from no input. Numbers that shapes, scales and steps are made of are worked out; arrays are not."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

from netledger.frontends.jax.rules._registry import rule, unique

_WORKED: dict[str, Callable[..., Any]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "max": max,
    "min": min,
    "pow": operator.pow,
    "neg": operator.neg,
    "sqrt": math.sqrt,
    "exp": math.exp,
    "log": math.log,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
    "eq": operator.eq,
    "ne": operator.ne,
}
_KEPT = ("convert_element_type", "copy", "stop_gradient", "broadcast_in_dim", "reshape", "squeeze")
"""The number stays what it is, in every place."""


def folded(equation: Any) -> Any:
    """The number that an equation makes of numbers; None if it is not known."""
    numbers = [value.value for value in equation.values]
    if not numbers or any(number is None for number in numbers):
        return None
    if equation.name in _KEPT:
        return numbers[0]
    try:
        return _WORKED[equation.name](*numbers) if equation.name in _WORKED else None
    except (ArithmeticError, ValueError, TypeError):
        return None


@rule("random_bits", "random_seed", "random_split", "random_wrap", "random_unwrap", "random_fold_in", "threefry2x32")
@rule("rng_bit_generator", "rng_uniform", "shard_alike")
def drawn(reader: Any, equation: Any) -> Any:
    """Numbers that are drawn: outside of the network's arithmetic."""
    return [reader.add(equation, unique("constant", made.shape, "random"), made=(made,))[0] for made in equation.made]
