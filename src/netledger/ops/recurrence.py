"""Recurrent layers over sequences: RNN, LSTM, GRU."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netledger.core.language import say
from netledger.core.network import Tensor
from netledger.core.number import Number, Shape, equal, how_many, require
from netledger.core.operator import Operator, Readings, Shapes, choice, flag, number, operator
from netledger.core.reach import Follow, whole
from netledger.core.work import Term
from netledger.ops._recurrence import GRU, LSTM, RNN, Gates, Steps, bias_roles, gate_terms

__all__ = ["Gru", "Lstm", "Rnn"]

MAX_LAYERS = 256


@operator
class _Recurrent(Operator):
    """The same gates at every step of a sequence, in every layer and direction."""

    INPUTS = (1, 2)

    hidden: Number = number("H", "hidden elements")
    layers: Number = number("K", "layers, one on top of the other", 1)
    bidirectional: bool = flag(False, "once more from the end to the start, side by side with the other")
    bias: bool = flag(True, "add biases in every gate")
    biases: Number = number("B", "biases per gate: 2 (PyTorch), or 1 (Keras; GRU with reset: before)", 2)
    last: bool = flag(False, "give the last step only")
    states: bool = flag(False, "give the last states too")

    if TYPE_CHECKING:

        def gates(self) -> Gates:
            """What one step does."""
            ...

    def projection(self) -> Number | None:
        """Elements that the state is projected to; None: it is not."""
        return None

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The sequence, or its last step; then the states."""
        batch, length, _ = self._check(inputs)
        width = self._directions() * self._state()
        made = (batch, width) if self.last else (batch, length, width)
        states = self._states(batch) if self.states else ()
        return (inputs[0].like(made), *(inputs[0].like(state) for state in states))

    def parameters(self, inputs: tuple[Tensor, ...]) -> Shapes:
        """Weights for the input and for the state, biases, per layer and direction."""
        found: dict[str, Shape] = {}
        for layer in range(how_many(self.layers)):
            width = inputs[0].shape[2] if layer == 0 else self._directions() * self._state()
            for way in ("", "_reverse")[: self._directions()]:
                found |= {f"{role}_l{layer}{way}": shape for role, shape in self._cell(width).items()}
        return found

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """The whole sequence: at least all steps before."""
        batch = 0 if which == 0 else 1
        states = ((whole(state.shape[0]), Follow(batch), whole(state.shape[2])) for state in inputs[1:])
        return ((Follow(batch), *map(whole, inputs[0].shape[1:])), *states)

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """The gates of every step."""
        (batch, length, features), state = inputs[0].shape, self._state()
        steps, ways = batch * length, self._directions()
        above = (self.layers - 1) * (ways * state + state)
        runs = steps * ways * self.layers
        products = steps * ways * self.gates().sums * self.hidden * (features + state + above)
        biases = self.biases if self.bias else None
        projected = None if self.projection() is None else runs * state
        return gate_terms(Steps(self.gates(), runs * self.hidden, products, biases, projected, self.hidden))

    def _check(self, inputs: tuple[Tensor, ...]) -> Shape:
        shape = inputs[0].shape
        require(len(shape) == 3, "the input must have a batch, a length and features", input=shape)
        require(self.layers <= MAX_LAYERS, say("there are at most {most} layers", most=MAX_LAYERS), layers=self.layers)
        require(self.biases <= 2, "there are 1 or 2 biases per gate", "bias: false: none.", biases=self.biases)
        expected = self._states(shape[0])
        count = say("{kind} takes one input, or {count} more: the first states", kind=self.KIND, count=len(expected))
        require(len(inputs) in (1, 1 + len(expected)), count, given=len(inputs))
        for state, needed in zip(inputs[1:], expected, strict=False):
            _check_state(state.shape, needed)
        return shape

    def _directions(self) -> int:
        return 2 if self.bidirectional else 1

    def _state(self) -> Number:
        made = self.projection()
        return self.hidden if made is None else made

    def _states(self, batch: Number) -> tuple[Shape, ...]:
        """The shape of each state: what is handed on, and the memory of an LSTM."""
        rows = self.layers * self._directions()
        return ((rows, batch, self._state()), (rows, batch, self.hidden))[: self.gates().states]

    def _cell(self, width: Number) -> dict[str, Shape]:
        rows = self.gates().sums * self.hidden
        found: dict[str, Shape] = {"weight_ih": (rows, width), "weight_hh": (rows, self._state())}
        if self.bias:
            found |= {f"bias_{role}": (rows,) for role in bias_roles(self.biases)}
        made = self.projection()
        return found if made is None else {**found, "weight_hr": (made, self.hidden)}


