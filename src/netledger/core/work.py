"""What a layer does, as counted primitive operations.

An operator's rule says *what happens*, never what that costs: so many multiplications to form products, so
many additions to accumulate them, so many to add the bias. A convention prices these terms.
"""

from __future__ import annotations

from typing import NamedTuple

from netledger.core.number import Number

__all__ = ["ACTIONS", "ROLES", "Term", "accumulate"]

ACTIONS = frozenset(
    {
        "multiply",
        "add",
        "subtract",
        "divide",
        "remainder",
        "compare",
        "logical",
        "negate",
        "absolute",
        "round",
        "exponential",
        "logarithm",
        "power",
        "square root",
        "reciprocal square root",
        "sine",
        "cosine",
        "tangent",
        "arcsine",
        "arccosine",
        "arctangent",
        "tanh",
        "erf",
    }
)
"""The primitive operations: a closed list."""

ROLES = {
    "product": "a product of a convolution, linear, matmul, attention or recurrence",
    "accumulate": "adding up such products",
    "bias": "adding the bias",
    "affine": "scale and shift of a normalisation",
    "statistics": "the mean and variance of the input",
    "normalise": "bringing to mean 0 and variance 1, or dividing by a local sum",
    "setup": "once per channel, whatever the batch",
    "average": "the mean over a window",
    "maximum": "the greatest of a window",
    "norm": "the p-norm of a window",
    "activation": "a non-linear function of each element",
    "scale": "multiplying by a constant",
    "mask": "adding a mask or a bias to the scores of attention",
    "residual": "joining feature maps by addition",
    "gate": "joining feature maps by multiplication, the gates of recurrences included",
    "elementwise": "arithmetic, a function or a comparison, element by element",
    "position": "adding a position to each element of a sequence, or finding the place to read",
    "reduction": "folding an axis into one element",
    "cumulate": "folding an axis, keeping every step",
    "sort": "bringing elements into order, or choosing the greatest",
    "overlap": "adding up elements that come to lie on one place",
    "interpolate": "weighing neighbouring elements",
    "transform": "a Fourier transform",
}
"""Why an operation happens."""


class Term(NamedTuple):
    """`count` operations of one kind (`action`, one of ACTIONS), done for one reason (`role`, one of ROLES)."""

    action: str
    role: str
    count: Number  # type: ignore[assignment]  # tuple.count, which no one needs here


def accumulate(products: Number, outputs: Number, biased: bool) -> tuple[Term, ...]:
    """The terms of sums of products: every output adds up its products, then perhaps a bias.

    Args:
        products: all products M.
        outputs: all outputs Y, each the sum of M / Y products, at least one.
        biased: whether each output adds a bias.

    """
    terms = (Term("multiply", "product", products), Term("add", "accumulate", products - outputs))
    return (*terms, Term("add", "bias", outputs)) if biased else terms
