"""Nothing large is computed or allocated: a model of 70 billion parameters, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

PROGRAM = """
import json, resource, time
from bench.models import torchvision
torchvision()
import torch, transformers
import netledger as nl

sizes = dict(hidden_size=8192, intermediate_size=28672, num_hidden_layers=80, num_attention_heads=64, vocab_size=128256)
config = transformers.LlamaConfig(num_key_value_heads=8, **sizes)
with torch.device("meta"):
    model = transformers.LlamaForCausalLM(config).eval()
kib = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before, start = kib(), time.perf_counter()
ledger = nl.count(model, kwargs={"input_ids": "int64[1,2048]"})
seconds, added = time.perf_counter() - start, (kib() - before) / 1024
print(json.dumps([seconds, added, ledger.parameters, ledger.total("macs"), ledger.complete]))
"""


def test_seventy_billion_parameters() -> None:
    pytest.importorskip("transformers")
    made = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    seconds, added, parameters, macs, complete = json.loads(made.stdout.splitlines()[-1])
    width, inner, tokens, layers = 8192, 28672, 2048, 80
    attention = 2 * width * width + 2 * width * 1024 + 2 * tokens * width
    assert macs == layers * tokens * (attention + 3 * width * inner) + tokens * width * 128256
    assert parameters == 70_553_706_496
    assert complete
    assert added < 100, f"{added} MiB"
    assert seconds < 10, f"{seconds} s: bench/ measures it; this only tells hours from seconds"