def _check_state(shape: Shape, needed: Shape) -> None:
    rule = "a state has the layers and directions, the batch and the hidden elements"
    require(len(shape) == 3, rule, state=shape, needed=needed)
    for size, wanted in zip(shape, needed, strict=True):
        require(equal(size, wanted), rule, state=shape, needed=needed)


@operator
class Rnn(_Recurrent):
    """Recurrent layer (Elman network).

    Equation: h = tanh(W_ih·x + b_ih + W_hh·h + b_hh), or relu of it, at every step
    Shapes: (N, L, F), perhaps the state (D·K, N, H) → (N, L, D·H); last: (N, D·H); states: and (D·K, N, H); D = 2
        directions or 1, K layers
    Parameters: per layer and direction weight_ih_l0 (H, F), weight_hh_l0 (H, H), bias_ih_l0 (H), bias_hh_l0 (H);
        …_reverse for the way back; layers above read D·H
    Counted: per step H·(F + H) products, adding them up, the biases, the activation; every step is computed, for
        the last one too, and products with a first state of zeros too.
    Source: Elman, Finding Structure in Time (1990); torch.nn.RNN; keras.layers.SimpleRNN
    """

    KIND = "rnn"
    LAYOUT = "features"

    activation: str = choice(("tanh", "relu"), "the activation", "tanh")

    def gates(self) -> Gates:
        """One sum, one activation."""
        return RNN[self.activation]


@operator
class Lstm(_Recurrent):
    """Long short-term memory.

    Equation: i, f, o = σ(W_ih·x + b_ih + W_hh·h + b_hh), g = tanh(likewise); c = f·c + i·g; h = o·tanh(c);
        projected: h = W_hr·(o·tanh(c))
    Shapes: (N, L, F), perhaps the states (D·K, N, H), (D·K, N, H) → (N, L, D·H); last: (N, D·H); states: and both
        states; D = 2 directions or 1, K layers; projected: P for H, but in the second state
    Parameters: per layer and direction weight_ih_l0 (4·H, F), weight_hh_l0 (4·H, H), bias_ih_l0 (4·H), bias_hh_l0
        (4·H), weight_hr_l0 (P, H); …_reverse for the way back; layers above read D·H
    Counted: per step 4·H·(F + H) products, adding them up, the biases; three sigmoids and two tanh, three
        multiplications and one addition per hidden element; the projection. Every step is computed, for the last one
        too, and products with first states of zeros too.
    Source: Hochreiter & Schmidhuber (1997); Gers et al. (2000); torch.nn.LSTM; keras.layers.LSTM
    """

    KIND = "lstm"
    LAYOUT = "features"
    INPUTS = (1, 3)

    proj: Number | None = number("P", "elements that the state is projected to; it is not, if left out", None)

    def gates(self) -> Gates:
        """Three gates and a candidate."""
        return LSTM

    def projection(self) -> Number | None:
        """As given; less than the hidden elements."""
        return self.proj

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The sequence, or its last step; then the states."""
        if self.proj is not None:
            require(self.proj < self.hidden, "a projection has less elements than are hidden", proj=self.proj)
        return _Recurrent.infer(self, inputs)


@operator
class Gru(_Recurrent):
    """Gated recurrent unit.

    Equation: r, z = σ(W_ih·x + b_ih + W_hh·h + b_hh); n = tanh(W_in·x + b_in + r·(W_hn·h + b_hn)), or with reset:
        before, n = tanh(W_in·x + b_in + W_hn·(r·h) + b_hn); h = (1 − z)·n + z·h
    Shapes: (N, L, F), perhaps the state (D·K, N, H) → (N, L, D·H); last: (N, D·H); states: and (D·K, N, H); D = 2
        directions or 1, K layers
    Parameters: per layer and direction weight_ih_l0 (3·H, F), weight_hh_l0 (3·H, H), bias_ih_l0 (3·H), bias_hh_l0
        (3·H); …_reverse for the way back; layers above read D·H
    Counted: per step 3·H·(F + H) products, adding them up, the biases; two sigmoids and one tanh, three
        multiplications, one subtraction and one addition per hidden element; as many with either reset. Every step
        is computed, for the last one too, and products with a first state of zeros too.
    Source: Cho et al. (2014); torch.nn.GRU (reset: after); keras.layers.GRU
    """

    KIND = "gru"
    LAYOUT = "features"

    reset: str = choice(("after", "before"), "whether the state is reset after or before its product", "after")

    def gates(self) -> Gates:
        """Two gates and a candidate."""
        return GRU
