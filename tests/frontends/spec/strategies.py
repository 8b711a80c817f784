"""Valid specs at random, as plain data: every layer fits whatever comes before it."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

Layers = list[Any]

ACTIVATIONS = ("relu", "relu6", "sigmoid", "tanh", "silu", "hardswish", "hardsigmoid", "gelu", "identity", "softmax")
NUMBERS = st.sampled_from(
    [1, 2, 3, 8, "ceil(width)", "2 * width", "multiple(width * 3, 8)", "max(1, floor(width / 2))"]
)
NAMES = st.from_regex(r"[a-z][a-z0-9_]{3,12}", fullmatch=True)


def _conv(draw: st.DrawFn) -> Any:
    kernel = draw(st.sampled_from([1, 3, 5, [3, 3], [1, 5]]))
    options: dict[str, Any] = {"out": draw(NUMBERS), "kernel": kernel, "padding": "same"}
    options |= draw(st.sampled_from([{}, {"bias": False}, {"stride": 2}, {"dilation": 2}, {"trainable": False}]))
    return {"conv": options}


def _depthwise(draw: st.DrawFn) -> Any:
    return {"conv": {"out": "in_channels", "kernel": 3, "padding": 1, "groups": "in_channels"}}


def _pool(draw: st.DrawFn) -> Any:
    kind = draw(st.sampled_from(["maxpool", "avgpool"]))
    padding = draw(st.sampled_from(["same", 1, [1, 1], [[1, 1], [0, 2]]]))
    return {kind: {"kernel": 3, "stride": draw(st.integers(1, 2)), "padding": padding}}


def _plain(draw: st.DrawFn) -> Any:
    kind = draw(st.sampled_from([*ACTIVATIONS, "batchnorm", "lrn", "dropout", "leaky_relu"]))
    return draw(st.sampled_from([kind, {kind: None}, {kind: {}}]))


def _resize(draw: st.DrawFn) -> Any:
    return draw(
        st.sampled_from(
            [
                {"adaptive_avgpool": 4},
                {"adaptive_maxpool": {"out": [3, 5]}},
                {"upsample": {"scale": 2, "mode": "bilinear"}},
                {"upsample": {"size": [6, 7]}},
                {"pad": {"padding": [[0, 1], [2, 0]], "mode": "reflect"}},
                {"channel_shuffle": 1},
                {"custom": {"what": "something new", "out": "4x6x6"}},
            ]
        )
    )


LEAVES = (_conv, _conv, _depthwise, _pool, _plain, _plain, _resize)


@st.composite
def layer(draw: st.DrawFn) -> Any:
    return draw(st.sampled_from(LEAVES))(draw)


def _structure(children: st.SearchStrategy[Layers]) -> st.SearchStrategy[Layers]:
    same = st.lists(st.sampled_from(["relu", "batchnorm", {"dropout": 0.1}]), max_size=2)
    joined = st.fixed_dictionaries(
        {"join": st.sampled_from(["add", "multiply", "concat"]), "paths": st.lists(same, min_size=2, max_size=3)}
    )
    return st.one_of(
        joined.map(lambda options: [{"branches": options}]),
        st.tuples(st.integers(0, 3), children).map(lambda pair: [{"repeat": {"times": pair[0], "layers": pair[1]}}]),
        st.sampled_from([[{"use": {"block": "body", "out": 4}}], [{"use": {"block": "body", "out": "round(width)"}}]]),
        st.lists(children, max_size=3).map(lambda parts: [item for part in parts for item in part]),
    )


LAYERS: st.SearchStrategy[Layers] = st.recursive(st.lists(layer(), max_size=4), _structure, max_leaves=6)

BLOCK = {
    "parameters": {"out": None, "kernel": 3, "biased": True},
    "layers": [{"conv": {"out": "out", "kernel": "kernel", "padding": "same", "bias": "biased"}}, "relu"],
}


@st.composite
def specs(draw: st.DrawFn) -> dict[str, Any]:
    """A whole valid spec."""
    spec: dict[str, Any] = {
        "input": draw(st.sampled_from(["3x32x32", [3, 24, 40], "float32[1,17,19]", {"image": "4x16x16"}])),
        "let": {"width": draw(st.sampled_from([1, 2, 16, 1.5, "7 / 2"]))},
        "blocks": {"body": BLOCK},
        "layers": draw(LAYERS),
    }
    spec |= draw(st.sampled_from([{}, {"rounding": "ceil"}, {"rounding": {"pool": "ceil", "clip": False}}]))
    return spec | draw(st.sampled_from([{}, {"name": "net", "source": "chance"}]))
