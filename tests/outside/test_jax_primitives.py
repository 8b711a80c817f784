"""Truth: what JAX itself says of shapes (another would be a gap), and XLA of floating-point operations."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import netledger as nl

jax = pytest.importorskip("jax")
import jax.numpy as jnp  # noqa: E402
from jax import lax  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore")
RUN = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def xla(call: Any, *shapes: tuple[int, ...]) -> int:
    """The operations that XLA counts before it optimises."""
    lowered = jax.jit(call).lower(*(jax.ShapeDtypeStruct(shape, "float32") for shape in shapes))
    found = lowered.cost_analysis()
    return int((found[0] if isinstance(found, list) else found)["flops"])


@RUN
@given(data=st.data())
def test_products(data: st.DataObject) -> None:
    """Any product of two tensors over any axes: two operations for each product, as XLA counts."""
    sizes = {letter: data.draw(st.integers(2, 5)) for letter in "abcdef"}
    first = data.draw(st.lists(st.sampled_from("abcd"), min_size=1, max_size=4, unique=True))
    second = data.draw(st.lists(st.sampled_from("cdef"), min_size=1, max_size=4, unique=True))
    shared = [letter for letter in first if letter in second]
    kept = [letter for letter in shared if data.draw(st.booleans())]
    assume(len(shared) > len(kept))
    out = [*kept, *(letter for letter in dict.fromkeys([*first, *second]) if letter not in shared)]
    equation = f"{''.join(first)},{''.join(second)}->{''.join(out)}"
    shapes = [tuple(sizes[letter] for letter in side) for side in (first, second)]
    ledger = nl.count(lambda x, y: jnp.einsum(equation, x, y), *shapes)
    assert ledger.complete
    assert ledger.total("flops") == xla(lambda x, y: jnp.einsum(equation, x, y), *shapes)


@RUN
@given(data=st.data())
def test_convolutions(data: st.DataObject) -> None:
    """Any order of axes; without padding XLA counts what is counted here."""
    groups, kernel = data.draw(st.integers(1, 3)), (data.draw(st.integers(1, 3)), data.draw(st.integers(1, 3)))
    inside, out = groups * data.draw(st.integers(1, 3)), groups * data.draw(st.integers(1, 3))
    image, back = data.draw(st.sampled_from(["NCHW", "NHWC", "CNHW"])), data.draw(st.sampled_from(["NCHW", "NHWC"]))
    size = {"N": 2, "C": inside, "H": data.draw(st.integers(5, 8)), "W": data.draw(st.integers(5, 8))}
    weights = {"O": out, "I": inside // groups, "H": kernel[0], "W": kernel[1]}
    order = data.draw(st.sampled_from(["OIHW", "HWIO"]))
    padding = data.draw(st.sampled_from(["VALID", "SAME", ((1, 2), (0, 1))]))
    options = {
        "window_strides": (data.draw(st.integers(1, 2)), data.draw(st.integers(1, 2))),
        "rhs_dilation": (data.draw(st.integers(1, 2)), 1),
        "feature_group_count": groups,
        "dimension_numbers": (image, order, back),
        "padding": padding,
    }

    def call(x: Any, w: Any) -> Any:
        return lax.conv_general_dilated(x, w, **options)

    shapes = tuple(size[letter] for letter in image), tuple(weights[letter] for letter in order)
    ledger = nl.count(call, *shapes)
    assert ledger.complete, ledger.gaps
    made = jax.eval_shape(call, *(jax.ShapeDtypeStruct(shape, "float32") for shape in shapes))
    assert ledger.total("macs") == made.size * inside // groups * kernel[0] * kernel[1]
    if padding == "VALID":
        assert ledger.total("flops") == xla(call, *shapes)


@RUN
@given(data=st.data())
def test_transposed_convolutions(data: st.DataObject) -> None:
    """Each element of the input meets the kernel once, wherever it lands."""
    kernel, stride = data.draw(st.integers(1, 4)), data.draw(st.integers(2, 3))
    padding = data.draw(st.sampled_from(["SAME", "VALID"]))

    def call(x: Any, w: Any) -> Any:
        return lax.conv_transpose(x, w, (stride, stride), padding, dimension_numbers=("NHWC", "HWIO", "NHWC"))

    ledger = nl.count(call, (2, 5, 6, 3), (kernel, kernel, 3, 4))
    assume(not (padding == "SAME" and kernel < stride))  # more is cut off than a padding can
    assert ledger.complete, ledger.gaps
    assert ledger.total("macs") == 2 * 5 * 6 * 3 * 4 * kernel * kernel


@pytest.mark.parametrize(
    "call",
    [
        lambda x: jax.nn.softmax(x),
        lambda x: jax.nn.gelu(x) + jax.nn.silu(x) * jax.nn.relu6(x),
        lambda x: jnp.concatenate([x, x[:, ::-1]], 1)[:, 1:-1:2],
        lambda x: jnp.pad(x, ((0, 0), (0, 0), (1, 2), (0, 1))),
        lambda x: jnp.where(x > 0, x, x.min()),
        lambda x: jnp.sort(x, -1) + jnp.cumsum(x, 1),
        lambda x: lax.top_k(x, 2)[0],
        lambda x: x.var(0) + x.std((1, 2), keepdims=True),
        lambda x: jnp.clip(x, -1, 1) ** 3,
        lambda x: x.reshape(2, -1)[:, None].repeat(3, 1).swapaxes(0, 2),
        lambda x: jnp.argmax(x, 1).astype("float32") + jnp.arange(6.0),
        lambda x: lax.dynamic_slice(x, (0, 0, 1, 1), (2, 4, 2, 2)),
        lambda x: x.at[:, 0].set(0.0).at[:, 1].add(x[:, 2]),
        lambda x: jnp.split(x, 2, 1)[1] @ jnp.split(x, 2, 1)[0],
        lambda x: lax.reduce_window(x, -jnp.inf, lax.max, (1, 1, 3, 3), (1, 1, 2, 2), "SAME"),
        lambda x: jax.image.resize(x, (2, 4, 12, 12), "nearest"),
    ],
)
def test_functions(call: Any) -> None:
    assert nl.count(jax.jit(call), (2, 4, 6, 6)).complete
