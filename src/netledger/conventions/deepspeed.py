"""The FLOPs that DeepSpeed's flops profiler reports (get_model_profile).

Who uses it: papers on large language models, DeepSpeed's users.
What it calls it: "FLOPS" in its table, MACs in the docstring of the function that returns it; its MACs are
`deepspeed-macs`.
Checked against: deepspeed 0.19.8.
Where it departs from a plain count: as `calflops`, but fused attention, @, mm and bmm are counted, and right, as are
transposed convolutions, results of torch.add and torch.mul, and modules in several places, which 0.19.6 still had
wrong; resampling by a factor costs its outputs. Wrong are still `same` padding with an even kernel, resampling to a
size, and einsum.
Parameters: each once.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from netledger.conventions._functions import Amounts, alone_amounts, formed
from netledger.conventions._patched import Cost, Tool, in_flops, matmul, without_batch
from netledger.conventions._pytorch import Act
from netledger.conventions._seen import seen
from netledger.conventions._stored import by_tensor
from netledger.core.ledger import Charge, Entry, Held, Ledger
from netledger.core.number import Number, product

__all__ = ["NAME", "RULES", "UNIT", "amounts", "charges", "fails", "held"]

NAME = "deepspeed"
UNIT = "FLOP"


def _attention(act: Act) -> Cost:
    query, key, value = (tensor.shape for tensor in act.entry.inputs[:3])
    return Cost(formed(product(query) * key[-2] + product(query[:-1]) * key[-2] * value[-1], act, "fused attention"))


def _transposed(act: Act) -> Cost:
    biased = act.entry.where("add", "bias") > 0
    return Cost(formed(act.products, act), {"transposed-convolution biases": act.size_made} if biased else {})


def _resized(act: Act) -> Number:
    """The product of the size, without batch and channels; by a factor, the elements of the output, rounded down."""
    if act.kind != "upsample" or act.entry.attributes["scale"] is None:
        size = act.entry.attributes.get("size", act.made[2:])
        return product(size) if isinstance(size, (tuple, list)) else size
    scale, axes = act.entry.attributes["scale"], len(act.given) - 2
    factors = scale if isinstance(scale, (tuple, list)) else (scale,) * axes
    made = Fraction(1)
    for factor in factors:
        made *= Fraction(factor)
    return act.size * made.numerator // made.denominator


_PRODUCTS = {(space, name): matmul for space in ("torch", "Tensor") for name in ("mm", "bmm")}
RULES = Tool(
    {
        **{("torch", f"conv_transpose{axes}d"): _transposed for axes in "123"},
        ("F", "scaled_dot_product_attention"): _attention,
        ("Tensor", "__matmul__"): matmul,
        **_PRODUCTS,
    },
    lambda act: act.size_made,
    _resized,
    lambda layer: 1,
)


def charges(ledger: Ledger) -> Iterator[Charge]:
    """What it charges each call of a function."""
    return in_flops(seen(ledger), RULES)


def amounts(entry: Entry) -> Amounts:
    """What it charges an entry by itself."""
    return alone_amounts(charges, entry)


def held(ledger: Ledger) -> Iterator[Held]:
    """Each parameter once."""
    return by_tensor(ledger)


def fails(ledger: Ledger) -> Iterator[str]:
    """Convolutions without a batch."""
    return without_batch(seen(ledger))
