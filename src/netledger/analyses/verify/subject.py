"""What a row of a table can be about: a layer, a block of layers, the input, or the whole; and its figures."""

from __future__ import annotations

from collections.abc import Iterable
from math import prod
from typing import Any, NamedTuple

from netledger.core.ledger import Convention, Entry, Ledger, count_parameters, price
from netledger.core.network import Parameter, Tensor
from netledger.core.window import Window, axis_padding

__all__ = ["Subject", "area", "attribute", "figure", "layer", "shape", "tuples", "whole", "with_channels"]


class Subject(NamedTuple):
    """What a row is about.

    Args:
        name: of the layer or block; of the network, for the whole.
        entries: the operations in it.
        inputs: what goes in.
        outputs: what comes out.
        place: where its first operation stands in the ledger; −1: it is no part, but the whole or the input.

    """

    name: str
    entries: tuple[Entry, ...]
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    place: int = -1

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """What it stores; shared memory once."""
        found = {part.key or (entry.name, part.role): part for entry in self.entries for part in entry.parameters}
        return tuple(found.values())

    @property
    def counted(self) -> bool:
        """Whether all of it is counted."""
        return all(entry.counted for entry in self.entries)

    @property
    def single(self) -> Entry | None:
        """The layer, if it is one."""
        return self.entries[0] if len(self.entries) == 1 else None


def layer(name: str, entries: Iterable[Entry], place: int) -> Subject:
    """A layer, or a block: what goes into its first operation, and comes out of its last."""
    parts = tuple(entries)
    return Subject(name, parts, parts[0].inputs, parts[-1].outputs, place)


def whole(ledger: Ledger) -> Subject:
    """The network; what comes out of it is taken to be what its last layer gives."""
    outputs = ledger.entries[-1].outputs if ledger.entries else ()
    return Subject(ledger.name, ledger.entries, ledger.inputs, outputs)


def figure(meaning: str, subject: Subject, convention: Convention | None = None) -> int | None:
    """A figure of a column: parameters, trainable, weights, biases; operations under a convention; memory, in bytes."""
    if meaning == "operations":
        return price(convention, subject.entries) if convention else None
    if meaning == "memory":
        return sum(Tensor(part.shape, part.dtype).bytes for part in subject.parameters if not part.buffer)
    counts = count_parameters(subject.parameters)
    return counts.total if meaning == "parameters" else int(getattr(counts, meaning))


def shape(meaning: str, subject: Subject) -> tuple[int, ...] | None:
    """The shape of an output or input; None if there is none."""
    tensors = subject.outputs if meaning == "output" else subject.inputs
    return tensors[0].shape if tensors else None


def attribute(meaning: str, entry: Entry) -> tuple[int, ...] | None:
    """kernel, stride, padding, dilation, groups or channels of a layer, along each axis; None: it has none."""
    given = entry.attributes
    if meaning == "channels":
        return (_channels(entry),) if {"out", "kernel"} & given.keys() else None
    if meaning == "padding":
        return _padding(entry)
    value = given.get(meaning)
    if meaning == "stride" and value is None:
        value = given.get("kernel")  # of a pool
    if value is None or isinstance(value, str):
        return None
    return _along(value, 1 if meaning == "groups" else len(_spatial(entry)))


def _channels(entry: Entry) -> int:
    """Channels of the output, or its features where it has no places."""
    made = entry.outputs[0].shape
    return made[1] if "kernel" in entry.attributes and len(made) > 2 else made[-1]


def _spatial(entry: Entry) -> tuple[int, ...]:
    """The sizes of the input beyond batch and channels."""
    return entry.inputs[0].shape[2:]


def area(entry: Entry) -> tuple[int, int]:
    """Places of the input, and of the output."""
    return prod(_spatial(entry)), prod(entry.outputs[0].shape[2:])


def with_channels(entry: Entry, readings: Iterable[tuple[int | None, ...]]) -> bool:
    """Whether a printed kernel is one with its channels, and perhaps how many there are: 11x11x3, 96x11x11x3."""
    weight = next((part.shape for part in entry.parameters if part.role == "weight"), ())
    if len(weight) < 3:
        return False
    out, read, *kernel = weight
    ends = ((read,), (out,), (read, out), (out, read))
    told = {(*end, *kernel) for end in ends} | {(*kernel, *end) for end in ends} | {(out, *kernel, read)}
    return any(reading in told for reading in readings)


def _along(value: Any, axes: int) -> tuple[int, ...]:
    return tuple(value) if isinstance(value, (list, tuple)) else (value,) * max(axes, 1)


def _padding(entry: Entry) -> tuple[int, ...] | None:
    """What is added before each axis; None where it is not the same behind it."""
    found = _pads(entry)
    even = found is not None and all(before == after for before, after in found)
    return tuple(before for before, _ in found) if found and even else None


def _pads(entry: Entry) -> tuple[tuple[int, int], ...] | None:
    """What is added before and after each axis."""
    given, places = entry.attributes, _spatial(entry)
    if given.get("padding") is None or "kernel" not in given or not places:
        return None
    kernel, padding = _along(given["kernel"], len(places)), tuples(given["padding"])
    stride = _along(given.get("stride") or given["kernel"], len(places))
    dilation = _along(given.get("dilation", 1), len(places))
    around = (axis_padding(padding, axis, len(places)) for axis in range(len(places)))
    windows = map(Window, kernel, stride, around, dilation)
    return tuple(window.padding(size) for window, size in zip(windows, places, strict=True))


def tuples(value: Any) -> Any:
    """Lists, as attributes have them in JSON, as tuples."""
    return tuple(map(tuples, value)) if isinstance(value, list) else value
