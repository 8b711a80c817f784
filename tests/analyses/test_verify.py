"""Published tables against the ledger: what agrees, what differs, why; and tables that are none."""

from __future__ import annotations

import csv
import io
import json
import re
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import nn

import netledger as nl
from netledger.analyses.verify import told
from netledger.analyses.verify.printed import figure, sizes
from netledger.api._verify import Verification
from netledger.core.errors import SourceError, UnknownNameError

DATA = Path(__file__).parent / "data"
TORCHVISION = DATA.parent.parent / "outside" / "data" / "torchvision.csv"
DOCS = DATA.parent.parent.parent / "docs"
RUN = settings(max_examples=120, deadline=None, database=None, suppress_health_check=list(HealthCheck))


def differing(found: Verification) -> dict[tuple[str, str], tuple[Any, str]]:
    return {(cell.row, cell.column): (cell.ours, cell.reason) for cell in found.differing}


# The case that this was made for.


def test_conv_5_of_alexnet() -> None:
    found = nl.verify("layer,output\nConv-4,13×13×384\nConv-5,27×27×256\n", "alexnet")
    assert differing(found) == {("Conv-5", "output"): ((13, 13, 256), "the output of conv2, further up")}
    assert "27×27×256  13×13×256" in str(found)
    assert not found.agrees
    assert nl.verify("layer,output\nConv-5,13×13×256\n", "alexnet").agrees


# How figures and shapes are printed.


@pytest.mark.parametrize(
    ("text", "exact", "agrees"),
    [
        ("34,944", 34_944, True),
        ("34944", 34_943, False),
        ("34 944", 34_944, True),
        ("34'944", 34_944, True),
        ("1.135.256.096", 1_135_256_096, True),
        ("35K", 34_944, True),
        ("34K", 34_944, True),  # cut off
        ("34K", 35_000, False),
        ("34K", 33_499, False),
        ("34K", 33_500, True),
        ("0.7 M", 699_999, True),
        ("0,7 M", 712_345, True),
        ("0.70 M", 712_345, False),
        ("3.8G", 3_899_999_999, True),
        ("3.8G", 3_900_000_000, False),
        ("1.135 x 10^9", 1_135_256_096, True),
        ("1.135 × 10⁹", 1_135_256_096, True),
        ("1.135e9", 1_135_256_096, True),
        ("1.135*10**9", 1_134_256_096, False),
        ("~62 million", 62_378_344, True),
        ("0.714 GFLOPs", 714_188_480, True),
        ("2.5", 2, False),
        ("34,944*", 34_944, True),
        ("0", 0, True),
        ("0", 1, False),
        (".5K", 512, True),
    ],
)
def test_figures_agree_with_what_rounds_to_them(text: str, exact: int, agrees: bool) -> None:
    found = figure(text)
    assert found is not None
    assert found.agrees(exact) is agrees


@pytest.mark.parametrize("text", ["", "x", "1e999999", "-5", "12 apples", "1,2,3", "9" * 300, "٣..", "1e", "1/2"])
def test_other_texts_are_no_figures(text: str) -> None:
    assert figure(text) is None


SHAPES = """55×55×96|55x55x96|96x55x55|[96, 55, 55]|(None, 96, 55, 55)|(-1, 55, 55, 96)|55 × 55|55|1x96x55x55
torch.Size([1, 96, 55, 55])|96@55x55|(?, 55, 55, 96)|96 55 55|55*55*96|96·55·55|55x55x96 (cropped)"""


@pytest.mark.parametrize("text", re.split(r"[|\n]", SHAPES))
def test_shapes_in_every_order(text: str) -> None:
    assert nl.verify(f'layer;output\nconv1;"{text}"\n', "alexnet").agrees


@pytest.mark.parametrize("text", ["", "x", "55x", "a×b", "None", "()", "1x2x" * 9, "1.5x2"])
def test_other_texts_are_no_shapes(text: str) -> None:
    assert (sizes(text) is None) == (text != "55x")


@pytest.mark.parametrize("text", ["55x55x97", "56x55x96", "96x96x55", "1x55", "2x96x55x55"])
def test_other_shapes_differ(text: str) -> None:
    assert not nl.verify(f"layer,output\nconv1,{text}\n", "alexnet").agrees


