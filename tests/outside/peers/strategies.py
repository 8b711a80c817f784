"""Networks put together at random, of PyTorch's layers and functions: what builds one, and its arguments.

Each runs in PyTorch: what does not is left out while it is drawn. Small residual parts, layers called twice, layers
that two parents hold, and several inputs are among them.
"""

from __future__ import annotations

import operator
import random
import warnings
from collections.abc import Callable
from typing import Any

import torch
from hypothesis import strategies as st
from torch import Tensor, nn

from tests.outside.peers.steps import STEPS, Apply, Dice, Make

__all__ = ["Drawn", "by_number", "by_rolls", "networks", "rolls"]

Shape = tuple[int, ...]
Drawn = tuple[Callable[[], nn.Module], tuple[Tensor, ...]]
"""What builds the network, in eval mode, and its arguments."""

MOST = 2**13
"""Elements of a tensor."""

LEAST = {2: 1, 3: 2, 4: 4, 5: 3}
"""The shortest axis of an input, by the number of its axes: room for windows, where there are windows."""

TRIES = 4
"""So many steps are drawn until one runs."""


class Network(nn.Module):
    """Layers one after the other; the order may name a layer twice. Further inputs are joined in at the start."""

    def __init__(self, layers: list[nn.Module], order: list[int], join: Callable[..., Tensor] | None) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.order, self.join = order, join
        self.spare = nn.Parameter(torch.zeros(1))  # some tools refuse a network without parameters

    def run(self, x: Tensor) -> Tensor:
        for number in self.order:
            x = self.layers[number](x)
        return x


class OneInput(Network):
    def forward(self, a: Tensor) -> Tensor:
        return self.run(a)


class TwoInputs(Network):
    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        return self.run(self.join(a, b))


ADDITIONS: tuple[Callable[[Tensor, Tensor], Tensor], ...] = (
    operator.add,
    operator.mul,
    lambda a, b: torch.add(a, b),
    lambda a, b: torch.mul(a, b),
    lambda a, b: a.add(b),
    lambda a, b: a.mul(b),
    lambda a, b: a.clone().add_(b),
    lambda a, b: torch.cat([a, b], dim=1),
)
PRODUCTS: tuple[Callable[[Tensor, Tensor], Tensor], ...] = (
    lambda a, b: a @ b.transpose(-2, -1),
    lambda a, b: torch.matmul(a, b.transpose(-2, -1)),
    lambda a, b: torch.nn.functional.scaled_dot_product_attention(a, b, b),
)


@st.composite
def networks(draw: Callable[[Any], Any], most: int = 6) -> Drawn:
    """Up to so many steps, on a batch of 1 to 3; what fails is made smaller."""
    return thrown(Dice(lambda least, most: draw(st.integers(least, most))), most)


@st.composite
def rolls(draw: Callable[[Any], Any], most: int = 6) -> str:
    """Every number that was thrown for such a network: with them, another process builds the same one."""
    thrown_so_far: list[int] = []

    def number(least: int, most: int) -> int:
        thrown_so_far.append(draw(st.integers(least, most)))
        return thrown_so_far[-1]

    thrown(Dice(number), most)
    return " ".join(map(str, thrown_so_far))


def by_rolls(rolls: str, most: int = 6) -> Drawn:
    """The network for which these numbers were thrown."""
    left = map(int, rolls.split())
    return thrown(Dice(lambda least, most: next(left)), most)


def by_number(number: int, most: int = 6) -> Drawn:
    """The same, one for each number: more even, for those who try many."""
    return thrown(Dice(random.Random(number).randint), most)


def thrown(dice: Dice, most: int) -> Drawn:
    inputs, makes = start(dice)
    join = dice.one(*ADDITIONS, *PRODUCTS) if len(inputs) == 2 else None
    shape = shape_after(lambda: Apply(lambda a: join(a, inputs[1])) if join else nn.Identity(), inputs[0])
    if shape is None:
        inputs, join = inputs[:1], None
        shape = tuple(inputs[0].shape)
    for make in makes:
        shape = shape_after(make, inputs[0]) or shape
    order = list(range(len(makes)))
    for _ in range(dice.number(2, most)):
        shape = extend(dice, makes, order, shape)
    plain = join is None and order == list(range(len(makes))) and dice.flag()
    return finished(makes, order, join, plain), inputs


def start(dice: Dice) -> tuple[tuple[Tensor, ...], list[Make]]:
    """The inputs; and the layer that takes them, if they are words."""
    batch = dice.number(1, 3)
    if dice.number(0, 9) == 9:
        words = torch.zeros(batch, dice.number(1, 5), dtype=torch.long)
        kind, width = dice.one("Embedding", "EmbeddingBag"), dice.number(2, 6)
        return (words,), [lambda: getattr(nn, kind)(9, width)]
    rank = dice.one(4, 3, 2, 4, 3, 5, 4)
    shape = (batch, *(dice.number(LEAST[rank], 12 - rank) for _ in range(rank - 1)))
    pair = dice.number(0, 5) == 5
    return tuple(torch.rand(shape) for _ in range(1 + pair)), []


def extend(dice: Dice, makes: list[Make], order: list[int], shape: Shape) -> Shape:
    """One step more, a new one or one made before; the shape after it, or the same if none runs."""
    for _ in range(TRIES):
        again = order and dice.number(0, 7) == 7
        number = dice.one(*order) if again else len(makes)
        make = makes[number] if again else step(dice, shape)
        after = shape_after(make, torch.rand(shape))
        if after:
            order.append(number)
            makes[number:] = makes[number:] or [make]
            return after
    return shape


def step(dice: Dice, shape: Shape) -> Make:
    """A layer, or layers with a way around them, or a layer put into another parent or called past its hooks."""
    make = dice.one(*STEPS[len(shape)])(dice, shape)
    sort = dice.number(0, 13)
    if sort == 13:
        return lambda: nn.Sequential(make(), nn.ReLU())
    if sort == 12:
        return lambda: Apply(lambda x, layer: layer.forward(x), make())
    if sort == 11:
        return shared(make)
    if sort in (9, 10):
        after = shape_after(make, torch.rand(shape))
        around = dice.one(*ADDITIONS)
        if after == shape:
            return lambda: Apply(lambda x, layer: around(x, layer(x)), make())
    return make


def shared(make: Make) -> Make:
    """A layer that two parents hold, called through one of them."""

    def build() -> nn.Module:
        layer = make()
        return Apply(lambda x, first, second: first(x), nn.Sequential(layer), nn.Sequential(nn.Dropout(), layer))

    return build


def shape_after(make: Make, x: Tensor) -> Shape | None:
    """The shape of what the layer answers; None if PyTorch refuses it, or if the network could not go on from it."""
    try:
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            made = make().eval()(x)
    except (RuntimeError, ValueError, AssertionError, NotImplementedError, IndexError, TypeError):
        return None
    going = isinstance(made, Tensor) and made.dim() in STEPS and 0 < made.numel() <= MOST and made.is_floating_point()
    return tuple(made.shape) if going else None


def finished(
    makes: list[Make], order: list[int], join: Callable[..., Tensor] | None, plain: bool
) -> Callable[[], nn.Module]:
    """A module with a forward of its own; or nn.Sequential, where that says the same."""

    def build() -> nn.Module:
        torch.manual_seed(0)
        layers = [make() for make in makes]
        if plain and any(list(layer.parameters()) for layer in layers):
            return nn.Sequential(*layers).eval()
        return (TwoInputs if join else OneInput)(layers, order, join).eval()

    return build
