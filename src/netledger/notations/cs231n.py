"""Stanford's CS231n: a volume W₁×H₁×D₁ becomes W₂×H₂×K, by K filters of extent F, stride S, padding P.

Source: CS231n, Convolutional Neural Networks for Visual Recognition, notes on convolutional networks.
"""

from __future__ import annotations

__all__ = ["NAME", "SIGNS", "SIZES"]

NAME = "cs231n"

SIZES = {
    "H_in": "H_1",
    "W_in": "W_1",
    "L_in": "W_1",
    "C_in": "D_1",
    "D_in": "T_1",
    "H_out": "H_2",
    "W_out": "W_2",
    "L_out": "W_2",
    "C_out": "D_2",
    "D_out": "T_2",
}
"""A depth in space, which the notes do not have, is T: D is the number of channels there."""

SIGNS = {"K": "F", "C_out": "K"}
