"""What fvcore's FlopCountAnalysis counts; mmengine's get_model_complexity_info copies its rules.

Who uses it: detectron2, MMDetection and the papers that build on them.
What it calls it: "flops", and says itself that one multiply-add is one flop.
Checked against: fvcore 0.1.5.post20221221.
Where it departs from a plain count: it looks at the traced graph, so that functions and operators are seen.
Convolutions, transposed ones too, linear layers and matrix products are right, biases left out; but a product of
matrices whose second operand has the larger batch is counted without it, which is wrong, and so is a convolution with
padding in words (same, valid), fused attention, recurrent layers and baddbmm, all counted as nothing. Batch norms cost
2 per element (1 without scale; 5 and 4 in training mode), other norms 5 (4), two-dimensional adaptive average pooling
one per input, bilinear upsampling and samples of a grid 4 per output, nearest ones 1: estimates that share a sum with
multiply-adds. A sum after Einstein is what NumPy prints for it, halved: four significant digits.
Parameters: each once, called or not, trained or not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from netledger.conventions._einsum import printed_cost
from netledger.conventions._functions import (
    NORMS,
    Amounts,
    alone_amounts,
    charged,
    formed,
    is_training,
    left_product,
)
from netledger.conventions._pytorch import Act, Layer
from netledger.conventions._seen import seen
from netledger.conventions._stored import by_tensor
from netledger.conventions._words import words
from netledger.core.ledger import Charge, Entry, Held, Ledger

__all__ = ["NAME", "UNIT", "amounts", "charges", "fails", "held"]

NAME = "fvcore"
UNIT = "MAC"


def _plain(act: Act, layer: Layer | None) -> Amounts:
    return formed(act.products, act)


def _convolution(act: Act, layer: Layer | None) -> Amounts:
    """Padding in words makes it another node of the graph, which is not known."""
    return {} if isinstance(act.entry.attributes["padding"], str) else formed(act.products, act)


def _matmul(act: Act, layer: Layer | None) -> Amounts:
    if act.name in ("baddbmm", "addbmm", "mv", "dot", "inner", "vdot", "addmv", "vecdot", "linalg_vecdot"):
        return {}
    return formed(left_product(act), act)


_KNOWN_EINSUMS = ("abc,abd->acd", "abc,adc->adb")


def _einsum(act: Act, layer: Layer | None) -> Amounts:
    letters = dict.fromkeys(letter for letter in act.entry.attributes["equation"] if letter.isalpha())
    names = {ord(letter): 97 + place for place, letter in enumerate(letters)}
    if act.entry.attributes["equation"].translate(names) in _KNOWN_EINSUMS:
        return formed(act.products, act)
    return formed(printed_cost(act.entry) // 2, act, "einsum: half of what NumPy prints")


def _batchnorm(act: Act, layer: Layer | None) -> Amounts:
    times = (5 if is_training(act, layer) else 2) - (not act.entry.attributes["affine"])
    return {f"{times} × batch-norm inputs": times * act.size}


def _multiply(act: Act, layer: Layer | None) -> Amounts:
    return {"norms with scale only: inputs": act.size} if act.name in NORMS else {}


def _norm(act: Act, layer: Layer | None) -> Amounts:
    times = 5 if act.entry.attributes["affine"] else 4
    return {f"{times} × {words(act.kind)} inputs": times * act.size}


def _adaptive(act: Act, layer: Layer | None) -> Amounts:
    return {"adaptive average-pool inputs": act.size} if len(act.made) == 4 or act.name.endswith("2d") else {}


def _upsample(act: Act, layer: Layer | None) -> Amounts:
    times = {"nearest": 1, "linear": 4, "bilinear": 4}.get(act.entry.attributes["mode"], 0)
    return {f"{times} × upsampling outputs": times * act.size_made} if len(act.given) == 4 and times else {}


def _samples(act: Act, layer: Layer | None) -> Amounts:
    return {"4 × outputs of samples of a grid": 4 * act.size_made}


_RULES: Mapping[str, Callable[[Act, Layer | None], Amounts]] = {
    "conv": _convolution,
    **dict.fromkeys(("conv_transpose", "linear", "lstm_cell", "gru_cell", "rnn_cell"), _plain),
    "matmul": _matmul,
    "einsum": _einsum,
    "batchnorm": _batchnorm,
    "multiply": _multiply,
    **dict.fromkeys(("layernorm", "groupnorm", "instancenorm"), _norm),
    **dict.fromkeys(("adaptive_avgpool", "global_avgpool"), _adaptive),
    "upsample": _upsample,
    "grid_sample": _samples,
}


def charges(ledger: Ledger) -> Iterator[Charge]:
    """What it charges each operation of the traced graph, from which is left out what nobody uses."""
    network = seen(ledger)

    def rule(act: Act, layer: Layer | None) -> Amounts:
        return _RULES[act.kind](act, layer) if act.kind in _RULES and act.place in network.used else {}

    return charged(network, rule)


def amounts(entry: Entry) -> Amounts:
    """What it charges an entry by itself."""
    return alone_amounts(charges, entry)


def held(ledger: Ledger) -> Iterator[Held]:
    """Each parameter once."""
    return by_tensor(ledger)


def fails(ledger: Ledger) -> Iterator[str]:
    """Products with a vector end in an IndexError, norms of other ranks in an AssertionError."""
    for act in seen(ledger).acts:
        if act.kind == "matmul" and act.name in ("matmul", "__matmul__") and len(act.entry.inputs[1].shape) < 2:
            yield f"{act.entry.name}: IndexError, a product of a matrix and a vector"
        if act.kind in ("layernorm", "groupnorm", "instancenorm") and not 2 <= len(act.given) <= 5:
            yield f"{act.entry.name}: AssertionError, a norm of {len(act.given)} axes"
