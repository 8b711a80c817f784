"""How PyTorch lays out each tensor of a network in memory: strides, by the rules of its kernels for the CPU.

Whether a linear layer adds its bias in the same kernel depends on it. Kernels that are not named here write their
result in the order of its axes (contiguous).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import accumulate
from math import prod
from operator import mul

from netledger.core.ledger import Entry, Ledger

__all__ = ["Layout", "are_steps", "is_contiguous", "layouts"]

Shape = tuple[int, ...]
Strides = tuple[int, ...]
Layout = tuple[Shape, Strides]


def contiguous(shape: Shape) -> Strides:
    """The strides of a tensor whose axes are in order.

    >>> contiguous((2, 3, 4))
    (12, 4, 1)
    """
    return _ordered(shape, tuple(reversed(range(len(shape)))))


def _ordered(shape: Shape, order: Shape) -> Strides:
    """The strides of a dense tensor, its axes given from the innermost."""
    steps = accumulate((max(1, shape[axis]) for axis in order), mul, initial=1)
    return tuple(step for _, step in sorted(zip(order, steps, strict=False)))


def is_contiguous(layout: Layout) -> bool:
    """Whether its axes are in order; those of size 1 are anywhere."""
    shape, strides = layout
    pairs = zip(shape, strides, contiguous(shape), strict=True)
    return 0 in shape or all(size == 1 or stride == wanted for size, stride, wanted in pairs)


def layouts(ledger: Ledger, trained: frozenset[int] = frozenset()) -> list[Layout]:
    """The layout of every tensor, by number; inputs are contiguous.

    Args:
        ledger: the network.
        trained: the numbers of the tensors that need a gradient: max pooling of these is another kernel.

    """
    found = [(tensor.shape, contiguous(tensor.shape)) for tensor in ledger.inputs]
    for entry in ledger.entries:
        given = [found[number] for number in entry.reads[: len(entry.inputs)]]
        rule = _RULES.get(entry.op, _elementwise)
        rule = _with_height if entry.op == "maxpool" and entry.reads[0] in trained else rule
        for place, tensor in enumerate(entry.outputs):
            strides = rule(entry, given, place) if given else None
            found.append((tensor.shape, contiguous(tensor.shape) if strides is None else strides))
    return found


Rule = Callable[[Entry, list[Layout], int], Strides | None]


# Views.


def _reshape(entry: Entry, given: list[Layout], place: int) -> Strides | None:
    """The same elements in place, if they can be seen so; else copied."""
    made = entry.outputs[0].shape
    return _viewed(given[0], made) if 0 not in made else None


def _viewed(layout: Layout, made: Shape) -> Strides | None:
    """The strides with which the same memory has another shape; None, if it has not."""
    shape, strides = layout
    found: list[int] = []
    wanted = list(made)
    for sizes, step in _runs(shape, strides):
        count, reached = prod(sizes), 1
        while wanted and (reached < count or wanted[-1] == 1):
            found.append(reached * step)
            reached *= wanted.pop()
        if reached != count:
            return None
    return tuple(reversed(found)) if not wanted else None


def _runs(shape: Shape, strides: Strides) -> list[tuple[Shape, int]]:
    """The axes in runs that lie densely behind each other, the innermost first; and the stride of each run."""
    runs: list[tuple[list[int], int]] = []
    reach = 0
    for size, stride in reversed(list(zip(shape, strides, strict=True))):
        if runs and (size == 1 or stride == reach):
            runs[-1][0].append(size)
        else:
            runs.append(([size], stride))
            reach = stride
        reach = reach * size if size != 1 or stride == reach else reach
    return [(tuple(sizes), step) for sizes, step in runs] or [((), 1)]


def _permute(entry: Entry, given: list[Layout], place: int) -> Strides:
    return tuple(given[0][1][axis] for axis in entry.attributes["axes"])


def _transpose(entry: Entry, given: list[Layout], place: int) -> Strides:
    strides = list(given[0][1])
    first, second = entry.attributes["first"], entry.attributes["second"]
    strides[first], strides[second] = strides[second], strides[first]
    return tuple(strides)


def _squeeze(entry: Entry, given: list[Layout], place: int) -> Strides:
    gone = {axis % len(given[0][0]) for axis in entry.attributes["axes"] or ()}
    return tuple(stride for axis, stride in enumerate(given[0][1]) if axis not in gone)


def _unsqueeze(entry: Entry, given: list[Layout], place: int) -> Strides:
    shape, strides = given[0]
    axis = entry.attributes["axis"] % (len(shape) + 1)
    step = shape[axis] * strides[axis] if axis < len(shape) else 1
    return (*strides[:axis], step, *strides[axis:])


def _expand(entry: Entry, given: list[Layout], place: int) -> Strides:
    shape, strides = given[0]
    made = entry.outputs[0].shape
    more = len(made) - len(shape)
    kept = (0 if old != new else stride for old, new, stride in zip(shape, made[more:], strides, strict=True))
    return (*(0,) * more, *kept)


def _select(entry: Entry, given: list[Layout], place: int) -> Strides:
    axis = entry.attributes["axis"] % len(given[0][0])
    return (*given[0][1][:axis], *given[0][1][axis + 1 :])


def _slice(entry: Entry, given: list[Layout], place: int) -> Strides:
    strides = list(given[0][1])
    strides[entry.attributes["axis"]] *= entry.attributes.get("step") or 1
    return tuple(strides)


def _same(entry: Entry, given: list[Layout], place: int) -> Strides:
    return given[0][1]


def _identity(entry: Entry, given: list[Layout], place: int) -> Strides | None:
    """The same tensor; a copy in order, where it was not; a clone, dense."""
    if entry.provenance.function.endswith("clone"):
        return _elementwise(entry, given[:1], place)
    copied = entry.provenance.function.endswith("contiguous") and not is_contiguous(given[0])
    return None if copied else given[0][1]


# Kernels.


def _elementwise(entry: Entry, given: list[Layout], place: int) -> Strides | None:
    """Dense, in the order of axes of the operands, as the first that tells two axes apart has it."""
    made = entry.outputs[place].shape
    wide = [_broadcast(layout, made) for layout in given if _fits(layout[0], made)]
    if len(wide) != len(given):
        return None
    if all(layout == given[0] and layout[0] == made for layout in given) and _is_dense(given[0]):
        return given[0][1]
    if all(layout[0] == made and is_contiguous(layout) for layout in given):
        return contiguous(made)
    order = list(reversed(range(len(made))))
    for start in range(1, len(order)):
        here = start
        for below in range(start - 1, -1, -1):
            swap = _before(made, wide, order[below], order[here])
            if swap > 0:
                order[below], order[here] = order[here], order[below]
                here = below
            elif swap < 0:
                break
    return _ordered(made, tuple(order))


def _before(made: Shape, wide: list[Strides], inner: int, outer: int) -> int:
    """Above 0 if two axes must change places, below 0 if they must not; 0 if nothing tells them apart."""
    for strides in wide:
        first, second = strides[inner], strides[outer]
        if first and second and first != second:
            return -1 if first < second else 1
        if first and second and made[inner] > made[outer]:
            return 1
    return 0


def _fits(shape: Shape, made: Shape) -> bool:
    more = len(made) - len(shape)
    return more >= 0 and all(size in (1, wide) for size, wide in zip(shape, made[more:], strict=True))


def _broadcast(layout: Layout, made: Shape) -> Strides:
    shape, strides = layout
    more = len(made) - len(shape)
    kept = (0 if size == 1 != wide else step for size, step, wide in zip(shape, strides, made[more:], strict=True))
    return (*(0,) * more, *kept)


def _is_dense(layout: Layout) -> bool:
    """Whether its elements lie without gaps, in some order of the axes."""
    axes = sorted((stride, size) for size, stride in zip(*layout, strict=True) if size != 1)
    reach = 1
    for stride, size in axes:
        if stride != reach:
            return False
        reach *= size
    return True


def _channels_last(layout: Layout) -> bool:
    """Whether channels are innermost, as PyTorch guesses it from strides."""
    shape, strides = layout
    if len(shape) not in (4, 5) or not strides[1]:
        return False
    least = 0
    for axis in (1, *range(len(shape) - 1, 1, -1), 0):
        if not shape[axis] or strides[axis] < least or (axis == 0 and least == strides[1]):
            return False
        least = strides[axis] * max(1, shape[axis])
    return True


def _as_given(entry: Entry, given: list[Layout], place: int) -> Strides | None:
    """Channels innermost, if those of all inputs are."""
    made = entry.outputs[place].shape
    if not all(map(_channels_last, given)):
        return None
    return _ordered(made, (1, *range(len(made) - 1, 1, -1), 0))


def _first_as_given(entry: Entry, given: list[Layout], place: int) -> Strides | None:
    return _as_given(entry, given[:1], place)


def _with_height(entry: Entry, given: list[Layout], place: int) -> Strides | None:
    """Of one dimension: as an image of height 1."""
    shape, strides = given[0]
    made = entry.outputs[place].shape
    if len(shape) != 3:
        return _first_as_given(entry, given, place)
    image = ((*shape[:2], 1, shape[2]), (*strides[:2], shape[2] * strides[2], strides[2]))
    return _ordered(made, (1, 2, 0)) if _channels_last(image) else None


def _convolution(entry: Entry, given: list[Layout], place: int) -> Strides | None:
    """Of one dimension: what is not in order is put in order first."""
    if len(given[0][0]) == 3 and not is_contiguous(given[0]):
        return None
    return _with_height(entry, given, place)


def _attention(entry: Entry, given: list[Layout], place: int) -> Strides | None:
    """The fused kernel lays its result out like the queries."""
    fused = len(given[0][0]) == 4 and given[0][0] == entry.outputs[0].shape
    return _elementwise(entry, given[:1], place) if fused and are_steps(given) else None


def are_steps(given: list[Layout]) -> bool:
    """Whether the elements of queries, keys and values lie one behind the other: only then the fused kernel is used."""
    return all(strides[-1] == 1 for _, strides in given[:3])


def _in_order(entry: Entry, given: list[Layout], place: int) -> None:
    return None


_IN_ORDER = [
    "linear",
    "matmul",
    "einsum",
    "bilinear",
    "softmax",
    "log_softmax",
    "layernorm",
    "instancenorm",
    "embedding",
    "index",
    "index_select",
    "gather",
    "roll",
    "cumsum",
    "cumprod",
    "stack",
    "tile",
    "lstm",
    "gru",
    "rnn",
    "lstm_cell",
    "gru_cell",
    "rnn_cell",
    "pixel_shuffle",
    "pixel_unshuffle",
    "sort",
    "topk",
    "rearrange",
    "one_hot",
    "constant",
    "parameter",
    "buffer",
    "sum",
    "mean",
    "max",
    "min",
    "var",
    "std",
    "argmax",
    "argmin",
    "norm",
    "glu",
]
_AS_GIVEN = ["batchnorm", "groupnorm", "maxpool", "upsample", "pad"]
_RULES: Mapping[str, Rule] = {
    **dict.fromkeys(("reshape", "flatten"), _reshape),
    "permute": _permute,
    "transpose": _transpose,
    "squeeze": _squeeze,
    "unsqueeze": _unsqueeze,
    "expand": _expand,
    "select": _select,
    "slice": _slice,
    **dict.fromkeys(("split", "dropout"), _same),
    **dict.fromkeys(("identity", "assign"), _identity),
    **dict.fromkeys(_IN_ORDER, _in_order),
    **dict.fromkeys(_AS_GIVEN, _first_as_given),
    **dict.fromkeys(("conv", "conv_transpose"), _convolution),
    **dict.fromkeys(("avgpool", "adaptive_avgpool", "adaptive_maxpool"), _with_height),
    "concat": _as_given,
    "attention": _attention,
}