def test_a_thousand_is_one_size() -> None:
    assert nl.verify('layer,output\nfc3,"1,000"\nfc1,"4,096"\nfc2,1x1x4096\n', "alexnet").agrees


# A table of the ledger itself, printed in any way, agrees.

WORDS = {
    "output": ["output", "Output Size", "output_shape", "Feature map"],
    "input": ["input", "Input shape"],
    "params": ["params", "#Parameters", "Param count", "weights and biases"],
    "weights": ["weights", "#weights"],
    "biases": ["biases"],
    "macs": ["MACs", "mult-adds", "MAdds", "FLOPs", "ops", "Multiply-Adds", "Operations"],
    "flops": ["FLOPs", "flops", "Operations"],
    "macs+bias": ["FLOPs", "macs+bias", "MACs"],
    "textbook": ["FLOPs", "textbook"],
}
UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9}
NETWORKS = ("alexnet", "alexnet_grouped", "lenet5", "vgg11", "resnet18", "mobilenet_v1", "googlenet")


def rounded(count: int, unit: int, places: int, rounding: str) -> str:
    whole, rest = divmod(count * 10**places, unit)
    up = {"up": 2 * rest >= unit, "cut": False, "even": 2 * rest > unit or (2 * rest == unit and whole % 2 == 1)}
    whole += up[rounding]
    return f"{whole // 10**places:,}" + (f".{whole % 10**places:0{places}d}" if places else "")


@st.composite
def figures(draw: st.DrawFn) -> tuple[str, Any]:
    """How the figures of a column are printed: what its head says, and a function from counts to texts."""
    unit = draw(st.sampled_from(list(UNITS)))
    where = draw(st.sampled_from(["head", "brackets", "cell", "nowhere"]))
    places = draw(st.integers(0, 3)) if unit else 0
    rounding = draw(st.sampled_from(["up", "even", "cut"]))
    group = draw(st.sampled_from([",", "", " ", "'"]))
    head = {"head": f"_{unit}" if unit else "", "brackets": f" ({unit})" if unit else ""}.get(where, "")

    def text(count: int) -> str:
        shown = rounded(count, UNITS[unit], places, rounding).replace(",", group)
        return f"{shown}{unit}" if where == "cell" else shown

    return head, text


@st.composite
def shapes(draw: st.DrawFn) -> Any:
    """How shapes are printed."""
    last, batch = draw(st.booleans()), draw(st.booleans())
    mark = draw(st.sampled_from(["x", "×", ", ", " x ", "*"]))
    brackets = draw(st.sampled_from(["{}", "({})", "[{}]"]))

    def text(shape: tuple[int, ...]) -> str:
        first, *rest = shape
        turned = [*rest[1:], rest[0]] if last else rest
        shown = [draw(st.sampled_from([str(first), "None", "-1"])), *map(str, turned)] if batch else map(str, turned)
        return brackets.format(mark.join(shown))

    return text


def renamed(name: str, style: str) -> str:
    if style == "upper":
        return name.upper()
    return re.sub(r"(?<=[a-z])(?=\d)", {"hyphen": "-", "space": " "}.get(style, ""), name)


@st.composite
def tables(draw: st.DrawFn) -> tuple[str, str]:
    """A network, and a table of some of its layers."""
    network = draw(st.sampled_from(NETWORKS))
    ledger = nl.count(network)
    rows: list[Any] = [entry for entry in ledger if draw(st.integers(0, 3))][: draw(st.integers(1, 30))]
    chosen = draw(st.lists(st.sampled_from(list(WORDS)), min_size=1, max_size=4, unique=True))
    style = draw(st.sampled_from(["", "hyphen", "space", "upper"]))
    columns: list[tuple[str, Any]] = []
    for meaning in chosen:
        word = draw(st.sampled_from(WORDS[meaning]))
        head, text = ("", draw(shapes())) if meaning in ("output", "input") else draw(figures())
        columns.append((word + head, [text(told_of(entry, meaning)) for entry in rows]))
    made = io.StringIO()
    writer = csv.writer(made, delimiter=draw(st.sampled_from([",", ";", "\t"])))
    writer.writerow([draw(st.sampled_from(["layer", "Name", "Layer name"])), *(head for head, _ in columns)])
    for place, entry in enumerate(rows):
        writer.writerow([renamed(entry.name, style), *(cells[place] for _, cells in columns)])
    return network, made.getvalue()


