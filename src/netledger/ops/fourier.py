"""Discrete Fourier transforms."""

from __future__ import annotations

from typing import NamedTuple

from netledger.core.network import Tensor
from netledger.core.number import Number, Shape, over, product, radix_odd, radix_two, require, total
from netledger.core.operator import Operator, Readings, axis_of, choice, number, numbers, operator
from netledger.core.reach import pointwise
from netledger.core.work import Term

__all__ = ["Fft"]


MAX_LENGTH = 2**24
"""Its prime factors are found one by one."""


class _Pass(NamedTuple):
    """All transforms along one axis: so many elements, in rows of this length."""

    elements: Number
    length: Number


@operator
class Fft(Operator):
    """Fast Fourier transform along axes.

    Equation: y[k] = Σ_j x[j]·exp(−2πi·j·k / n); inverse: y[j] = 1/n · Σ_k x[k]·exp(2πi·j·k / n)
    Shapes: fft, ifft: any → the same; rfft: n → ⌊n / 2⌋ + 1 along the last of the axes; irfft: m → length, 2·(m − 1)
        if left out
    Parameters: none
    Counted: the algorithm of Cooley and Tukey over the prime factors of n, one axis after the other. Per transform,
        n·Σ(p − 1) complex additions over all prime factors p; complex multiplications by a root of unity, n/2 for
        each factor 2 and n·(p − 1) for each odd p, those by 1 included. A complex addition is 2 additions, a complex
        multiplication 4 multiplications and 2 additions. Inverse: 2·n multiplications by 1/n too (scale). Real
        transforms are counted as complex ones of the same length.
    Source: Cooley & Tukey (1965); torch.fft
    """

    KIND = "fft"

    which: str = choice(("fft", "ifft", "rfft", "irfft"), "which transform: inverse, of real numbers", "fft")
    axes: tuple[int, ...] = numbers("along which axes; the last one is the real one", (-1,), least=None)
    length: Number | None = number("n", "irfft: the length of the output", None)

    @property
    def TYPES(self) -> tuple[str, ...]:  # type: ignore[override]  # noqa: N802
        """Complex numbers, but for what is real."""
        return ("float32" if self.which == "irfft" else "complex64",)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The same shape, but for real transforms."""
        made = Tensor(_resized(inputs[0].shape, self._axes(inputs[0])[-1], self._last(inputs[0])), self.TYPES[0])
        for step in self._passes(inputs[0], made):
            rule = "a transform has at most 2^24 elements along an axis"
            require(step.length <= MAX_LENGTH, rule, length=step.length)
        return (made,)

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """Every axis of the transform as a whole."""
        return (pointwise(inputs[0], outputs[0], *self._axes(inputs[0])),)

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """Butterflies along each axis, and the division of an inverse."""
        passes = self._passes(inputs[0], outputs[0])
        added = total(step.elements * (radix_two(step.length) + radix_odd(step.length)) for step in passes)
        twiddled = total(
            over(step.elements * radix_two(step.length), 2) + step.elements * radix_odd(step.length) for step in passes
        )
        terms = (Term("multiply", "transform", 4 * twiddled), Term("add", "transform", 2 * added + 2 * twiddled))
        if self.which in ("fft", "rfft"):
            return terms
        return (*terms, Term("multiply", "scale", 2 * total(step.elements for step in passes)))

    def _axes(self, tensor: Tensor) -> tuple[int, ...]:
        found = tuple(axis_of(axis, tensor) for axis in self.axes)
        require(len(set(found)) == len(found), "an axis must not be given twice", "Leave one out.", axes=self.axes)
        return found

    def _last(self, tensor: Tensor) -> Number:
        """The size of the last of the axes, afterwards."""
        size = tensor.shape[self._axes(tensor)[-1]]
        if self.which == "rfft":
            return size // 2 + 1
        if self.which != "irfft":
            return size
        made = 2 * (size - 1) if self.length is None else self.length
        require(made >= 1, "the output would be empty", "Give its length.", size=size)
        return made

    def _passes(self, tensor: Tensor, output: Tensor) -> tuple[_Pass, ...]:
        """One for each axis: a real one on its whole length, the others on the half that is kept of it."""
        axes = self._axes(tensor)
        real, small = (output, tensor) if self.which == "irfft" else (tensor, output)
        last = _Pass(real.elements, real.shape[axes[-1]])
        return (last, *(_Pass(product(small.shape), small.shape[axis]) for axis in axes[:-1]))


def _resized(shape: Shape, axis: int, size: Number) -> Shape:
    return (*shape[:axis], size, *shape[axis + 1 :])
