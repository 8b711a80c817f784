"""One step of a recurrence: RNN, LSTM and GRU cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netledger.core.language import say
from netledger.core.network import Tensor
from netledger.core.number import Number, Shape, equal, product, require
from netledger.core.operator import Operator, Readings, Shapes, choice, flag, number, operator
from netledger.core.reach import pointwise
from netledger.core.work import Term
from netledger.ops._recurrence import GRU, LSTM, RNN, Gates, Steps, bias_roles, gate_terms

__all__ = ["GruCell", "LstmCell", "RnnCell"]


@operator
class _Cell(Operator):
    """The gates of one step."""

    INPUTS = (1, 2)

    hidden: Number = number("H", "hidden elements")
    bias: bool = flag(True, "add biases in every gate")
    biases: Number = number("B", "biases per gate: 2 (PyTorch), or 1 (Keras; GRU with reset: before)", 2)

    if TYPE_CHECKING:

        def gates(self) -> Gates:
            """What one step does."""
            ...

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The states after the step."""
        shape = inputs[0].shape
        require(1 <= len(shape) <= 2, "the input must have features, and perhaps a batch", input=shape)
        require(self.biases <= 2, "there are 1 or 2 biases per gate", "bias: false: none.", biases=self.biases)
        made, count = (*shape[:-1], self.hidden), self.gates().states
        require(
            len(inputs) in (1, 1 + count),
            say("{kind} takes one input, or {count} more: the states before", kind=self.KIND, count=count),
            given=len(inputs),
        )
        for state in inputs[1:]:
            _check_state(state.shape, made)
        return (inputs[0].like(made),) * count

    def parameters(self, inputs: tuple[Tensor, ...]) -> Shapes:
        """Weights for the input and for the state, biases."""
        rows = self.gates().sums * self.hidden
        found: dict[str, Shape] = {"weight_ih": (rows, inputs[0].shape[-1]), "weight_hh": (rows, self.hidden)}
        return {**found, **{f"bias_{role}": (rows,) for role in bias_roles(self.biases)}} if self.bias else found

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """Every feature, and every element of the state; but an LSTM's memory element by element."""
        whole = (pointwise(tensor, outputs[which], -1) for tensor in inputs[:2])
        return (*whole, *(pointwise(memory, outputs[which]) for memory in inputs[2:]))

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """The gates."""
        cells = product(outputs[0].shape)
        products = cells * self.gates().sums * (inputs[0].shape[-1] + self.hidden)
        biases = self.biases if self.bias else None
        return gate_terms(Steps(self.gates(), cells, products, biases, None, self.hidden))


def _check_state(shape: Shape, needed: Shape) -> None:
    rule = "a state has the batch and the hidden elements"
    require(len(shape) == len(needed), rule, state=shape, needed=needed)
    for size, wanted in zip(shape, needed, strict=True):
        require(equal(size, wanted), rule, state=shape, needed=needed)


@operator
class RnnCell(_Cell):
    """One step of a recurrent layer.

    Equation: h = tanh(W_ih·x + b_ih + W_hh·h + b_hh), or relu of it
    Shapes: (N, F), perhaps the state (N, H) → (N, H)
    Parameters: weight_ih (H, F), weight_hh (H, H), bias_ih (H), bias_hh (H)
    Counted: H·(F + H) products, adding them up, the biases, the activation; also if the state is zero.
    Source: torch.nn.RNNCell
    """

    KIND = "rnn_cell"
    LAYOUT = "features"

    activation: str = choice(("tanh", "relu"), "the activation", "tanh")

    def gates(self) -> Gates:
        """One sum, one activation."""
        return RNN[self.activation]


class LstmCell(_Cell):
    """One step of a long short-term memory.

    Equation: i, f, o = σ(W_ih·x + b_ih + W_hh·h + b_hh), g = tanh(likewise); c = f·c + i·g; h = o·tanh(c)
    Shapes: (N, F), perhaps the states (N, H), (N, H) → h (N, H), c (N, H)
    Parameters: weight_ih (4·H, F), weight_hh (4·H, H), bias_ih (4·H), bias_hh (4·H)
    Counted: 4·H·(F + H) products, adding them up, the biases; three sigmoids and two tanh, three multiplications and
        one addition per hidden element; also if the states are zero.
    Source: torch.nn.LSTMCell
    """

    __slots__ = ()

    KIND = "lstm_cell"
    LAYOUT = "features"
    INPUTS = (1, 3)

    def gates(self) -> Gates:
        """Three gates and a candidate."""
        return LSTM


@operator
class GruCell(_Cell):
    """One step of a gated recurrent unit.

    Equation: r, z = σ(W_ih·x + b_ih + W_hh·h + b_hh); n = tanh(W_in·x + b_in + r·(W_hn·h + b_hn)), or with reset:
        before, n = tanh(W_in·x + b_in + W_hn·(r·h) + b_hn); h = (1 − z)·n + z·h
    Shapes: (N, F), perhaps the state (N, H) → (N, H)
    Parameters: weight_ih (3·H, F), weight_hh (3·H, H), bias_ih (3·H), bias_hh (3·H)
    Counted: 3·H·(F + H) products, adding them up, the biases; two sigmoids and one tanh, three multiplications, one
        subtraction and one addition per hidden element; also if the state is zero.
    Source: torch.nn.GRUCell
    """

    KIND = "gru_cell"
    LAYOUT = "features"

    reset: str = choice(("after", "before"), "whether the state is reset after or before its product", "after")

    def gates(self) -> Gates:
        """Two gates and a candidate."""
        return GRU
