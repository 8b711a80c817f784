"""Arithmetic between feature maps, element by element, with broadcasting; or with a constant."""

from __future__ import annotations

from typing import ClassVar

from netledger.core.errors import ShapeError
from netledger.core.language import plural, say
from netledger.core.network import Tensor
from netledger.core.number import Number, Shape, product
from netledger.core.operator import Operator, flag, operator, real
from netledger.core.work import Term
from netledger.ops._broadcast import broadcast

__all__ = [
    "Add",
    "Atan2",
    "Divide",
    "FloorDivide",
    "Lerp",
    "Maximum",
    "Minimum",
    "Multiply",
    "Power",
    "Remainder",
    "Subtract",
]

_FROM = "Name its inputs with from: [one, another], join paths with branches, or give it a constant."


def _steps(inputs: tuple[Tensor, ...]) -> tuple[Shape, ...]:
    """The shape after each input but the first has been joined."""
    shapes = [inputs[0].shape]
    for tensor in inputs[1:]:
        shapes.append(broadcast(shapes[-1], tensor.shape))
    return tuple(shapes[1:])


def _joined(inputs: tuple[Tensor, ...]) -> Number:
    """How many operations join all inputs, one after another."""
    made = [product(shape) for shape in _steps(inputs)]
    return sum(made[1:], made[0])


def _check_constant(op: _Joining | Lerp, given: int, least: int) -> None:
    """A constant stands for the last input."""
    if op.constant is None and given < least:
        rule = say("{kind} takes at least {least} inputs, not {given}", kind=op.KIND, least=least, given=given)
        raise ShapeError(rule, hint=_FROM)
    if op.constant is not None and given != least - 1:
        rule = plural(
            "with a constant, {kind} takes {count} input, not {given}",
            "with a constant, {kind} takes {count} inputs, not {given}",
            least - 1,
            kind=op.KIND,
            given=given,
        )
        raise ShapeError(rule, hint="Leave the constant out, or the last input.")