def told_of(entry: Any, meaning: str) -> Any:
    if meaning in ("output", "input"):
        return getattr(entry, f"{meaning}s")[0]
    counts = entry.parameter_counts
    stored = {"params": counts.total, "weights": counts.weights, "biases": counts.biases}
    return stored[meaning] if meaning in stored else entry.total(meaning)


@given(tables())
@RUN
def test_a_table_of_the_ledger_agrees(made: tuple[str, str]) -> None:
    network, text = made
    if text.count("\n") < 2:
        return
    found = nl.verify(text, network)
    assert found.agrees, f"{text}\n{found}"
    assert found.verdicts


@pytest.mark.parametrize("name", nl.presets())
def test_what_netledger_writes_agrees(name: str) -> None:
    ledger = nl.count(name)
    text = ledger.to_csv(nl.conventions())
    found = nl.verify(f"{text}\n", ledger)
    assert found.agrees, str(found)
    assert len(found.verdicts) > 5 * len(ledger)


# A cell that is changed is found, with the reason.

CEIL = """
input: 3x32x32
layers:
  - conv: {out: 8, kernel: 3}
  - maxpool: {kernel: 3, stride: 2}
  - flatten
  - linear: {out: 10}
"""


@pytest.mark.parametrize(
    ("table", "network", "reason"),
    [
        ("layer,params\nconv1,34848\n", "alexnet", "without the bias"),
        ("layer,params\nfc1,37748736\n", "alexnet", "without the bias"),
        ("layer,params\ntotal,62367776\n", "alexnet", "without the bias"),
        ("layer,params\nconv1,9472\n", "resnet18", "with a bias"),
        ("layer,params\nbn1,256\n", "resnet18", "with the running statistics of batch norms"),
        ("layer,params\nconv1,9536\n", "resnet18", "together with bn1"),
        ("layer,params\nconv2,614656\n", "alexnet_grouped", "with groups ignored: one group"),
        ("layer,params\nconv2,307456\n", "alexnet", "in 2 groups"),
        ("layer,macs\nconv2,447897600\n", "alexnet_grouped", "with groups ignored: one group"),
        ("layer,output\npool1,15x15x8\n", CEIL, "rounded up (ceil)"),
        ("layer,output\npool1,16x16x8\n", CEIL.replace("2}", "2, padding: 1}"), "rounded up (ceil)"),
        ("layer,output\npool1,14x14x8\n", CEIL.replace("2}", "2, rounding: ceil}"), "rounded down (floor)"),
        ("layer,output\nconv2,23x23x256\n", "alexnet", "with padding 0"),
        ("layer,output\nconv1,217x217x96\n", "alexnet", "with stride 1"),
        ("layer,output\npool1,55x55x96\n", "alexnet", "the input of this layer"),
        ("layer,output\nconv5,6x6x256\n", "alexnet", "the output of pool3, after it"),
        ("layer,output\nconv3,256x13x13\n", "alexnet", "the input of this layer"),
        ("layer,output\npool3,9216\n", "alexnet", "the output of flatten1, after it"),
        ("layer,output\nflatten1,256x4x9\n", "alexnet", "as many elements, arranged otherwise"),
        ("layer,macs\nconv1,105415200\nconv2,895795200\n", "alexnet", "2×: a multiply-add counted twice"),
        (
            "layer,flops\nconv1,210830400\nconv2,447897600\nconv3,299040768\n",
            "alexnet",
            "½×: a multiply-add counted once",
        ),
        ("layer,params\nconv1,69888\n", "alexnet", "2×: twice that"),
        ("layer,mult-adds\nconv1,1795682592\n", "alexnet", "by the area of the input, not of the output"),
        ("layer,macs\nconv1,34944\n", "alexnet", "its parameters, in place of operations"),
        ("layer,macs\nconv1,105\nconv2,447897600\n", "alexnet", ""),
        ("layer,macs\nconv1,105415\nconv2,447897600\n", "alexnet", "a thousandth of that: another unit"),
        ("layer,params (K)\nconv2,600\nconv3,885\n", "alexnet", "K is a power of 1,024 here"),
        ("layer,params\nconv1,35000\nconv2,614656\n", "alexnet", "rounded: its last 3 digits are zeros"),
        ("layer,params\nconv1,34945\n", "alexnet", ""),
        (
            "layer,macs\nconv1,105415200\nconv2,447897600\nconv3,702833184\n",
            "alexnet",
            "the sum of all layers up to this one",
        ),
        ("layer,macs\nconv3,149520384\nconv2,447897600\nconv4,149520384\n", "alexnet", "that of conv3, before it"),
    ],
)
def test_a_mistake_is_found_with_its_reason(table: str, network: str, reason: str) -> None:
    found = nl.verify(table, network)
    assert [cell.reason.partition("; or")[0] for cell in found.differing] == [reason]
    assert (reason or "no likely reason found") in str(found)


