"""What other tools say: the original programs, run on networks, so that ours can be held against them.

- `tools.py`: how each is called; `TOOLS` by name.
- `probes.py`, `networks.py`: what they are run on. `appendix.csv`: what they once said about the probes.
- `run.py`: one tool on one network, in a process of its own.
- `python -m tests.outside.peers`: all of them on all, into a JSON file.
- `strategies.py`: networks put together at random.
"""