@operator
class _Joining(Operator):
    """The same operations per element, between each input and what the inputs before it gave."""

    INPUTS = (1, 10_000)
    STEPS: ClassVar[tuple[str, ...]]
    """The actions per element."""
    ROLES: ClassVar[tuple[str, str]] = ("elementwise", "elementwise")
    """Their role between inputs, and with a constant."""

    constant: float | None = real("a constant instead of a second input", None)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The common shape."""
        _check_constant(self, len(inputs), 2)
        return inputs if self.constant is not None else (inputs[0].like(_steps(inputs)[-1]),)

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """The operations for each input but the first, or for the constant."""
        alone = self.constant is not None
        count = inputs[0].elements if alone else _joined(inputs)
        return tuple(Term(action, self.ROLES[alone], count) for action in self.STEPS)


@operator
class _Ordered(_Joining):
    """Two operands that cannot change places."""

    INPUTS = (1, 2)

    reverse: bool = flag(False, "the operands change places: the constant comes first")


class Add(_Joining):
    """Sum of feature maps, or of one and a constant.

    Equation: y = x₁ + x₂ + …, or y = x + constant
    Shapes: equal, or broadcast to the greatest
    Parameters: none
    Counted: one addition per output element for each input but the first.
    Source: He et al., Deep Residual Learning (2015); torch.add
    """

    __slots__ = ()

    KIND = "add"
    STEPS = ("add",)
    ROLES = ("residual", "elementwise")


class Multiply(_Joining):
    """Product of feature maps, element by element, or of one and a constant.

    Equation: y = x₁ · x₂ · …, or y = x · constant
    Shapes: equal, or broadcast to the greatest
    Parameters: none
    Counted: one multiplication per output element for each input but the first.
    Source: Hu et al., Squeeze-and-Excitation Networks (2017); torch.mul
    """

    __slots__ = ()

    KIND = "multiply"
    STEPS = ("multiply",)
    ROLES = ("gate", "scale")


class Maximum(_Joining):
    """The greater of feature maps, element by element, or of one and a constant.

    Equation: y = max(x₁, x₂, …), or y = max(x, constant)
    Shapes: equal, or broadcast to the greatest
    Parameters: none
    Counted: one comparison per output element for each input but the first.
    Source: torch.maximum
    """

    __slots__ = ()

    KIND = "maximum"
    STEPS = ("compare",)


class Minimum(_Joining):
    """The lesser of feature maps, element by element, or of one and a constant.

    Equation: y = min(x₁, x₂, …), or y = min(x, constant)
    Shapes: equal, or broadcast to the greatest
    Parameters: none
    Counted: one comparison per output element for each input but the first.
    Source: torch.minimum
    """

    __slots__ = ()

    KIND = "minimum"
    STEPS = ("compare",)


class Subtract(_Ordered):
    """Difference of two feature maps, or of one and a constant.

    Equation: y = x₁ − x₂, or y = x − constant; reverse: y = x₂ − x₁, or y = constant − x
    Shapes: equal, or broadcast to the greatest
    Parameters: none
    Counted: one subtraction per output element.
    Source: torch.sub
    """

    __slots__ = ()

    KIND = "subtract"
    STEPS = ("subtract",)


class Divide(_Ordered):
    """Quotient of two feature maps, or of one and a constant.

    Equation: y = x₁ / x₂, or y = x / constant; reverse: y = x₂ / x₁, or y = constant / x
    Shapes: equal, or broadcast to the greatest
    Parameters: none
    Counted: one division per output element, by a constant too.
    Source: torch.div
    """

    __slots__ = ()

    KIND = "divide"
    STEPS = ("divide",)


class FloorDivide(_Ordered):
    """Quotient, rounded down.

    Equation: y = ⌊x₁ / x₂⌋, or y = ⌊x / constant⌋; reverse: y = ⌊x₂ / x₁⌋, or y = ⌊constant / x⌋
    Shapes: equal, or broadcast to the greatest
    Parameters: none
    Counted: one division and one rounding per output element, for whole numbers too.
    Source: torch.floor_divide
    """

    __slots__ = ()

    KIND = "floor_divide"
    STEPS = ("divide", "round")


class Remainder(_Ordered):
    """Remainder of a division rounded down.

    Equation: y = x₁ mod x₂ = x₁ − x₂·⌊x₁ / x₂⌋, or y = x mod constant; reverse: the operands change places
    Shapes: equal, or broadcast to the greatest
    Parameters: none
    Counted: one remainder per output element.
    Source: torch.remainder
    """

    __slots__ = ()

    KIND = "remainder"
    STEPS = ("remainder",)


class Power(_Ordered):
    """Power of two feature maps, or of one and a constant.

    Equation: y = x₁^x₂, or y = x^constant; reverse: y = x₂^x₁, or y = constant^x
    Shapes: equal, or broadcast to the greatest
    Parameters: none
    Counted: one power per output element, whatever the exponent; the operators square, sqrt and reciprocal say
        what those take.
    Source: torch.pow
    """

    __slots__ = ()

    KIND = "power"
    STEPS = ("power",)


class Atan2(_Ordered):
    """The angle of a point.

    Equation: y = the angle of the point (x₂, x₁), in (−π, π]; reverse: of (x₁, x₂)
    Shapes: equal, or broadcast to the greatest
    Parameters: none
    Counted: one arctangent (of two numbers) per output element.
    Source: torch.atan2
    """

    __slots__ = ()

    KIND = "atan2"
    STEPS = ("arctangent",)


@operator
class Lerp(Operator):
    """Linear interpolation between two feature maps.

    Equation: y = x₁ + w·(x₂ − x₁), w the third input or a constant
    Shapes: equal, or broadcast to the greatest
    Parameters: none
    Counted: one subtraction per element of x₂ − x₁; one multiplication and one addition per output element.
    Source: torch.lerp
    """

    KIND = "lerp"
    INPUTS = (2, 3)

    constant: float | None = real("a constant weight instead of a third input", None)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The common shape."""
        _check_constant(self, len(inputs), 3)
        return (inputs[0].like(_steps(inputs)[-1]),)

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """The difference, weighed, added."""
        made = outputs[0].elements
        return (
            Term("subtract", "elementwise", product(_steps(inputs)[0])),
            Term("multiply", "elementwise", made),
            Term("add", "elementwise", made),
        )
