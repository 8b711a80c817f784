"""Reading a feature map at given places."""

from __future__ import annotations

from collections.abc import Mapping

from netledger.core.network import Tensor
from netledger.core.number import Number, equal, product, require
from netledger.core.operator import Operator, Readings, choice, feature_map, flag, operator
from netledger.core.reach import Follow, whole
from netledger.core.work import Term

__all__ = ["GridSample"]

_Counts = Mapping[str, int]

_BOUNDS: Mapping[str, _Counts] = {
    "zeros": {},
    "border": {"compare": 2},
    "reflection": {
        "subtract": 3,
        "absolute": 1,
        "divide": 1,
        "round": 1,
        "multiply": 1,
        "remainder": 1,
        "add": 1,
        "compare": 3,
    },
}
"""What brings one coordinate into the input."""

_WEIGHTS: Mapping[str, _Counts] = {
    "nearest": {"round": 1},
    "bilinear": {"round": 1, "subtract": 2},
    "bicubic": {"round": 1, "subtract": 8, "add": 6, "multiply": 12},
}
"""What one coordinate says about the neighbours."""

_ACTIONS = ("add", "subtract", "multiply", "divide", "remainder", "absolute", "round", "compare")


@operator
class GridSample(Operator):
    """The input read at places that a grid gives, between its elements.

    Equation: y[n, c, p] = x̃[n, c, grid[n, p]], with x̃ nearest, linear or cubic between the neighbours, and coordinates
        from −1 to 1 across the input (the last one of the grid is that of the first axis)
    Shapes: x (N, C, size …), grid (N, out …, axes) → (N, C, out …)
    Parameters: none
    Counted: per coordinate (position): (g + 1)·s with s = (size − 1) / 2, or without align_corners (g + 1)·s − 1/2
        with s = size / 2; border: 2 comparisons; reflection: d = |i − low|, t = ⌊d / span⌋, e = d − t·span, e or
        span − e as t is even or odd, + low, and 2 comparisons; bicubic brings each of its 4 neighbours along an axis
        into the input. Weights (interpolate), per coordinate: a rounding; linear: i − ⌊i⌋ and 1 less that (2
        subtractions), and per place the weight of each of 2^d corners (d − 1 multiplications each); bicubic: the
        fraction and 4 weights, two of ((A·t − 5·A)·t + 8·A)·t − 4·A and two of ((A + 2)·t − (A + 3))·t·t + 1 (12
        multiplications, 8 subtractions, 6 additions). Per output: linear: 2^d multiplications, 2^d − 1 additions;
        bicubic: 4 rows and a column, 20 and 15. Neighbours outside of the input count as zeros.
    Source: Jaderberg et al., Spatial Transformer Networks (2015); torch.nn.functional.grid_sample;
        paddle.nn.functional.grid_sample (align_corners, unless told otherwise)
    """

    KIND = "grid_sample"
    INPUTS = (2, 2)

    mode: str = choice(("bilinear", "nearest", "bicubic"), "how elements between neighbours are made", "bilinear")
    padding_mode: str = choice(("zeros", "border", "reflection"), "what lies outside of the input", "zeros")
    align_corners: bool = flag(False, "−1 and 1 are the centres of the elements at the border, not their edges")

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """(N, C, out …)."""
        batch, channels, spatial = feature_map(inputs[0], 2)
        grid = inputs[1].shape
        require(self.mode != "bicubic" or len(spatial) == 2, "bicubic needs 2 axes", input=inputs[0].shape)
        require(len(grid) == len(spatial) + 2, "the grid must have as many axes as the input", grid=grid)
        require(equal(grid[0], batch), "the grid must have the batch of the input", grid=grid, batch=batch)
        require(equal(grid[-1], len(spatial)), "the grid must end with one coordinate per axis", grid=grid)
        return (inputs[0].like((batch, channels, *grid[1:-1])),)

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """Anywhere in a channel; the coordinates of one place."""
        image = (Follow(0), Follow(1), *map(whole, inputs[0].shape[2:]))
        places = (Follow(axis) for axis in range(2, len(outputs[0].shape)))
        return image, (Follow(0), *places, whole(inputs[1].shape[-1]))

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """Places in the input, weights, and weighted sums."""
        batch, _, *area = outputs[0].shape
        places = batch * product(area)
        found = {"position": self._position(places * len(area)), "interpolate": self._weights(places, len(area))}
        for action, times in self._sums(len(area)).items():
            counts = found["interpolate"]
            counts[action] = counts.get(action, 0) + outputs[0].elements * times
        return tuple(
            Term(action, role, counts[action])
            for role, counts in found.items()
            for action in _ACTIONS
            if action in counts
        )

    def _position(self, coordinates: Number) -> dict[str, Number]:
        """Bringing coordinates into the input."""
        scaling = {"add": 1, "multiply": 1} if self.align_corners else {"add": 1, "multiply": 1, "subtract": 1}
        bounds, taps = _BOUNDS[self.padding_mode], 4 if self.mode == "bicubic" else 1
        return {
            action: coordinates * (scaling.get(action, 0) + taps * bounds.get(action, 0))
            for action in (*scaling, *bounds)
        }

    def _weights(self, places: Number, axes: int) -> dict[str, Number]:
        """The weights of the neighbours of each place."""
        weights = {action: places * axes * times for action, times in _WEIGHTS[self.mode].items()}
        corners = {"multiply": places * (2**axes * (axes - 1))} if self.mode == "bilinear" else {}
        return {**weights, **corners}

    def _sums(self, axes: int) -> _Counts:
        """The weighted sum of the neighbours, per output."""
        if self.mode == "nearest":
            return {}
        return {"multiply": 20, "add": 15} if self.mode == "bicubic" else {"multiply": 2**axes, "add": 2**axes - 1}
