"""netledger beside the other counters of PyTorch networks: speed, failures and wrong figures.

- `networks.py`  the networks, one per architecture family
- `tools/`       one file per tool: how it is called; a file more is a tool more
- `worker.py`    one tool on one network, in a process of its own
- `run.py`       starts the workers, keeps bench/peers.json
- `judge.py`     what is right, wrong and fastest, from what was measured
- `page.py`      BENCHMARKS.md, from bench/peers.json alone

    python -m bench.peers            measures what is missing, and writes the page
    python -m bench.peers --page     writes the page only
"""
