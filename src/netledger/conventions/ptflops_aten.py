"""What ptflops reports with its backend "aten", of a model on the CPU.

Who uses it: users of ptflops whose models call functions.
What it calls it: "Mac" (GMac).
Checked against: ptflops 0.7.5 on torch 2.13.0.
Where it departs from a plain count: it looks at kernels: convolutions with one more per bias, mm, bmm, and addmm with
one more per element of its addend. Whether the bias of a linear layer is counted hangs on whether its input lies in
memory in the order of its axes, since only then addmm is the kernel. baddbmm, products with a vector, fused attention
and LSTMs count as nothing, which is wrong. Of GRUs and plain RNNs the biases of the input are counted likewise.
Which kernel is called is a matter of the device: this is the CPU, with gradients, as ptflops runs a model.
Parameters: each once, if it is trained.
"""

from __future__ import annotations

from collections.abc import Iterator

from netledger.conventions._functions import Amounts, alone_amounts, charged
from netledger.conventions._hooks import recurrent
from netledger.conventions._kernels import formed, is_fused
from netledger.conventions._pytorch import PRODUCTS, Act, Layer
from netledger.conventions._seen import is_run, seen
from netledger.conventions._stored import by_tensor
from netledger.conventions._strides import Layout, is_contiguous, layouts
from netledger.core.ledger import Charge, Entry, Held, Ledger
from netledger.core.number import Number

__all__ = ["NAME", "UNIT", "amounts", "charges", "held"]

NAME = "ptflops-aten"
UNIT = "MAC"


def charges(ledger: Ledger) -> Iterator[Charge]:
    """What it charges each kernel."""
    network = seen(ledger)
    trained = _trained(ledger) if is_run(ledger) else frozenset[int]()
    known = layouts(ledger, trained) if is_run(ledger) else []

    def rule(act: Act, layer: Layer | None) -> Amounts:
        reads = act.entry.reads
        given = [known[number] for number in reads] if known else []
        if act.kind == "attention" and is_fused(act, given, len(reads) > 3 and reads[3] in trained):
            return {}
        return _amounts(act, layer, given[0] if given else None)

    yield from charged(network, rule)


def _amounts(act: Act, layer: Layer | None, layout: Layout | None) -> Amounts:
    biased = act.entry.where("add", "bias")
    in_order = layout is None or len(layout[0]) == 2 or is_contiguous(layout)
    if act.kind in ("conv", "conv_transpose"):
        return _with(act, biased)
    if act.kind == "linear":
        return _with(act, biased if in_order else 0)
    if act.kind.endswith("_cell"):
        return _with(act, biased)
    if act.kind in ("gru", "rnn"):
        return _with(act, _recurrent_biases(act, layer, layout))
    if act.name == "addmm" and act.kind == "add":
        return {"addends": act.size_made}
    if act.kind == "lstm" or act.name == "baddbmm" or not formed(act):
        return {}
    return _with(act, 0)


def _with(act: Act, biases: Number) -> Amounts:
    return {PRODUCTS: act.products, **({"biases": biases} if biases else {})}


def _recurrent_biases(act: Act, layer: Layer | None, layout: Layout | None) -> Number:
    """Those of the states; of the inputs, too, in the first layer only if the sequence lies step by step."""
    if layer is None:
        return 0
    batch, steps = act.given[:2]
    turned = layout is not None and is_contiguous((_swapped(layout[0]), _swapped(layout[1])))
    total: Number = 0
    ways = sum(name.startswith("weight_ih_l0") for name in layer.held)
    for number, (inner, _, biases) in enumerate(recurrent(layer)):
        counted = 2 if number or turned else 1
        total += counted * ways * batch * steps * inner[0] if biases else 0
    return total


def _swapped(values: tuple[int, ...]) -> tuple[int, ...]:
    return (values[1], values[0], *values[2:])


def _trained(ledger: Ledger) -> frozenset[int]:
    """The numbers of the tensors that depend on a trained parameter."""
    found: set[int] = set()
    number = len(ledger.inputs)
    for entry in ledger.entries:
        own = any(part.trainable and not part.buffer for part in entry.parameters)
        if own or any(read in found for read in entry.reads):
            found.update(range(number, number + len(entry.outputs)))
        number += len(entry.outputs)
    return frozenset(found)


def amounts(entry: Entry) -> Amounts:
    """What it charges an entry by itself."""
    return alone_amounts(charges, entry)


def held(ledger: Ledger) -> Iterator[Held]:
    """Each parameter once, if it is trained."""
    return by_tensor(ledger, frozen=False)