def test_two_reasons_are_told_where_both_fit() -> None:
    """PaddleClas, ResNet34: 21.81 M; running statistics, it is known, but biases of all convolutions would fit, too."""
    found = nl.verify("model,params\nresnet34,21.81 M\n", "resnet34")
    assert found.verdicts[0].reason == "with a bias; or with the running statistics of batch norms"


def test_what_follows_from_a_mistake_above_is_said_to() -> None:
    table = "layer,output,params\npool1,15x15x8,0\nflatten1,1800,0\nfc1,10,18010\n"
    found = differing(nl.verify(table, CEIL))
    assert found["pool1", "output"][1] == "rounded up (ceil)"
    assert found["flatten1", "output"] == ((1568,), "it follows from what is printed for pool1")
    assert found["fc1", "params"] == (15690, "it follows from what is printed for flatten1")


@given(st.data())
@RUN
def test_a_changed_figure_is_found(data: st.DataObject) -> None:
    ledger = nl.count("alexnet")
    entry = data.draw(st.sampled_from([entry for entry in ledger if entry.parameters]))
    wrong = data.draw(st.integers(0, 10**9).filter(lambda count: count != entry.parameters))
    rows = "".join(f"{one.name},{wrong if one.name == entry.name else one.parameters}\n" for one in ledger)
    found = nl.verify(f"layer,params\n{rows}", ledger)
    assert [(cell.layer, cell.ours, cell.difference) for cell in found.differing] == [
        (entry.name, entry.parameters, wrong - entry.parameters)
    ]


# Which layer a row is about.


@pytest.mark.parametrize(
    ("network", "rows"),
    [
        ("alexnet", {"Conv-1": "conv1", "CONV 5": "conv5", "MaxPool-2": "pool2", "FC-6": "fc1", "fc8": "fc3"}),
        ("alexnet", {"alexnet/pool5": "pool3", "conv2 (5x5)": "conv2", "relu7": "relu7", "Dense-2": "fc2"}),
        ("alexnet", {"c": "conv1", "Convolution": "conv2", "Max Pooling": "pool1", "Fully Connected": "fc1"}),
        ("alexnet", {"Conv2d-1": "conv1", "ReLU-2": "relu1", "MaxPool2d-3": "pool1", "Conv2d-4": "conv2"}),
        (
            "alexnet",
            {"conv2d (Conv2D)": "conv1", "conv2d_1 (Conv2D)": "conv2", "max_pooling2d (MaxPooling2D)": "pool1"},
        ),
        ("alexnet", {"Input": "input", "Total": "AlexNet"}),
        ("vgg16", {"conv1_1": "block1.0.conv1", "conv3_2": "block3.1.conv1", "conv5_3": "block5.2.conv1"}),
        ("googlenet", {"inception (3a)": "inception3a", "inception 4e": "inception4e", "linear": "fc"}),
        ("lenet5", {"relu1": "relu1", "S2": "S2", "relu3": "relu3"}),
        ("lenet5", {"C1": "C1", "S2": "S2", "F6": "F6", "Output": "output"}),
        ("lenet", {"C1": "conv1", "S2": "pool1", "C3": "conv2", "S4": "pool2", "F5": "fc1"}),
        ("resnet18", {"layer1": "layer1", "LAYER2.0": "layer2.0", "layer4.1.conv2": "layer4.1.conv2"}),
    ],
)
def test_rows_are_matched(network: str, rows: dict[str, str]) -> None:
    text = "".join(f"{name},7\n" for name in rows)
    found = nl.verify(f"layer,params\n{text}", network)
    assert {cell.row: cell.layer for cell in found.verdicts} == rows


