"""One unit from another."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from netledger.analyses import convert as _convert
from netledger.analyses import quantity
from netledger.api._answer import Answer
from netledger.core.errors import SourceError
from netledger.core.language import say

__all__ = ["Conversion", "convert"]


class Conversion(Answer):
    """A quantity in another unit: `.value` in the plain `.unit`, and the `.steps` with their factors."""

    __slots__ = ("found",)

    def __init__(self, found: _convert.Conversion) -> None:
        super().__init__(_convert.document(found))
        self.found = found

    @property
    def value(self) -> Fraction:
        """The exact value in the unit asked for, its prefix included: 8.178… for GFLOPs."""
        return self.found.made.value / self.found.target[1]

    @property
    def unit(self) -> str:
        """The unit asked for."""
        return self.found.target[0]

    @property
    def steps(self) -> tuple[_convert.Step, ...]:
        """Every factor: before, factor, after, why."""
        return self.found.steps

    def to(self, format: str) -> str:
        """The answer as text, markdown, latex, html or json.

        Raises:
            UnknownNameError: if there is no such format.

        """
        return _convert.record(self.found) if format == "json" else super().to(format)


def convert(value: Any, to: str, *, unit: str = "", at: Any = None, mac_counts: int = 2) -> Conversion:
    """A figure in another unit, exactly: MACs, FLOPs, FLOPS (a rate), seconds at a rate, bytes.

    Args:
        value: a number, or a quantity: 4089184256, "4.089G", "4.089 GMACs".
        to: the unit that is asked for, perhaps with a prefix: FLOPs, GFLOPs, s, ms, GiB.
        unit: the unit of the value, if it does not say itself.
        at: a rate: "10TFLOPS".
        mac_counts: how many FLOPs a multiply-accumulate counts as: 2, or 1.

    Raises:
        SourceError: if something is no quantity, or the one is not made of the other.

    >>> convert(4089184256, "FLOPs", unit="MACs").value
    Fraction(8178368512, 1)

    """
    given = quantity.read(str(value))
    scale, name = quantity.unit_of(unit) if unit else (1, given.unit)
    if given.unit and unit and given.unit != name:
        raise SourceError(say("{given} is in {unit} already", given=str(value)[:60], unit=given.unit))
    rate = None if at is None else quantity.read(str(at))
    return Conversion(_convert.convert(quantity.Quantity(given.value * scale, name), to, rate, mac_counts))
