"""Layers that pass their input on at inference."""

from __future__ import annotations

from netledger.core.operator import Operator, operator, real

__all__ = ["Dropout", "Identity"]


class Identity(Operator):
    """The input itself.

    Equation: y = x
    Shapes: any → the same
    Parameters: none
    Counted: nothing.
    Source: torch.nn.Identity
    """

    __slots__ = ()

    KIND = "identity"
    VIEW = True


@operator
class Dropout(Operator):
    """Dropout, at inference: the input itself.

    Equation: y = x (in training, elements are zeroed with probability p and the others scaled by 1 / (1 − p))
    Shapes: any → the same
    Parameters: none
    Counted: nothing.
    Source: Srivastava et al., Dropout (2014); torch.nn.Dropout
    """

    KIND = "dropout"
    VIEW = True

    p: float = real("probability of dropping an element, in training", 0.5)