def test_kinds_of_their_own_column_are_matched_in_order_and_said() -> None:
    table = "layer,type,output\na,Conv,55x55x96\nb,Pool,27x27x96\nc1x,Conv,27x27x256\n"
    found = nl.verify(table, "alexnet")
    assert found.agrees
    assert "row c1x" in str(found)
    assert "by order: the 2nd of its kind; the table has 2 of 5" in str(found)


def test_rows_of_known_names_count_in_the_order_of_kinds() -> None:
    table = "layer,type,output\nconv1,Conv,55x55x96\nother,Conv,27x27x256\nconv3,Conv,13x13x384\n"
    assert [cell.layer for cell in nl.verify(table, "alexnet").verdicts if cell.column == "output"] == [
        "conv1",
        "conv2",
        "conv3",
    ]


def test_a_row_without_a_layer_is_told() -> None:
    found = nl.verify("layer,params\nconv1,34944\nconvv7,3\nBlock A,\n", "alexnet")
    assert [(row.line, row.row) for row in found.unmatched] == [(3, "convv7")]
    assert "no such layer: convv7. Did you mean conv" in str(found)
    assert "1 cell agrees, 0 differ, 1 row has no layer." in str(found)
    assert not found.agrees


def test_columns_that_are_not_known_are_told() -> None:
    assert "columns colour, remark ignored." in str(
        nl.verify("colour,layer,params,remark\nred,conv1,34944,x\n", "alexnet")
    )


def test_attributes_are_compared() -> None:
    table = "layer,kernel,stride,padding,filters,input\nconv1,11x11,4,0,96,227x227x3\nconv2,5,1,same,256,27x27x96\n"
    assert nl.verify(table + "pool1,3x3,2,valid,96,55\nfc1,-,-,-,4096,9216\n", "alexnet").agrees
    found = nl.verify("layer,kernel,stride,padding,filters\nconv1,3x3,2,1,64\n", "alexnet")
    assert [(cell.ours, cell.difference) for cell in found.differing] == [(11, None), (4, -2), (0, 1), (96, -32)]


def test_what_is_not_counted_cannot_be_told() -> None:
    spec = "input: 4\nlayers: [{custom: {what: mine, out: 3}}, {linear: 2}]\n"
    found = nl.verify("layer,macs\ntotal,99\n", spec)
    assert [cell.agrees for cell in found.verdicts] == [None]
    assert "1 cannot be told" in str(found)
    assert found.agrees


def test_one_convention_for_a_column() -> None:
    """Three of four count a multiply-add once: the fourth differs, though it would agree as flops."""
    table = "layer,FLOPs\nconv1,105415200\nconv2,447897600\nconv3,149520384\nconv4,448561152\n"
    found = nl.verify(table, "alexnet")
    assert differing(found) == {("conv4", "FLOPs"): (224_280_576, "2×: a multiply-add counted twice")}
    assert {cell.how for cell in found.verdicts if cell.agrees} == {"exactly, as macs: a multiply-add counted once"}
    twice = nl.verify("layer,GFLOPs\ntotal,2.27\n", "alexnet")
    assert twice.verdicts[0].how.startswith("to the printed precision, as flops")
    assert not nl.verify("layer,GMACs\ntotal,2.27\n", "alexnet").agrees


def test_a_ledger_read_from_json_does_too() -> None:
    ledger = nl.Ledger.from_json(nl.count("alexnet").to_json())
    found = nl.verify("layer,params,output\nconv1,34848,55x55x96\npool1,0,28x28x96\n", ledger)
    assert differing(found)["conv1", "params"] == (34_944, "without the bias")


