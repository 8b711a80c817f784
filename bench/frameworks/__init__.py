"""netledger beside what Paddle, Keras, JAX and ONNX say of their own models: time, agreement, failures.

- `libraries/`   one file per framework: its networks, its own reports, what building its own graph takes
- `worker.py`    one report of one network, in a process of its own
- `run.py`       starts the workers, keeps bench/frameworks.json
- `judge.py`     ratios, shares and differences, from what was measured
- `page.py`      the last section of BENCHMARKS.md, from bench/frameworks.json alone

    python -m bench.frameworks                    measures everything anew, and writes the page
    python -m bench.frameworks --library jax      only this framework anew
    python -m bench.frameworks --page             writes the page only
"""
