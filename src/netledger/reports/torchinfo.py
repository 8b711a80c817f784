"""The table of torchinfo's summary(), with the figures it should have had.

A row is a call of a module; what a module does itself, between the modules in it, is part of its own row. Mult-adds
are those of the convention macs+bias: as torchinfo's for convolutions and linear layers of vectors, and exact for
sequences, attention, matrix products and functions, which it miscounts or does not see; normalisation, an addition of
parameters x batch there, is free. Stored values that another row has already are (recursive).

Sizes are in MB of 10^6 bytes. The forward/backward pass is twice the first output of every operation that has
parameters; parameters are without buffers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from netledger.conventions import macs_plus_bias
from netledger.core.document import thousands
from netledger.core.errors import UnknownNameError, printable
from netledger.core.ledger import Entry, Ledger, price
from netledger.core.network import Tensor
from netledger.reports._columns import ALIASES, kernel
from netledger.reports._document import one_line
from netledger.reports._tree import Block, tree
from netledger.reports._view import Row, View, decimal, row

__all__ = ["NAME", "columns", "render", "sizes"]

NAME = "torchinfo"

DEPTH = 3
"""So deep the tree is shown where nobody says."""

USUAL = ("input", "output", "parameters", "kernel", "macs+bias")
EMPTY = "--"


class Line(NamedTuple):
    """A row: a block, and what is counted in it.

    Args:
        level: how deep it is; the whole is 0.
        place: which of the blocks of this level it is, from 1.
        block: the block.
        opened: whether the blocks in it are rows.
        row: the figures of what is in no other row.
        whole: the number of parameters of the ledger.

    """

    level: int
    place: int
    block: Block
    opened: bool
    row: Row
    whole: int


def columns(names: Iterable[str]) -> tuple[str, ...]:
    """The columns that users call so, by torchinfo's names or ours.

    Raises:
        UnknownNameError: if there is no such column here.

    """
    found = [ALIASES.get(part.strip(), part.strip()) for name in names for part in name.split(",") if part.strip()]
    for name in found:
        if name not in _CELLS:
            theirs = (other for other, ours in ALIASES.items() if ours in _CELLS and other in _THEIRS)
            raise UnknownNameError("column of torchinfo", name, {*_CELLS, *theirs})
    return tuple(dict.fromkeys(found))


def render(view: View) -> str:
    """The table, the totals, the sizes; then which mult-adds these are."""
    names = columns(view.columns) or USUAL
    lines = _lines(view.ledger, view.depth or DEPTH)
    cells = [("Layer (type:depth-idx)", *(_CELLS[name].head for name in names))]
    cells += [(_title(line), *(_CELLS[name].text(line) for name in names)) for line in lines]
    wide = [max(map(len, column)) + 2 for column in zip(*cells, strict=True)]
    head, *body = ("".join(map(str.ljust, line, wide)).rstrip() for line in cells)
    rule = "=" * (sum(wide) - 2)
    parts = [rule, head, rule, *body, rule, *_totals(view.ledger), rule]
    parts += [f"{name} (MB): {decimal(size, 10**6, 2)}" for name, size in sizes(view.ledger).items()]
    return printable("\n".join([*parts, rule, *_notes(view.ledger)]))


def _lines(ledger: Ledger, depth: int) -> Iterator[Line]:
    places: Counter[int] = Counter()
    seen: set[object] = set()
    whole = ledger.parameter_counts.total
    for level, block in _blocks(tree(ledger), 0):
        places[level] += 1
        if level <= depth:
            opened = bool(block.blocks) and level < depth
            entries = block.own if opened else block.entries
            yield Line(level, places[level], block, opened, row("", entries, (macs_plus_bias,), seen), whole)


def _blocks(block: Block, level: int) -> Iterator[tuple[int, Block]]:
    yield level, block
    for inner in block.blocks:
        yield from _blocks(inner, level + 1)


def _title(line: Line) -> str:
    name = one_line(line.block.kind or line.block.name)
    if not line.level:
        return name
    before = "├─" if line.level == 1 else "│    " * (line.level - 1) + "└─"
    return f"{before}{name}: {line.level}-{line.place}"


# Cells.


class _Cell(NamedTuple):
    head: str
    text: Callable[[Line], str]


def _shape(tensors: tuple[Tensor, ...]) -> str:
    return str(list(tensors[0].shape)) if tensors else EMPTY


def _parameters(line: Line) -> str:
    """Those of this row; in parentheses if none is trained."""
    counts = line.row.counts
    if not counts.total:
        return "(recursive)" if _again(line) else EMPTY
    return thousands(counts.total) if counts.trainable else f"({thousands(counts.total)})"


def _again(line: Line) -> bool:
    """Whether there are parameters in it, and another row has them."""
    if line.row.held.total:
        return True
    return bool(line.block.turn) and any(entry.parameter_counts.total for entry in line.block.entries)


def _share(line: Line) -> str:
    counts = line.row.counts
    return f"{decimal(100 * counts.total, line.whole, 2)}%" if counts.total else _parameters(line)


def _trainable(line: Line) -> str:
    """Of all that is in the module."""
    stored = {part.key: part.trainable for entry in line.block.entries for part in entry.parameters if not part.buffer}
    if not stored:
        return EMPTY
    return "True" if all(stored.values()) else "Partial" if any(stored.values()) else "False"


def _mult_adds(line: Line) -> str:
    if not line.row.known:
        return "not counted"
    least = "" if line.row.counted else "≥ "
    return f"{least}{thousands(line.row.prices[0])}" if line.row.prices[0] or least else EMPTY


def _kernel(line: Line) -> str:
    """That of the only layer in it that has one."""
    found = [kernel(entry) for entry in line.block.own if "kernel" in entry.attributes]
    return str(found[0]) if len(found) == 1 and not line.block.blocks else EMPTY


def _groups(line: Line) -> str:
    found = [entry.attributes["groups"] for entry in line.block.own if "groups" in entry.attributes]
    return str(found[0]) if len(found) == 1 and not line.block.blocks else EMPTY


_CELLS = {
    "input": _Cell("Input Shape", lambda line: _shape(line.block.inputs)),
    "output": _Cell("Output Shape", lambda line: _shape(line.block.outputs)),
    "parameters": _Cell("Param #", _parameters),
    "share": _Cell("Param %", _share),
    "kernel": _Cell("Kernel Shape", _kernel),
    "groups": _Cell("Groups", _groups),
    "macs+bias": _Cell("Mult-Adds", _mult_adds),
    "trainable": _Cell("Trainable", _trainable),
}
_THEIRS = frozenset({"input_size", "output_size", "num_params", "params_percent", "kernel_size", "mult_adds"})


# Below the table.


def _totals(ledger: Ledger) -> list[str]:
    least = "" if ledger.complete else "at least "
    counts = ledger.parameter_counts
    total = price(macs_plus_bias, ledger)
    unit, letter = next((pair for pair in _UNITS if total >= pair[0]), _UNITS[-1])
    short = thousands(total // unit) if total % unit == 0 else decimal(total, unit, 2)
    return [
        f"Total params: {least}{thousands(counts.total)}",
        f"Trainable params: {least}{thousands(counts.trainable)}",
        f"Non-trainable params: {thousands(counts.total - counts.trainable)}",
        f"Total mult-adds ({letter}): {least}{short}",
    ]


_UNITS = ((10**12, "T"), (10**9, "G"), (10**6, "M"))


def sizes(ledger: Ledger) -> dict[str, int]:
    """The lines of memory, in bytes."""
    given = sum(tensor.bytes for tensor in ledger.inputs)
    passed = 2 * sum(entry.outputs[0].bytes for entry in ledger if _kept(entry))
    stored = sum(Tensor(part.shape, part.dtype).bytes for part in ledger.parameters if not part.buffer)
    return {
        "Input size": given,
        "Forward/backward pass size": passed,
        "Params size": stored,
        "Estimated Total Size": given + passed + stored,
    }


def _kept(entry: Entry) -> bool:
    """Whether its output counts as kept for the backward pass: it has parameters, and is no parameter itself."""
    return bool(entry.inputs and entry.outputs) and any(not part.buffer for part in entry.parameters)


def _notes(ledger: Ledger) -> list[str]:
    total = thousands(price(macs_plus_bias, ledger))
    said = [
        f"Mult-adds are {total} products and additions of biases (macs+bias); normalisation is free.",
        "The pass is twice the output of every operation with parameters; params are without buffers.",
    ]
    gaps = [gap.layer for gap in ledger.gaps]
    rest = f" and {len(gaps) - 5} more" if len(gaps) > 5 else ""
    return [*said, *([f"Not counted: {', '.join(gaps[:5])}{rest}."] if gaps else [])]