def test_a_table_of_markdown() -> None:
    head = "| Model | Params (M) | FLOPs (G) |\n|:---|---:|----|\n"
    table = head + "| [ResNet-50](https://x.org) | **25.6** | 4.09 |\n| `VGG-16` | 138 | 15.5 |\n"
    for name in ("resnet50", "vgg16"):
        found = nl.verify(table, name)
        assert found.agrees
        assert len(found.verdicts) == 2


def test_a_table_of_pandas() -> None:
    assert nl.verify(",params\nconv1,34944\nfc3,4097000\n", "alexnet").agrees
    assert nl.verify(",layer,params\n0,conv1,34944\n1,fc3,4097000\n", "alexnet").agrees


def test_one_row() -> None:
    table = "layer,output\nConv-4,1x1\nConv-5,27x27x256\n"
    assert list(differing(nl.verify(table, "alexnet", row="conv 5"))) == [("Conv-5", "output")]


def test_a_batch() -> None:
    found = nl.verify("layer,output,macs\nconv1,55x55x96,105415200\n", "alexnet", batch=8)
    assert differing(found) == {("conv1", "macs"): (8 * 105_415_200, "for one input, not 8")}


def test_a_kernel_with_its_channels() -> None:
    for kernel in ("11x11x3", "11x11", "11", "3x11x11", "96x11x11x3", "96@11x11"):
        assert nl.verify(f"layer,kernel\nconv1,{kernel}\n", "alexnet").agrees
    for kernel in ("11x11x4", "3x3x3", "96x11x11x4"):
        assert not nl.verify(f"layer,kernel\nconv1,{kernel}\n", "alexnet").agrees


def test_a_model_of_a_framework() -> None:
    model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Linear(288, 10))
    table = "layer,output,params\n0,6x6x8,224\n1,6x6x8,16\nLinear,10,2880\ntotal,,3.1K\n"
    found = nl.verify(table, model, (1, 3, 8, 8))
    assert differing(found) == {("Linear", "params"): (2890, "without the bias")}


def test_the_convention_of_a_tool_is_a_reason_unless_it_is_named() -> None:
    """Paddle's "Flops" of LeNet are multiply-adds, biases of convolutions, and no biases of linear layers."""
    total = nl.count("lenet").total("paddle")
    found = nl.verify(f"layer,FLOPs\ntotal,{total}\n", "lenet")
    assert "as paddle" in found.verdicts[0].reason
    assert nl.verify(f"layer,paddle\ntotal,{total}\n", "lenet").agrees


# Published tables.


NAMES = """densenet121 efficientnet_b0 googlenet mobilenet_v2 mobilenet_v3_large mobilenet_v3_small resnet18 resnet34
resnet50 resnet101 resnet152 shufflenet_v2_x1_0 squeezenet1_0 vgg11 vgg13 vgg16 vgg19 vit_b_16"""


@pytest.mark.parametrize("name", NAMES.split())
def test_torchvision(name: str) -> None:
    """Weights.meta: parameters to the last digit, GFLOPs (multiply-adds) to three decimals."""
    found = nl.verify(TORCHVISION, name)
    assert found.agrees
    assert len(found.verdicts) >= 3


def test_googlenet() -> None:
    """Table 1 of the paper: operations agree in all blocks but one; parameters are weights, in units of 1,024."""
    found = nl.verify(DATA / "verify" / "googlenet_table1.csv", "googlenet", let={"large": "5"})
    wrong = differing(found)
    assert {row for row, column in wrong if column == "printed_ops_M" and row.startswith("inception")} == {
        "inception 5a"
    }
    assert "power of 1,024" in wrong["inception 3a", "printed_params"][1]
    assert wrong["conv2 (reduce 64, 3x3 192)", "printed_ops_M"][1] == "together with conv3.conv"
    assert sum(cell.column == "output_hwc" and cell.agrees is True for cell in found.verdicts) == 11


@pytest.mark.parametrize(
    ("row", "network", "reasons"),
    [
        ("VGG16", "vgg16", {}),
        ("VGG19", "vgg19", {}),
        ("MobileNetV2", "mobilenet_v2", {"params": "with the running statistics of batch norms"}),
        ("MobileNet", "mobilenet_v1", {"params": "with the running statistics of batch norms"}),
        ("ResNet50", "resnet50", {"params": "with a bias, with the running statistics of batch norms"}),
    ],
)
def test_keras_applications(row: str, network: str, reasons: dict[str, str]) -> None:
    """Its parameters hold running statistics; its ResNets have biases before batch norms."""
    found = nl.verify(DATA / "verify" / "keras_applications.csv", network, row=row)
    wrong = {column: reason for (_, column), (_, reason) in differing(found).items() if column == "params"}
    assert wrong == reasons


