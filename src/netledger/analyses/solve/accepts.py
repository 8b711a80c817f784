"""Which inputs a network takes: every size up to a bound is tried; of the others, the first layer that refuses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from netledger.analyses.solve.runs import Run, stepped
from netledger.analyses.solve.trials import Progress, Refused, Trials, silent
from netledger.core.errors import NetledgerError, SourceError
from netledger.core.language import say
from netledger.core.network import Network, Tensor
from netledger.core.trace import size_names

__all__ = ["BOUND", "CHANNELS", "Accepted", "Axis", "Refusal", "Sweep", "accepted", "axes_of", "whole_size"]

BOUND = 512
CHANNELS = 64
"""How many channels are tried."""


class Axis(NamedTuple):
    """What is varied: one axis of an input, or several together.

    Args:
        name: what it is.
        place: which input.
        axes: which of its axes.
        size: what it is here.

    """

    name: str
    place: int
    axes: tuple[int, ...]
    size: int

    def at(self, inputs: tuple[Tensor, ...], size: int) -> tuple[Tensor, ...]:
        """The inputs with another size."""
        tensor = inputs[self.place]
        shape = tuple(size if axis in self.axes else old for axis, old in enumerate(tensor.shape))
        return (*inputs[: self.place], tensor.like(shape), *inputs[self.place + 1 :])


class Refusal(NamedTuple):
    """Sizes that one layer refuses first.

    Args:
        runs: the sizes.
        layer: the layer.
        rule: which rule it states, at the last of the sizes.

    """

    runs: tuple[Run, ...]
    layer: str
    rule: str


class Sweep(NamedTuple):
    """What was found along an axis.

    Args:
        axis: what was varied.
        bound: every size from 1 to here was tried.
        taken: the sizes that the network takes.
        refusals: the others.

    """

    axis: Axis
    bound: int
    taken: tuple[Run, ...]
    refusals: tuple[Refusal, ...]


class Accepted(NamedTuple):
    """Which inputs a network takes.

    Args:
        network: the network as it is given.
        sweeps: what was found, by axis.

    """

    network: Network
    sweeps: tuple[Sweep, ...]


def accepted(network: Network, trials: Trials, up_to: int | None = None, progress: Progress = silent) -> Accepted:
    """Which sizes a network takes, along each axis, the others as they are."""
    inputs = network.at(network.inputs)
    axes = tuple(axes_of(inputs))
    bounds = [_bound(axis, up_to) for axis in axes]
    sweeps: list[Sweep] = []
    for axis, bound in zip(axes, bounds, strict=True):
        done = sum(bounds[: len(sweeps)])
        found = [_tried(trials, axis.at(inputs, size), done + size, sum(bounds), progress) for size in _sizes(bound)]
        sweeps.append(_sweep(axis, bound, found))
    return Accepted(network, tuple(sweeps))


def _sizes(bound: int) -> range:
    return range(1, bound + 1)


def _bound(axis: Axis, up_to: int | None) -> int:
    return up_to or (CHANNELS if _is_channels(axis) else max(BOUND, 2 * axis.size))


def _is_channels(axis: Axis) -> bool:
    return axis.axes == (1,) and axis.size <= CHANNELS


def _tried(trials: Trials, inputs: tuple[Tensor, ...], done: int, of: int, progress: Progress) -> NetledgerError | None:
    progress(done, of)
    try:
        trials.network(inputs)
    except Refused as refused:
        return refused.error
    return None


def _sweep(axis: Axis, bound: int, found: list[NetledgerError | None]) -> Sweep:
    taken = stepped(size for size, error in enumerate(found, 1) if error is None)
    return Sweep(axis, bound, taken, tuple(_refusals(found)))


def _refusals(found: list[NetledgerError | None]) -> Iterator[Refusal]:
    refused: dict[str, list[tuple[int, NetledgerError]]] = {}
    for size, error in enumerate(found, 1):
        if error is not None:
            refused.setdefault(error.layer, []).append((size, error))
    for layer, pairs in refused.items():
        yield Refusal(stepped(size for size, _ in pairs), layer, pairs[-1][1].rule)


def axes_of(inputs: tuple[Tensor, ...]) -> Iterator[Axis]:
    """What is worth varying: equal places together, then each axis but the batch on its own."""
    for place, tensor in enumerate(inputs):
        which = say(" of input {place}", place=place + 1) if len(inputs) > 1 else ""
        spatial = tuple(range(2, len(tensor.shape)))
        if len(spatial) > 1 and len({tensor.shape[axis] for axis in spatial}) == 1:
            yield Axis(f"{say('all sizes together')}{which}", place, spatial, tensor.shape[2])
        for axis in (*spatial, *([1] if len(tensor.shape) > 1 else [])):
            yield Axis(f"{_named(tensor, axis)}{which}", place, (axis,), tensor.shape[axis])


def whole_size(network: Network) -> Axis:
    """The axes of the first input that are its size: height and width, or the length, as its first layer sees it."""
    tensor = network.at(network.inputs)[0]
    layouts = (node.op.layout for node in network.nodes if network.inputs[0] in node.inputs)
    along = (1,) if next(layouts, "channels") != "channels" or len(tensor.shape) < 3 else range(2, len(tensor.shape))
    axes = tuple(along)
    if len({tensor.shape[axis] for axis in axes}) > 1:
        hint = say("Give an input whose sizes are equal, such as --input 3x224x224.")
        raise SourceError("the sizes of the input are not equal", hint=hint, values={"input": tensor.shape})
    return Axis("input", 0, axes, tensor.shape[axes[0]])


def _named(tensor: Tensor, axis: int) -> str:
    rank = len(tensor.shape)
    if rank < 4:
        return say("axis {axis}", axis=axis)
    head = size_names("channels", rank, "in", "N")[axis].partition("_")[0]
    names = {"C": say("channels"), "H": say("height"), "W": say("width"), "D": say("depth")}
    return names.get(head) or say("axis {axis}", axis=axis)
