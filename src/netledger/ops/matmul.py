"""Products of two tensors: matmul and the bilinear layer."""

from __future__ import annotations

from netledger.core.network import Tensor
from netledger.core.number import Number, Shape, equal, product, require
from netledger.core.operator import Operator, Readings, Shapes, flag, number, operator
from netledger.core.reach import Follow, Reads, pointwise, whole
from netledger.core.work import Term, accumulate
from netledger.ops._broadcast import broadcast

__all__ = ["Bilinear", "Matmul"]


def _ends(first: Shape, second: Shape) -> tuple[Shape, Shape]:
    """What a product keeps of the last axes: the rows of the first, the columns of the second."""
    return first[-2:-1], second[-1:] if len(second) > 1 else ()


def _batched(shape: Shape, ahead: int, out: Shape) -> Reads:
    """The axes before a matrix, aligned at the end of those of the output."""
    return tuple(
        Follow(axis + ahead) if size == out[axis + ahead] else whole(size) for axis, size in enumerate(shape[:-2])
    )


class Matmul(Operator):
    """Product of matrices, of vectors, or of a matrix and a vector.

    Equation: y[…, i, j] = Σ_k a[…, i, k] · b[…, k, j]
    Shapes: (…, n, m), (…, m, p) → (…, n, p), the axes before broadcast; a vector (m) is a row on the left, a
        column on the right, and its axis goes
    Parameters: none
    Counted: m products per output, and m − 1 additions.
    Source: torch.matmul
    """

    __slots__ = ()

    KIND = "matmul"
    LAYOUT = "features"
    INPUTS = (2, 2)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """(…, n, p)."""
        first, second = inputs[0].shape, inputs[1].shape
        require(
            len(first) >= 1 and len(second) >= 1, "both inputs must have at least one axis", first=first, second=second
        )
        require(
            equal(first[-1], second[-2:][0]),
            "the last axis of the first input must be the last but one of the second",
            "Transpose one of them.",
            first=first,
            second=second,
        )
        kept = _ends(first, second)
        return (inputs[0].like((*broadcast(first[:-2], second[:-2]), *kept[0], *kept[1])),)

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """A row of the first, a column of the second."""
        (first, second), out = (tensor.shape for tensor in inputs), outputs[0].shape
        row, column = _ends(first, second)
        batch = len(out) - len(row) - len(column)
        rows = (*_batched(first, batch - len(first[:-2]), out), *(Follow(batch) for _ in row), whole(first[-1]))
        ahead = _batched(second, batch - len(second[:-2]), out)
        return rows, (*ahead, whole(first[-1]), *(Follow(len(out) - 1) for _ in column))

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """M products per output, added up."""
        made = outputs[0].elements
        return accumulate(made * inputs[0].shape[-1], made, biased=False)


@operator
class Bilinear(Operator):
    """A product of two inputs with a weight between them.

    Equation: y[o] = Σ_j (Σ_i x₁[i] · W[o, i, j]) · x₂[j] + b[o]
    Shapes: (…, F₁), (…, F₂) → (…, F_out)
    Parameters: weight (F_out, F₁, F₂); bias (F_out)
    Counted: from left to right, x₁·W, then the products with x₂: per row F_out·F₂·(F₁ + 1) products; adding them
        up; the bias.
    Source: torch.nn.Bilinear
    """

    KIND = "bilinear"
    LAYOUT = "features"
    INPUTS = (2, 2)

    out: Number = number("F_out", "output features")
    bias: bool = flag(True, "add a bias to every output")

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The last axis becomes F_out."""
        first, second = inputs[0].shape, inputs[1].shape
        rule = "both inputs must agree on every axis but the last"
        require(len(first) == len(second) >= 1, rule, first=first, second=second)
        for a, b in zip(first[:-1], second[:-1], strict=True):
            require(equal(a, b), rule, first=first, second=second)
        return (inputs[0].like((*first[:-1], self.out)),)

    def parameters(self, inputs: tuple[Tensor, ...]) -> Shapes:
        """One weight per pair of features and output, and a bias."""
        weight = {"weight": (self.out, inputs[0].shape[-1], inputs[1].shape[-1])}
        return {**weight, "bias": (self.out,)} if self.bias else weight

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """Every feature of a row."""
        return tuple(pointwise(tensor, outputs[0], -1) for tensor in inputs)

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """Two sums of products, one after the other."""
        made = outputs[0].elements
        between = product((made, inputs[1].shape[-1]))
        sums = accumulate(between * inputs[0].shape[-1] + between, between + made, biased=False)
        return (*sums, Term("add", "bias", made)) if self.bias else sums
