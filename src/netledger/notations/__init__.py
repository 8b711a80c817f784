"""The notations: one file per way of writing sizes and attributes in formulas.

A notation says what the field's signs (`H_in`, `K`, `C_out`) are called; formulas themselves are not written again.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple, Protocol, TypeVar, cast

from netledger.core.document import Block, Definitions, Formula
from netledger.core.number import Traced
from netledger.core.operator import Operator
from netledger.core.plugins import Folder

__all__ = ["DEFAULT", "FOLDER", "Naming", "Notation", "load", "naming"]

FOLDER = Folder(__name__, os.path.dirname(__file__), "notation")

DEFAULT = "field"

_SIGN = r"(?<![A-Za-z0-9_])[A-Z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*(?![A-Za-z0-9_])"

_Made = TypeVar("_Made", bound=Block)


class Notation(Protocol):
    """One notation: a module of this folder."""

    NAME: str
    SIZES: Mapping[str, str]
    """What sizes are called: of inputs, of outputs, the batch."""
    SIGNS: Mapping[str, str]
    """What the attributes of operators are called; per axis, the axis is added."""


class Naming(NamedTuple):
    """A notation for the signs of one operator.

    Args:
        sizes: other names of sizes.
        signs: other names of the operator's attributes.

    """

    sizes: Mapping[str, str]
    signs: Mapping[str, str]

    def sign(self, name: str) -> str:
        """A sign as this notation writes it; what it does not know stays.

        >>> from netledger.ops import load as operator
        >>> conv = naming("cs231n", operator("conv"))
        >>> conv.sign("K_h"), conv.sign("C_out"), conv.sign("H_in"), conv.sign("G")
        ('F_h', 'K', 'H_1', 'G')
        """
        head, line, axis = name.partition("_")
        if name in self.signs or head in self.signs:
            return self.signs.get(name) or self.signs[head] + line + axis
        return self.sizes.get(name, name)

    def text(self, text: str) -> str:
        """An equation in words and signs."""
        if not self.sizes and not self.signs:
            return text
        from re import sub

        return sub(_SIGN, lambda found: self.sign(found.group()), text)

    def block(self, block: _Made) -> _Made:
        """A formula or definitions in this notation; anything else as it is."""
        if isinstance(block, Formula):
            renamed: Block = block._replace(name=self.sign(block.name), number=self._number(block.number))
        elif isinstance(block, Definitions):
            renamed = Definitions(tuple(item._replace(symbol=self.sign(item.symbol)) for item in block.items))
        else:
            renamed = block
        return cast(_Made, renamed)

    def _number(self, number: object) -> object:
        if not isinstance(number, Traced):
            return number
        if number.op == "symbol":
            return Traced.symbol(self.sign(number.name), number.value)
        return Traced(number.value, number.op, tuple(map(self._number, number.args)))


def load(name: str) -> Notation:
    """The notation of this name.

    Raises:
        UnknownNameError: if there is none.

    """
    return cast(Notation, FOLDER.module(name))


def naming(name: str, op: type[Operator] | Operator) -> Naming:
    """A notation for the signs of an operator."""
    notation = load(name)
    own = {attribute.symbol for attribute in op.ATTRIBUTES.values()}
    return Naming(notation.SIZES, {sign: made for sign, made in notation.SIGNS.items() if sign in own})
