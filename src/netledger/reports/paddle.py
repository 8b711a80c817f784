"""The table of paddle.flops(net, …, print_detail=True), line by line.

Running statistics of batch norms count as parameters there, and what is not a layer is not shown.
"""

from __future__ import annotations

import re
from collections import Counter

from netledger.conventions import paddle
from netledger.core.ledger import Entry, price
from netledger.core.network import Tensor
from netledger.reports._view import View

__all__ = ["NAME", "render"]

NAME = "paddle"

HEAD = ("Layer Name", "Input Shape", "Output Shape", "Params", "Flops")


def render(view: View) -> str:
    """The table and Paddle's closing line; then a note if running statistics are among the parameters."""
    layers = [entry for entry in view.ledger if paddle.layer_class(entry)]
    rows = paddle.rows(view.ledger)
    cells = [HEAD, *(_cells(layers) if rows is None else map(_row, rows))]
    widths = [max(map(len, column)) + 2 for column in zip(*cells, strict=True)]
    rule = "+".join(["", *("-" * width for width in widths), ""])
    head, *body = ("|".join(["", *map(str.center, row, widths), ""]) for row in cells)
    parameters = sum(held.amount for held in paddle.held(view.ledger))
    buffers = sum(held.amount for held in paddle.held(view.ledger) if held.term == "running statistics")
    least = "" if view.ledger.complete else "at least "
    last = f"Total Flops: {least}{price(paddle, view.ledger)}     Total Params: {least}{parameters}"
    return "\n".join([rule, head, rule, *body, rule, last, *_note(buffers, parameters)])


def _row(row: paddle.Row) -> tuple[str, ...]:
    shapes = (str(list(tensor.shape)) for tensor in (row.given, row.made))
    return (row.label, *shapes, str(row.parameters), str(row.flops))


def _cells(layers: list[Entry]) -> list[tuple[str, ...]]:
    seen: Counter[str] = Counter()
    found: list[tuple[str, ...]] = []
    for entry in layers:
        name = _snake(paddle.layer_class(entry))
        sizes = _sizes(entry.inputs), _sizes(entry.outputs)
        figures = (
            (str(paddle.parameters(entry)), str(price(paddle, [entry]))) if entry.counted else ("not counted",) * 2
        )
        found.append((f"{name}_{seen[name]}", *sizes, *figures))
        seen[name] += 1
    return found


def _sizes(tensors: tuple[Tensor, ...]) -> str:
    return str(list(tensors[0].shape))


def _snake(name: str) -> str:
    """A class's name as Paddle numbers its layers: MaxPool2D is max_pool2d, ReLU is re_lu."""
    parted = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", parted).lower()


def _note(buffers: int, total: int) -> list[str]:
    note = f"Total Params holds {buffers} running statistics of batch norms; without them it is "
    return [f"{note}{total - buffers}."] if buffers else []
