"""Functions of JAX, modules of Flax and Equinox: what is given, what is told, and that nothing of them is changed."""

from __future__ import annotations

from typing import Any

import pytest

import netledger as nl

jax = pytest.importorskip("jax")
import equinox  # noqa: E402
import jax.numpy as jnp  # noqa: E402
from flax import linen, nnx  # noqa: E402
from jax import lax  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore")


class Linen(linen.Module):  # type: ignore[misc]
    @linen.compact
    def __call__(self, x: Any, train: bool = False) -> Any:
        x = linen.relu(linen.BatchNorm(use_running_average=not train)(linen.Conv(4, (3, 3))(x)))
        return linen.Dense(5, name="head")(linen.Dropout(0.5, deterministic=not train)(x.mean((1, 2))))


class Nnx(nnx.Module):  # type: ignore[misc]
    def __init__(self) -> None:
        rngs = nnx.Rngs(0)
        self.parts = nnx.List([nnx.Conv(3, 4, (3, 3), rngs=rngs), nnx.BatchNorm(4, rngs=rngs)])
        self.head = nnx.Linear(4, 5, rngs=rngs)

    def __call__(self, x: Any) -> Any:
        for part in self.parts:
            x = part(x)
        return self.head(nnx.relu(x).mean((1, 2)))


class Eqx(equinox.Module):  # type: ignore[misc]
    conv: equinox.nn.Conv2d
    head: equinox.nn.Linear

    def __init__(self) -> None:
        self.conv = equinox.nn.Conv2d(3, 4, 3, padding=1, key=jax.random.key(0))
        self.head = equinox.nn.Linear(4, 5, key=jax.random.key(1))

    def __call__(self, x: Any) -> Any:
        return self.head(jax.nn.relu(self.conv(x)).mean((1, 2)))


def test_linen() -> None:
    ledger = nl.count(Linen(), (2, 8, 8, 3))
    assert ledger.complete
    assert ledger.parameters == 112 + 8 + 25
    assert ledger.parameter_counts.buffers == 8
    assert ledger.total("macs") == 2 * (64 * 4 * 27 + 20)
    rows = {entry.name: entry for entry in ledger}
    assert rows["Conv_0"].attributes["channels"] == "last"
    assert [part.key for part in rows["head"].parameter_list] == ["head.kernel", "head.bias"]
    assert nl.count(Linen(), (8, 8, 3), batch=1).inputs[0] == (1, 8, 8, 3)
    trained = nl.count(Linen(), (2, 8, 8, 3), kwargs={"train": True})
    assert trained.total("macs") == ledger.total("macs")


def test_nnx() -> None:
    model = Nnx()
    before = jax.tree_util.tree_map(jnp.copy, nnx.state(model))
    call = nnx.Linear.__call__
    ledger = nl.count(model, (2, 8, 8, 3))
    assert nnx.Linear.__call__ is call
    assert all(map(jnp.array_equal, jax.tree_util.tree_leaves(before), jax.tree_util.tree_leaves(nnx.state(model))))
    assert ledger.parameters == 112 + 8 + 25
    assert ledger.parameter_counts.buffers == 8
    assert {"parts.0", "head"} <= {entry.name for entry in ledger}
    assert "parts.1.rsqrt1" in {entry.name for entry in ledger}


def test_equinox() -> None:
    call = equinox.nn.Linear.__call__
    ledger = nl.count(Eqx(), (3, 8, 8))
    assert equinox.nn.Linear.__call__ is call
    assert ledger.complete
    assert ledger.parameters == 112 + 25
    assert ledger.total("macs") == 64 * 4 * 27 + 20
    batched = nl.count(jax.vmap(Eqx()), (7, 3, 8, 8))
    assert batched.parameters == ledger.parameters
    assert batched.total("textbook") == 7 * ledger.total("textbook")


def test_functions_of_any_kind() -> None:
    def product(x: Any, w: Any) -> Any:
        return jnp.dot(x, w)

    for call in (product, jax.jit(product), lambda x, w: jnp.dot(x, w)):
        assert nl.count(call, (4, 8), (8, 3)).total("macs") == 96
    nested = nl.count(lambda given: jnp.dot(given["x"], given["w"]), {"x": (4, 8), "w": (8, 3)})
    assert nested.total("macs") == 96
    assert nl.count(product, jax.ShapeDtypeStruct((4, 8), "float32"), kwargs={"w": (8, 3)}).total("macs") == 96


def test_a_scan_is_as_long_as_it_is() -> None:
    def run(x: Any, w: Any) -> Any:
        return lax.scan(lambda state, row: (jnp.tanh(state @ w + row), state), x[0], x)

    ledger = nl.count(run, (50, 8), (8, 8))
    assert ledger.complete
    assert ledger.total("macs") == 50 * 64
    assert [entry.op for entry in ledger].count("tanh") == 50
    back = nl.count(lambda x, w: lax.scan(lambda s, r: (s @ w + r, s), x[0], x, reverse=True), (50, 8), (8, 8))
    assert back.total("macs") == 50 * 64


