"""What torchprofile.profile_macs returns.

Who uses it: papers on efficient networks (Once-for-All and what followed).
What it calls it: "MACs".
Checked against: torchprofile 0.1.0.
Where it departs from a plain count: it looks at the traced graph: convolutions, linear layers, matrix products, fused
attention and LSTMs are right. Transposed convolutions are counted over output positions without their groups, a
convolution with padding in words, torch.mm, mv and dot, GRUs and plain RNNs as nothing, which is wrong. Norms with
scale, average pooling, means, leaky ReLUs and every multiplication by `*` cost one per output, bilinear upsampling and
samples of a grid 4 (16 bicubic); additions are free. A product of sizes in the model's own Python is a multiplication
of the traced graph too, and adds 1: these cannot be told from the network, and are not here.
Parameters: none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from netledger.conventions._einsum import sizes_of
from netledger.conventions._functions import NORMS, Amounts, alone_amounts, charged, formed
from netledger.conventions._hooks import kernel
from netledger.conventions._pytorch import Act
from netledger.conventions._seen import seen
from netledger.conventions._words import words
from netledger.core.ledger import Charge, Entry, Ledger
from netledger.core.number import product

__all__ = ["NAME", "UNIT", "amounts", "charges", "fails"]

NAME = "torchprofile"
UNIT = "MAC"

Rule = Callable[[Act], Amounts]


def _plain(act: Act) -> Amounts:
    return formed(act.products, act)


def _convolution(act: Act) -> Amounts:
    return {} if isinstance(act.entry.attributes["padding"], str) else formed(act.products, act)


def _transposed(act: Act) -> Amounts:
    """By the first size of the weight that is not the output's channels."""
    first, second = act.given[1], act.made[1] // act.entry.attributes["groups"]
    inside = second if act.made[1] == first else first
    size = product(kernel(act))
    return formed(act.size_made * inside * size, act, "transposed convolutions over output positions")


def _matmul(act: Act) -> Amounts:
    return formed(act.products, act) if act.name in _MATMULS else {}


_MATMULS = ("matmul", "__matmul__", "__rmatmul__", "linear", "bmm", "addmm", "addmv", "baddbmm")


def _einsum(act: Act) -> Amounts:
    """The product of all sizes; nothing, where dots stand for axes."""
    if "..." in act.entry.attributes["equation"]:
        return {}
    return formed(product(sizes_of(act.entry).values()), act, "einsum: all sizes multiplied")


def _lstm(act: Act) -> Amounts:
    """With a projection, its size is taken for that of the gates."""
    own = act.entry.attributes
    hidden, ways = own["proj"] or own["hidden"], 2 if own["bidirectional"] else 1
    later = (own["layers"] - 1) * 4 * hidden * (hidden * ways + hidden)
    macs = 4 * hidden * (act.given[-1] + hidden) + later
    return formed(product(act.given[:-1]) * ways * macs, act, "LSTM, its projection taken for its gates")


def _cell(multiplications: int) -> Rule:
    def rule(act: Act) -> Amounts:
        made = {f"{words(act.kind)}: gates": multiplications * act.size_made} if multiplications else {}
        return {**formed(act.products, act), **made}

    return rule


def _norm(act: Act) -> Amounts:
    return {f"{words(act.kind)} outputs": act.size_made} if act.entry.attributes["affine"] else {}


def _outputs(what: str, times: int = 1) -> Rule:
    name = f"{what} outputs" if times == 1 else f"{times} × {what} outputs"
    return lambda act: {name: times * act.size_made}


def _multiply(act: Act) -> Amounts:
    if act.name in NORMS:
        return {"norms with scale only: outputs": act.size_made}
    return {"multiplications": act.size_made} if act.name in ("mul", "__mul__", "__rmul__", "mul_", "__imul__") else {}


def _mean(act: Act) -> Amounts:
    return {"mean outputs": act.size_made} if act.name == "mean" else {}


def _upsample(act: Act) -> Amounts:
    bilinear = act.entry.attributes["mode"] in ("linear", "bilinear") and len(act.given) == 4
    return {"4 × bilinear upsampling outputs": 4 * act.size_made} if bilinear else {}


def _samples(act: Act) -> Amounts:
    times = {"nearest": 0, "bicubic": 16}.get(act.entry.attributes["mode"], 4)
    return {f"{times} × outputs of samples of a grid": times * act.size_made}


_RULES: Mapping[str, Rule] = {
    "conv": _convolution,
    "conv_transpose": _transposed,
    **dict.fromkeys(("linear", "attention"), _plain),
    "matmul": _matmul,
    "einsum": _einsum,
    "lstm": _lstm,
    "lstm_cell": _cell(3),
    "gru_cell": _cell(2),
    "rnn_cell": _cell(0),
    **dict.fromkeys(("batchnorm", "instancenorm", "layernorm", "groupnorm"), _norm),
    **dict.fromkeys(("avgpool", "adaptive_avgpool", "global_avgpool"), _outputs("average-pool")),
    "mean": _mean,
    "leaky_relu": _outputs("leaky-ReLU"),
    "multiply": _multiply,
    "lrn": _outputs("local-response-norm", 3),
    "lp_pool": _outputs("p-norm pooling", 3),
    "upsample": _upsample,
    "grid_sample": _samples,
}


def charges(ledger: Ledger) -> Iterator[Charge]:
    """What it charges each operation of the traced graph, from which is left out what nobody uses."""
    network = seen(ledger)
    return charged(
        network, lambda act, layer: _RULES[act.kind](act) if act.kind in _RULES and act.place in network.used else {}
    )


def amounts(entry: Entry) -> Amounts:
    """What it charges an entry by itself."""
    return alone_amounts(charges, entry)


def fails(ledger: Ledger) -> Iterator[str]:
    """What is added to a batch of products must have their axes."""
    for act in seen(ledger).acts:
        addend = act.entry.inputs[-1].shape if (act.kind, act.name) == ("add", "baddbmm") else None
        if addend is not None and (len(addend) != 3 or addend[1:] != act.made[1:]):
            yield f"{act.entry.name}: ValueError, baddbmm of an addend of other axes"
