"""Recurrent layers: those with an operator of their own, and any cell, step by step."""

from __future__ import annotations

from typing import Any

import keras

from netledger.frontends.keras.rules._registry import layer, named

__all__: list[str] = []

_MOST_STEPS = 4096
"""Steps of a cell that are called one by one."""


def _is(function: Any, name: str) -> bool:
    return function is getattr(keras.activations, name)


def _roles(trace: Any, cell: Any, suffix: str = "_l0") -> dict[str, Any]:
    """What a cell stores; both biases of a GRU are the rows of one tensor."""
    weights = {f"weight_ih{suffix}": cell.kernel, f"weight_hh{suffix}": cell.recurrent_kernel}
    if not cell.use_bias:
        return weights
    biases = trace.rows(cell.bias) if len(cell.bias.shape) == 2 else (cell.bias,)
    return {**weights, **{f"bias_{role}{suffix}": bias for role, bias in zip(("ih", "hh"), biases, strict=False)}}


def _run(trace: Any, layer: Any, kind: str, sequences: Any, initial_state: Any, **attributes: Any) -> Any:
    """A recurrent layer with its operator; a state has an axis of layers before it."""
    cell = layer.cell
    if layer.go_backwards:
        sequences = trace.add(named("flip")((1,)), sequences)
    states = _first(trace, layer, initial_state)
    op = named(kind)(
        layer.units,
        bias=bool(cell.use_bias),
        last=not layer.return_sequences,
        states=bool(layer.return_state),
        **{"biases": 1, **attributes},
    )
    made = trace.add(op, sequences, *states, stored=_roles(trace, cell))
    if not layer.return_state:
        return made
    output, *last = made
    return (output, *(trace.add(named("squeeze")((0,)), state) for state in last))


def _first(trace: Any, layer: Any, initial_state: Any) -> list[Any]:
    """The states that are given, or kept from the call before."""
    given = layer.states if initial_state is None and layer.stateful else initial_state
    parts = [] if given is None else keras.tree.flatten(given)
    return [trace.add(named("unsqueeze")(0), part) for part in parts]


@layer("LSTM")
def lstm(trace: Any, layer: Any, sequences: Any, initial_state: Any = None, **_: Any) -> Any:
    """One bias for each gate; other activations: step by step."""
    if not (_is(layer.activation, "tanh") and _is(layer.recurrent_activation, "sigmoid")):
        return steps(trace, layer, sequences, initial_state)
    return _run(trace, layer, "lstm", sequences, initial_state)


@layer("GRU")
def gru(trace: Any, layer: Any, sequences: Any, initial_state: Any = None, **_: Any) -> Any:
    """Two biases for each gate, if the state is reset after its product; else one."""
    if not (_is(layer.activation, "tanh") and _is(layer.recurrent_activation, "sigmoid")):
        return steps(trace, layer, sequences, initial_state)
    after = bool(layer.reset_after)
    attributes = {"reset": "after" if after else "before", "biases": 2 if after else 1}
    return _run(trace, layer, "gru", sequences, initial_state, **attributes)


@layer("SimpleRNN")
def simple_rnn(trace: Any, layer: Any, sequences: Any, initial_state: Any = None, **_: Any) -> Any:
    """Tanh or relu; other activations: step by step."""
    known = [name for name in ("tanh", "relu") if _is(layer.activation, name)]
    if not known:
        return steps(trace, layer, sequences, initial_state)
    return _run(trace, layer, "rnn", sequences, initial_state, activation=known[0])


@layer("RNN", "ConvLSTM")
def steps(trace: Any, layer: Any, sequences: Any, initial_state: Any = None, mask: Any = None, **_: Any) -> Any:
    """Any cell, called for each step."""
    count = int(sequences.shape[1])
    if count > _MOST_STEPS:
        return trace.gap(layer, (sequences,), {})
    states = _states(trace, layer, sequences, initial_state)
    order = range(count - 1, -1, -1) if layer.go_backwards else range(count)
    outputs = []
    for place in order:
        output, states = layer.cell(trace.add(named("select")(1, place), sequences), states)
        states = list(states) if isinstance(states, (list, tuple)) else [states]
        outputs.append(output)
    made = trace.add(named("stack")(1), *outputs) if layer.return_sequences else outputs[-1]
    return (made, *keras.tree.flatten(states)) if layer.return_state else made


def _states(trace: Any, layer: Any, sequences: Any, initial_state: Any) -> list[Any]:
    """The first states: given, kept, or zeros."""
    if initial_state is None and layer.stateful:
        initial_state = layer.states
    if initial_state is None:
        with trace.quiet():
            initial_state = layer.get_initial_state(batch_size=int(sequences.shape[0]))
    kept = initial_state if isinstance(initial_state, (list, tuple)) else [initial_state]
    return list(keras.tree.map_structure(lambda state: _tensor(trace, state), list(kept)))


def _tensor(trace: Any, state: Any) -> Any:
    if isinstance(state, keras.KerasTensor):
        return state
    return trace.read(state) if isinstance(state, keras.Variable) else trace.constant(state)


def _step(trace: Any, cell: Any, kind: str, inputs: Any, states: Any, count: int, **attributes: Any) -> Any:
    """One step with its operator: what comes out, and the states."""
    given = states if isinstance(states, (list, tuple)) else [states]
    roles = _roles(trace, cell, "")
    op = named(kind)(cell.units, bool(cell.use_bias), **{"biases": 1, **attributes})
    made = trace.add(op, inputs, *given[:count], stored=roles)
    new = list(made) if isinstance(made, tuple) else [made]
    return new[0], new


@layer("LSTMCell")
def lstm_cell(trace: Any, layer: Any, inputs: Any, states: Any, training: Any = False, **_: Any) -> Any:
    """One step of it."""
    if not (_is(layer.activation, "tanh") and _is(layer.recurrent_activation, "sigmoid")):
        return NotImplemented
    return _step(trace, layer, "lstm_cell", inputs, states, 2)


@layer("GRUCell")
def gru_cell(trace: Any, layer: Any, inputs: Any, states: Any, training: Any = False, **_: Any) -> Any:
    """One step of it."""
    if not (_is(layer.activation, "tanh") and _is(layer.recurrent_activation, "sigmoid")):
        return NotImplemented
    after = bool(layer.reset_after)
    attributes = {"reset": "after" if after else "before", "biases": 2 if after else 1}
    return _step(trace, layer, "gru_cell", inputs, states, 1, **attributes)


@layer("SimpleRNNCell")
def rnn_cell(trace: Any, layer: Any, inputs: Any, states: Any, training: Any = False, **_: Any) -> Any:
    """One step of it."""
    known = [name for name in ("tanh", "relu") if _is(layer.activation, name)]
    return _step(trace, layer, "rnn_cell", inputs, states, 1, activation=known[0]) if known else NotImplemented


@layer("TimeDistributed")
def time_distributed(trace: Any, layer: Any, inputs: Any, **_: Any) -> Any:
    """The layer on every step, as on so many examples."""
    batch, length, *rest = inputs.shape
    flat = trace.add(named("reshape")((batch * length, *rest), True), inputs)
    made = layer.layer(flat)
    return trace.add(named("reshape")((batch, length, *made.shape[1:]), True), made)
