"""The catalogues of other languages: complete, true to the places of values, and what a reader really sees."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import netledger as nl
from languages import catalogues, texts
from languages.catalogues import check, compiled, names, read, same
from netledger.commands import FOLDER as COMMANDS
from netledger.core.language import language, plural, say
from netledger.ops import FOLDER as OPS
from tests.commands.test_commands import run

ROOT = Path(nl.__file__).parent


@pytest.mark.parametrize("name", names())
def test_no_text_is_missing_left_as_it_was_or_has_other_places_for_values(name: str) -> None:
    assert check(name) == [], "python -m languages; then translate what is new"


@pytest.mark.parametrize("name", names())
def test_nothing_is_in_a_catalogue_that_no_one_says(name: str) -> None:
    said = {text.one for text in texts.every()}
    kept = {message.id if isinstance(message.id, str) else message.id[0] for message in read(name) if message.id}
    assert kept == said


def test_what_needs_no_other_words_is_said_somewhere() -> None:
    assert same() <= {text.one for text in texts.every()}


def test_the_check_finds_what_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    new = texts.Text("a text that nobody has translated yet", "", "nowhere.py")
    monkeypatch.setattr(catalogues, "every", lambda: (new,))
    assert check("zh") == ["missing: 'a text that nobody has translated yet'"]
    catalogue = read("zh")
    message = catalogue.add("{a} of {b:,}", "{b} 的 {a}")
    assert list(catalogues._wrong("{a} of {b:,}", message)) == [
        "other places for values: '{a} of {b:,}' became '{b} 的 {a}'"
    ]
    message = catalogue.add("left alone", "left alone")
    assert list(catalogues._wrong("left alone", message)) == ["not translated: 'left alone'"]


def test_plurals_and_numbers_are_right() -> None:
    with language("zh"):
        for count in (0, 1, 2, 1234):
            said = plural("{count:,} row has no layer", "{count:,} rows have no layer", count)
            assert said == f"有 {count:,} 行没有对应的层"
        assert say("at least ") + "1,234" == "至少 1,234"
    assert plural("{count:,} row has no layer", "{count:,} rows have no layer", 1) == "1 row has no layer"


APART = (
    *("conventions/", "reports/torchinfo", "reports/paddle", "writers/", "core/formula"),
    *("core/array.py", "frontends/torch/rules/_registry.py"),
)
"""Names of a tool's terms, a tool's own tables, marks of a format; what only whoever changes the code can see."""


def _sentences() -> list[tuple[str, int]]:
    """F-strings with words in them, wherever readers may see what is made of them."""
    found = []
    for path in sorted(ROOT.rglob("*.py")):
        place = str(path.relative_to(ROOT))
        if place.startswith(APART):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr) and not _in_repr(tree, node):
                words = " ".join(part.value for part in node.values if isinstance(part, ast.Constant))
                if re.search(r"[a-z]{3,} [a-z]{3,} [a-z]{2,}", words):
                    found.append((place, node.lineno))
    return found


def _in_repr(tree: ast.AST, wanted: ast.AST) -> bool:
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == "__repr__")
    return any(node is wanted for function in functions for node in ast.walk(function))


def test_no_sentence_is_put_together_where_no_catalogue_reaches() -> None:
    assert _sentences() == [], "say(…) it, with values in their places"


class _AtImport(ast.NodeVisitor):
    """Calls that are made when a module is imported: before anybody has chosen a language."""

    def __init__(self) -> None:
        self.lines: list[int] = []

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        for part in (*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)):
            self.visit(part)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        pass

    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Name) and node.func.id in ("say", "plural"):
            self.lines.append(node.lineno)
        self.generic_visit(node)


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_said_while_a_module_is_imported(path: Path) -> None:
    found = _AtImport()
    found.visit(ast.parse(path.read_text(encoding="utf-8")))
    assert found.lines == [], "use later(…), and say it where it is shown"


# What a reader sees.

ENGLISH = re.compile(r"(?:\b[a-z]{2,} ){3}[a-z]{2,}")
"""Four words of English in a row."""

SOURCES = ("alexnet", "mobilenet_v2", "unet", "vit_b_16", "lstm_classifier")


def _left(text: str, *known: str) -> list[str]:
    """English that is left, but for what is cited as it is: where things come from, and what PyTorch says."""
    for part in known:
        text = text.replace(part, "")
    lines = [line for line in text.splitlines() if not line.startswith(("出处", "  数值："))]
    return [line for line in lines if ENGLISH.search(line)]


@pytest.mark.parametrize("source", SOURCES)
def test_answers_are_wholly_in_chinese(source: str) -> None:
    with language("zh"):
        ledger = nl.count(source)
        answers = [
            str(ledger),
            str(ledger.explain(all=True)),
            str(ledger.explain()),
            str(nl.receptive_field(source)),
            str(nl.formula(source)),
            str(nl.reconcile(source, conventions=("macs", "flops", "textbook"))),
            str(nl.claim(source, "4.1 GMACs")),
        ]
        exercise = nl.exercise(source, seed=2)
        answers += [str(exercise.sheet).split("\n", 1)[1], str(exercise.key)]
        answers.append(str(nl.grade(exercise.sheet.to("text"), {1: "1", 2: "1"})))
    for answer in answers:
        assert _left(answer, ledger.source) == []


WORKED = {
    "conv(2, 2, padding=1, groups=2)": "2x3x3",
    "conv_transpose(1, 2, stride=2)": "1x2x2",
    "maxpool(2)": "4x4",
    "avgpool(2)": "4x4",
    "lp_pool(2, 2)": "4x4",
    "kmax_pool(2, axis=-1)": "2x4",
    "adaptive_avgpool(2)": "3x3",
    "adaptive_maxpool(2)": "3x3",
    "batchnorm": "2x2x2",
    "batchnorm(track=false)": "2x2x2",
    "linear(2)": "1x3",
    "softmax": "1x3",
    "softmin": "1x3",
    "log_softmax": "1x3",
    "attention(causal=true)": "2x2",
}


@pytest.mark.parametrize("layer", WORKED)
def test_what_is_worked_out_is_wholly_in_chinese(layer: str) -> None:
    shift = 1 if "pool" in layer and "kmax" not in layer else None
    with language("zh"):
        made = nl.work(layer, seed=1, size=WORKED[layer], shift=shift)
        answers = [made.to(name) for name in ("text", "markdown", "latex", "html")]
    for answer in answers:
        script = re.sub(r"<(script|style)>.*?</\1>", "", answer, flags=re.DOTALL)
        assert _left(re.sub(r"<[^>]*>", " ", script)) == []


def test_what_is_solved_and_converted_is_wholly_in_chinese() -> None:
    with language("zh"):
        answers = [
            nl.solve(input=55, output=27),
            nl.solve(unknown="padding", kernel=1, stride=4, input=227, output=55),
            nl.accepts("vgg_mnist", up_to=40),
            nl.largest("mobilenet_v1", "width", max={"macs": "300M"}),
            nl.convert("8.2GFLOPs", "ms", at="10TFLOPS"),
        ]
        said = [answer.to(name) for answer in answers for name in ("text", "markdown")]
    sources = [nl.count(name).source for name in ("vgg_mnist", "mobilenet_v1")]
    for text in said:
        assert _left(text.replace("\\", ""), *sources) == []


@pytest.mark.parametrize("kind", OPS.names())
def test_every_operator_is_explained_in_chinese(kind: str) -> None:
    from netledger.analyses.explain import parts_of_docstring
    from netledger.ops import load

    op = load(kind)
    with language("zh"):
        said = [say(parts_of_docstring(op)[part]) for part in ("", "Equation", "Counted")]
        said += [say(attribute.doc) for attribute in op.ATTRIBUTES.values()]
    assert [text for text in said if ENGLISH.search(text)] == []


@pytest.mark.parametrize(
    "words",
    [
        ("show", "alexnt"),
        ("show", "vgg_mnist", "--input", "1x32x32"),
        ("explain", "alexnet", "conv9"),
        ("layer", "conv(8, 9)", "3x4x4"),
        ("layer", "conv(8, 3, groups=2)", "3x4x4"),
        ("show", "net.pt"),
        ("show", "docs/examples/net.py:Broken", "--input", "1x3x32x32"),
        ("work", "maxpool", "--kernel", "2"),
        ("work", "relu", "--input", "1 2"),
        ("solve", "alexnet"),
        ("convert", "3", "--to", "s"),
        ("grade", "README.md", "README.md"),
        ("exercise", "lenet", "--seed", "1", "--notation", "x"),
    ],
)
def test_errors_are_in_chinese(words: tuple[str, ...]) -> None:
    done = run(*words, "--lang", "zh")
    assert done.returncode == 2
    assert "错误: " in done.stderr or "Error: " in done.stderr
    assert _left(done.stderr, nl.count("vgg_mnist").source) == []


def test_a_table_in_chinese_is_straight() -> None:
    from netledger.writers._width import wide

    with language("zh"):
        lines = str(nl.count("lenet")).splitlines()
    rule = next(place for place, line in enumerate(lines) if line.startswith("----"))
    ends = [line.rindex("---") + 3 for line in lines[rule : rule + 1]]
    assert {wide(line) for line in lines[rule + 1 : rule + 11]} == {wide(lines[rule])}
    assert ends == [len(lines[rule])]


@pytest.mark.parametrize("name", names())
def test_the_compiled_catalogue_is_that_of_the_text(name: str) -> None:
    path = ROOT / "locale" / name / "LC_MESSAGES" / "netledger.mo"
    assert path.read_bytes() == compiled(name)


@pytest.mark.parametrize("name", COMMANDS.names())
def test_the_help_of_a_command_is_in_chinese(name: str) -> None:
    said = run(name, "--help", "--lang", "zh").stdout
    assert "示例：" in said
    assert (
        _left(said, "Show this message and exit.", *(line for line in said.splitlines() if "netledger " in line)) == []
    )


def test_a_verified_table_is_wholly_in_chinese() -> None:
    path = Path(__file__).parent.parent / "docs" / "examples" / "alexnet.csv"
    said = run("verify", str(path), "alexnet", "--lang", "zh").stdout
    assert "同类中的第 1 个" in said
    assert "45 个单元格吻合，3 个不同。" in said
    assert not re.search(r"line|[0-9](?:st|nd|rd|th)\b", said)


def test_latex_in_chinese_says_what_it_needs() -> None:
    with language("zh"):
        assert nl.count("lenet").explain("conv1").to("latex").startswith(NEEDS.replace("}", ",ctex}"))
    assert nl.count("lenet").explain("conv1").to("latex").startswith(NEEDS)


NEEDS = r"% needs \usepackage{amsmath,booktabs,longtable}"


def test_a_page_says_its_encoding_and_its_language() -> None:
    page = nl.count("lenet").explain("conv1").to("html")
    assert page.startswith('<meta charset="utf-8">')
    assert '<div class="netledger">' in page
    with language("zh"):
        assert '<div class="netledger" lang="zh">' in nl.exercise("lenet", seed=1).sheet.to("html")


def test_grades_and_shifts_are_wholly_in_chinese() -> None:
    with language("zh"):
        graded = str(nl.grade(nl.exercise("lenet", seed=1).sheet.to("text"), {1: "1"}))
        shifted = str(nl.work("maxpool(2)", "9 0 0 8; 0 0 0 0", shift=1))
    assert "你的答案" in graded
    assert "your answer" not in graded
    assert "：y[0,0]" in shifted
