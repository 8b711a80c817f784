"""The FLOPs that calflops.calculate_flops reports.

Who uses it: Hugging Face users, papers on detection and language models.
What it calls it: "FLOPs"; it reports MACs apart (`calflops-macs`).
Checked against: calflops 0.3.2.
Where it departs from a plain count: two per multiply-add of the functions that it patches: convolutions with their
biases, linear layers without, torch.matmul, addmm, baddbmm. The operator @, mm, bmm and fused attention are free, which
is wrong for transformers. The size of a convolution's output is computed again, one short for `same` padding with an
even kernel; transposed convolutions are divided by their groups twice, and their biases counted on the output of an
ordinary convolution. Products of matrices lose the larger batch of the second operand. Batch norms cost 2 per element
(1 without scale), other norms 5 (4), some activations and all pooling 1 per input, torch.add and torch.mul (not + and
*) a result aligned at the wrong end, resampling to a size the product of that size without batch and channels. A sum
after Einstein is what NumPy prints. Recurrences follow a formula of their own. A module that stands in several places
counts in each.
Parameters: each once, if it is trained.
"""

from __future__ import annotations

from collections.abc import Iterator

from netledger.conventions._functions import Amounts, alone_amounts, left_aligned
from netledger.conventions._patched import Tool, in_flops, without_batch
from netledger.conventions._pytorch import Act
from netledger.conventions._seen import seen
from netledger.conventions._stored import by_tensor
from netledger.core.ledger import Charge, Entry, Held, Ledger
from netledger.core.number import Number, product

__all__ = ["NAME", "RULES", "UNIT", "amounts", "charges", "fails", "held"]

NAME = "calflops"
UNIT = "FLOP"


def _elementwise(act: Act) -> Number:
    return left_aligned(act)


def _resized(act: Act) -> Number:
    """The product of the size, without batch and channels; by a factor, the elements of the input."""
    size = act.entry.attributes.get("size")
    if act.kind != "upsample" or size is None:
        return act.size
    return product(size) if isinstance(size, (tuple, list)) else size


RULES = Tool({}, _elementwise, _resized, lambda layer: layer.visits)


def charges(ledger: Ledger) -> Iterator[Charge]:
    """What it charges each call of a function."""
    return in_flops(seen(ledger), RULES)


def amounts(entry: Entry) -> Amounts:
    """What it charges an entry by itself."""
    return alone_amounts(charges, entry)


def held(ledger: Ledger) -> Iterator[Held]:
    """Each parameter once, if it is trained."""
    return by_tensor(ledger, frozen=False)


def fails(ledger: Ledger) -> Iterator[str]:
    """Networks without parameters, convolutions without a batch, factors of resampling by axis."""
    if not ledger.parameter_counts.total:
        yield "StopIteration, a network without parameters"
    network = seen(ledger)
    yield from without_batch(network)
    for act in network.acts:
        scale = act.entry.attributes.get("scale") if act.name == "interpolate" else None
        if isinstance(scale, (tuple, list)) and len(scale) != act.given[0]:
            yield f"{act.entry.name}: TypeError, resampling by several factors"