@pytest.mark.parametrize(
    ("row", "network"), [("vgg-vd-16", "vgg16"), ("vgg-vd-19", "vgg19"), ("resnet-152", "resnet152")]
)
def test_convnet_burden(row: str, network: str) -> None:
    """Parameters in MB: of four bytes, in powers of 1,024."""
    found = nl.verify(DATA / "verify" / "convnet_burden.csv", network, row=row)
    assert ("params", True) in [(cell.column, cell.agrees) for cell in found.verdicts]
    assert {cell.column for cell in found.differing} <= {"cost"}


@pytest.mark.parametrize("size", [224, 192, 160, 128])
@pytest.mark.parametrize("width", ["1.0", "0.75", "0.50", "0.25"])
def test_slim_mobilenet(width: str, size: int) -> None:
    """One figure does not follow from the others (34 M at width 0.25, 192x192); width 0.75 is 325 M in the paper."""
    table, row = DATA / "verify" / "slim_mobilenet.csv", f"MobileNet_v1_{width}_{size}"
    found = nl.verify(table, "mobilenet_v1", (3, size, size), row=row, let={"width": width})
    wrong = {cell.column for cell in found.differing if cell.column == "cost"}
    odd = width == "0.75" or (width, size) in (("0.25", 192), ("0.50", 224))
    assert wrong == ({"cost"} if odd else set())


def test_receptive_fields() -> None:
    """TF-slim's alexnet_v2 has the windows of the paper, on 224x224."""
    found = nl.verify(DATA / "receptive_field_slim.csv", "alexnet", row="alexnet_v2")
    wrong = {cell.column for cell in found.differing}
    assert wrong <= {"resolution", "gflops"}
    assert sum(cell.agrees is True for cell in found.verdicts) >= 20


def test_the_row_of_a_network_is_sought() -> None:
    table = "model,params\nresnet-18,11689512\nresnet50,25557032\nalexnet,1\n"
    assert nl.verify(table, "resnet50").agrees
    assert nl.verify(table, "resnet18").agrees
    assert not nl.verify(table, "alexnet").agrees
    with pytest.raises(SourceError, match="has no row for VGG-16"):
        nl.verify(table, "vgg16")
    with pytest.raises(UnknownNameError, match="Did you mean resnet50"):
        nl.verify(table, "resnet50", row="resnt50")


def test_units_may_be_left_to_guess() -> None:
    found = nl.verify("model,params,flops\nresnet50,25.6,4.1\n", "resnet50")
    assert found.agrees
    assert "taken to be in millions: it does not say" in str(found)
    assert "taken to be in billions: it does not say" in str(found)


