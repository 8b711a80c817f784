"""Where the channels stand. Rules are written for (batch, channels, spatial …); here they run on channels last too.

An operator that declares the attribute `channels` has its rules wrapped: with `last`, its inputs are seen in the order
of the rules, and what they answer is put back.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from itertools import product
from typing import TYPE_CHECKING, Any

from netledger.core.network import Tensor
from netledger.core.number import Shape

if TYPE_CHECKING:
    from netledger.core.operator import Readings
    from netledger.core.performed import Stage, Values

__all__ = ["ORDERS", "wrap"]

ORDERS = ("first", "last")


def wrap(cls: type[Any]) -> None:
    """Let the rules of an operator run on channels last too."""
    for name, put_back in _RULES.items():
        rule = getattr(cls, name)
        if not hasattr(rule, "in_order"):
            setattr(cls, name, _in_order(rule, put_back))


def _in_order(rule: Callable[..., Any], put_back: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(rule)
    def either(self: Any, inputs: Any, *rest: Any) -> Any:
        if self.channels == "first":
            return rule(self, inputs, *rest)
        seen = tuple(map(_first, inputs))
        others = tuple(tuple(map(_first, part)) if type(part) is tuple else part for part in rest)
        return put_back(rule(_with_first(self), seen, *others), inputs, *rest)

    either.in_order = True  # type: ignore[attr-defined]
    return either


def _with_first(op: Any) -> Any:
    """The same operator with the channels first; it was checked when it was made, and is made once."""
    try:
        return op._turned
    except AttributeError:
        made = object.__new__(type(op))
    for name in op.ATTRIBUTES:
        object.__setattr__(made, name, "first" if name == "channels" else getattr(op, name))
    object.__setattr__(op, "_turned", made)
    return made


def _first(tensor: Any) -> Any:
    """A tensor, or its values, with the channels first."""
    shape = tensor.shape
    if len(shape) < 3:
        return tensor
    if isinstance(tensor, Tensor):
        return Tensor((shape[0], shape[-1], *shape[1:-1]), tensor.dtype)
    return _values(tensor, (0, len(shape) - 1, *range(1, len(shape) - 1)))


def _last(tensor: Any) -> Any:
    """The other way."""
    shape = tensor.shape
    if len(shape) < 3:
        return tensor
    if isinstance(tensor, Tensor):
        return Tensor((shape[0], *shape[2:], shape[1]), tensor.dtype)
    return _values(tensor, (0, *range(2, len(shape)), 1))


def _permuted(shape: Shape, order: tuple[int, ...]) -> Shape:
    return tuple(shape[axis] for axis in order)


def _values(values: Values, order: tuple[int, ...]) -> Values:
    made = _permuted(values.shape, order)
    inverse = tuple(order.index(axis) for axis in range(len(order)))
    elements = tuple(values.at(_permuted(place, inverse)) for place in product(*map(range, made)))
    return values._replace(shape=made, elements=elements)


def _as_it_is(answer: Any, *_: Any) -> Any:
    return answer


def _tensors(answer: tuple[Tensor, ...], *_: Any) -> tuple[Tensor, ...]:
    return tuple(map(_last, answer))


def _readings(answer: Readings, inputs: Any, outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
    """How each input is read, its axes and those of the output in the order they have."""
    rank = len(outputs[which].shape)
    return None if answer is None else tuple(_reading(reads, rank) for reads in answer)


def _reading(reads: Any, rank: int) -> Any:
    moved = [follow._replace(axis=_place(follow.axis, rank)) for follow in reads]
    return (moved[0], *moved[2:], moved[1]) if len(moved) > 2 else tuple(moved)


def _place(axis: int | None, rank: int) -> int | None:
    """Where an axis of an output stands once its channels are last."""
    if axis is None or axis == 0 or rank < 3:
        return axis
    return rank - 1 if axis == 1 else axis - 1


def _stages(answer: tuple[Stage, ...], *_: Any) -> tuple[Stage, ...]:
    return tuple(stage._replace(made=_last(stage.made)) for stage in answer)


_RULES: dict[str, Callable[..., Any]] = {
    "infer": _tensors,
    "parameters": _as_it_is,
    "buffers": _as_it_is,
    "work": _as_it_is,
    "valid_products": _as_it_is,
    "steps": _as_it_is,
    "reads": _readings,
    "perform": _stages,
}
