"""Keras on TensorFlow: models of keras.applications beside their summary and TensorFlow's profiler."""

from __future__ import annotations

import os
import re
from typing import Any

from bench.frameworks.libraries import Case

PACKAGES = ("keras", "tensorflow-cpu")
NETWORKS = ("MobileNetV2", "ResNet50", "VGG16", "EfficientNetB0", "DenseNet121")

ABOUT = {
    "model.summary": "`model.summary()`: stored elements, running statistics included; no operations are counted.",
    "tf.profiler": "TensorFlow's profiler (`float_operation`) on the graph of a `tf.function`, which is built first.",
    "tf.profiler, graph at hand": "the same on a graph that is built already.",
    "graph": "the Functional model itself (`keras.applications.NAME(weights=None)`), weights included; a count walks "
    "it as it stands.",
}


def _made(name: str) -> Any:
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import keras

    return getattr(keras.applications, name)(weights=None)


def build(name: str, folder: str) -> Case:
    model = _made(name)
    return Case(model, ((1, *model.input_shape[1:]),), {"name": name})


def summary(case: Case) -> dict[str, int]:
    lines: list[str] = []
    case.model.summary(print_fn=lambda text, **_: lines.append(text))
    found = re.search(r"Total params:\D*([\d,]+)", "\n".join(lines))
    assert found is not None, "no total in the summary"
    return {"stored": int(found.group(1).replace(",", ""))}


def profiler(case: Case) -> dict[str, int]:
    return _profiled(_function(case))


def profiler_alone(case: Case) -> dict[str, int]:
    if "function" not in case.rest:
        case.rest["function"] = _function(case)
    return _profiled(case.rest["function"])


def _function(case: Case) -> Any:
    import tensorflow as tf

    model = case.model
    given = tf.TensorSpec(case.inputs[0], "float32")
    return tf.function(lambda image: model(image, training=False)).get_concrete_function(given)


def _profiled(function: Any) -> dict[str, int]:
    from tensorflow.python.profiler.model_analyzer import profile
    from tensorflow.python.profiler.option_builder import ProfileOptionBuilder

    options = ProfileOptionBuilder(ProfileOptionBuilder.float_operation()).with_empty_output().build()
    return {"flops": int(profile(function.graph, options=options).total_float_ops)}


def graph(case: Case) -> Any:
    return _made(case.rest["name"])


PEERS = {"model.summary": summary, "tf.profiler": profiler, "tf.profiler, graph at hand": profiler_alone}
GRAPH = graph
INSIDE = ()