# Texts that are no table.


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\n", "table is empty"),
        (" \n,,,\n\n", "table is empty"),
        ("layer,params\n", "has no rows below its first"),
        ("conv1,34944\nconv2,614656\n", "line 1: no column that can be compared is named"),
        ("params,macs\n1,2\n", "line 1: no column names the layers"),
        ("layer,params\nconv1,1e999999\n", "line 2, column 'params': '1e999999' is not a figure"),
        ("layer,params\nconv1,abc\n", "line 2, column 'params': 'abc' is not a figure"),
        ("layer,output\n\n\nconv1,big\n", "line 4, column 'output': 'big' is not a shape"),
        ("layer,params\nconv1," + "9" * 100_000 + "\n", "line 2, column 'params'"),
        ("layer,params\nconv1,34,944\n", "line 2: 3 cells, but 2 columns are named"),
        ("layer,params" + ",x" * 100_000 + "\nconv1,1\n", "has 100002 columns"),
        ("layer,params\n" + "conv1,1\n" * 20_002, "more than 20000 rows"),
        ('layer,params\n"conv1,1\n' + "x\n" * 100_000, "quotation marks"),
        ("layer,params\nconv1,\0\n", "the character 0"),
        ("layer,params\nconv1,-\n", "has no cell to compare"),
        ("x" * 5_000_000 + "\n", "larger than"),
        ("layer,params\nconv1,\x1b[31m\n", "not a figure"),
    ],
)
def test_a_text_that_is_no_table(text: str, message: str) -> None:
    start = time.perf_counter()
    with pytest.raises(SourceError) as caught:
        nl.verify(text, "alexnet")
    assert message in str(caught.value)
    assert caught.value.hint
    assert "\x1b" not in str(caught.value)
    assert time.perf_counter() - start < 5


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_bytes(b"layer,params\nconv1,\xff\xfe\x00\x80\n")
    with pytest.raises(SourceError, match="line 2: this is not UTF-8 text"):
        nl.verify(table, "alexnet")
    with pytest.raises(SourceError, match="cannot read"):
        nl.verify(tmp_path / "none.csv", "alexnet")
    table.write_text("layer,params\nconv1,34944\n", encoding="utf-16")
    assert nl.verify(table, "alexnet").agrees
    table.write_bytes(b"\xef\xbb\xbflayer\tparams\r\nconv1\t34944\r\n")
    assert nl.verify(table, "alexnet").agrees


@given(
    st.text(max_size=200),
    st.sampled_from(["layer,params,output,macs\n", "layer;kernel;padding\n", "model,cost,cost_unit\n", ""]),
)
@settings(RUN, max_examples=300)
def test_any_text_is_answered_or_refused(text: str, head: str) -> None:
    try:
        found = nl.verify(f"{head}{text}\n", "lenet")
    except SourceError:
        return
    for name in ("text", "markdown", "latex", "html", "json"):
        assert "\x1b" not in found.to(name)


CELLS = st.text("0123456789,.xX×eEkKmMgG()[] -^*@conv/", max_size=12)


@given(st.lists(st.tuples(st.sampled_from(["conv1", "fc1", "pool1", "total", "x"]), CELLS, CELLS, CELLS), min_size=1))
@settings(RUN, max_examples=300)
def test_any_cells_are_answered_or_refused(rows: list[tuple[str, ...]]) -> None:
    made = io.StringIO()
    csv.writer(made).writerows([("layer", "params", "output", "kernel"), *rows])
    with suppress(SourceError):
        json.loads(nl.verify(made.getvalue(), "lenet").to("json"))


def test_a_large_table_is_answered_in_time() -> None:
    start = time.perf_counter()
    rows = "".join(f"conv{place % 7},{place},{place}x{place}\n" for place in range(19_000))
    found = nl.verify(f"layer,params,output\n{rows}", "resnet152")
    assert not found.agrees
    assert time.perf_counter() - start < 30


# What it is written as.


def test_names_are_escaped() -> None:
    table = "layer,params\n<script>alert(1)</script>,1\nconv1,34945\n"
    found = nl.verify(table, "alexnet")
    assert "<script>" not in found.to("html")
    assert json.loads(found.to("json"))["unmatched"][0]["row"] == "<script>alert(1)</script>"


def test_all_shows_what_agrees() -> None:
    table = "layer,params\nconv1,34944\nconv2,1\n"
    assert "conv1" not in str(nl.verify(table, "alexnet"))
    assert re.search(r"conv1 .* agrees +exactly", str(nl.verify(table, "alexnet", all=True)))


def test_the_json_is_documented() -> None:
    page = (DOCS / "json.md").read_text().partition("# A verified table as JSON")[2]
    found = nl.verify("layer,FLOPs (M),output,x\nconv1,1,1x1x1,\nnone,1,,\nconv2,448,27x27x256,\n", "alexnet")
    made = json.loads(found.to("json"))
    assert made["schema"] == told.SCHEMA == 1
    assert "is the version of this section: 1." in page
    parts = (made, made["counts"], *made["columns"], *made["unmatched"], *made["cells"])
    for name in {name for part in parts for name in part}:
        assert f"`{name}`" in page, f"describe {name} in docs/json.md"
    assert made["counts"] == {"agree": 2, "differ": 2, "untold": 0}
    assert set(made["cells"][0]) == set(found.verdicts[0]._fields)