def test_what_a_long_loop_costs_is_what_all_its_steps_cost() -> None:
    """A loop is counted from a few of its steps; laid out in full, it costs the same: loops in loops, too."""

    def inner(state: Any, row: Any, w: Any) -> Any:
        return lax.fori_loop(0, 7, lambda _, x: jnp.tanh(x @ w) * row, state)

    def run(x: Any, w: Any) -> Any:
        made = lax.scan(lambda state, row: (inner(state, row, w), state.sum()), x[0], x)
        return lax.scan(lambda state, row: (state + row, state), made[0], x, reverse=True)

    ledger = nl.count(run, (9, 8), (8, 8))
    totals = {name: ledger.total(name) for name in ("macs", "flops", "textbook", "arithmetic")}
    assert totals == {name: sum(entry.total(name) for entry in ledger) for name in totals}
    assert totals["macs"] == 9 * 7 * 64
    assert ledger.complete
    lstm = nl.count(linen.RNN(linen.LSTMCell(4)), (2, 30, 3))
    assert lstm.parameters == 16 * (3 + 4) + 16
    assert lstm.parameters == lstm.data.parameter_counts.total
    assert lstm.total("arithmetic") == sum(entry.total("arithmetic") for entry in lstm)


def test_a_bound_module_brings_its_variables() -> None:
    model = Linen()
    variables = model.init(jax.random.key(0), jnp.zeros((1, 8, 8, 3)))
    ledger = nl.count(model.bind(variables), (2, 8, 8, 3))
    assert ledger.parameters == 145
    assert [entry.name for entry in ledger] == [entry.name for entry in nl.count(model, (2, 8, 8, 3))]


def test_a_while_has_no_bound_and_says_so() -> None:
    ledger = nl.count(lambda x, w: lax.while_loop(lambda y: y.sum() < 3, lambda y: y @ w, x), (4, 8), (8, 8))
    assert not ledger.complete
    assert ledger.gaps[0].bound is None
    assert "how often" in ledger.gaps[0].reason
    assert any("256 products" in note for note in ledger.data.notes)
    assert "there is no bound" in str(ledger)
    assert nl.Ledger.from_json(ledger.to_json()).gaps == ledger.gaps


def test_a_branch_is_said() -> None:
    ledger = nl.count(lambda x, w: lax.cond(x.sum() > 0, lambda: x @ w, lambda: x), (4, 8), (8, 8))
    assert ledger.total("macs") == 256
    assert any("dearest" in note for note in ledger.data.notes)


def test_functions_with_rules_of_their_own_are_entered() -> None:
    @jax.custom_vjp
    def doubled(x: Any) -> Any:
        return 2 * x

    doubled.defvjp(lambda x: (2 * x, None), lambda kept, given: (given,))
    inside = jax.checkpoint(lambda x: jax.nn.silu(doubled(x)))
    assert [entry.op for entry in nl.count(lambda x: jnp.sum(inside(x)), (4,))] == [
        *("multiply", "sigmoid", "multiply", "sum")
    ]


def test_what_is_closed_over_is_state() -> None:
    table = jnp.ones((8, 3))
    ledger = nl.count(lambda x: x @ table + jnp.zeros(3), (4, 8))
    assert ledger.parameters == 0
    assert ledger.parameter_counts.buffers >= 24
    assert any("closes over" in note for note in ledger.data.notes)


def test_mistakes() -> None:
    with pytest.raises(nl.ValuesNeededError):
        nl.count(lambda x: x if x.sum() > 0 else jnp.abs(x), (3,))
    with pytest.raises(nl.ForwardError):
        nl.count(lambda x: jnp.dot(x, jnp.ones((3, 3))), (2, 4))
    with pytest.raises(nl.SourceError):
        nl.count(jax.jit(lambda x: x))
    with pytest.raises(nl.SourceError):
        nl.count(lambda x: lax.fori_loop(0, 10**6, lambda _, y: jnp.sin(y), x), (3,))


def test_what_has_no_rule_is_a_gap() -> None:
    ledger = nl.count(lambda x: jnp.linalg.cholesky(x), (4, 4))
    assert not ledger.complete
    assert ledger.gaps[0].reason == "there is no rule for jax.cholesky"


def test_whose_function_it_is() -> None:
    import torch

    from netledger.frontends import jax as front

    assert front.accepts(lambda x: jnp.sin(x))
    assert front.accepts(Linen())
    assert not front.accepts(lambda x: torch.sin(x))
    assert not front.accepts(lambda x: x)
    assert not front.accepts("net.py:Net")
