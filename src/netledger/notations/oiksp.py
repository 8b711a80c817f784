"""O = (I − K + 2P) / S + 1: input I, output O, kernel K, stride S, padding P, N kernels, C channels.

Source: many tutorials, such as LearnOpenCV's "Number of Parameters and Tensor Sizes in a Convolutional Neural Network".
"""

from __future__ import annotations

__all__ = ["NAME", "SIGNS", "SIZES"]

NAME = "oiksp"

SIZES = {
    "N": "B",
    "H_in": "I_h",
    "W_in": "I_w",
    "D_in": "I_d",
    "L_in": "I",
    "C_in": "C",
    "H_out": "O_h",
    "W_out": "O_w",
    "D_out": "O_d",
    "L_out": "O",
}
"""N is the number of kernels there, so the batch is B."""

SIGNS = {"C_out": "N", "B": "b"}  # biases per gate
