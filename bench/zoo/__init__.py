"""Every network of torchvision and timm, counted by netledger and by PyTorch's FlopCounterMode.

- `row.py`     one network: built, counted twice, compared
- `pool.py`    worker processes that take networks from a queue, and are restarted when one fails
- `store.py`   build/zoo.jsonl while it runs; bench/zoo.json when it is done
- `page.py`    docs/zoo.md, from bench/zoo.json alone

    python -m bench.zoo                      all of them, in about ten minutes on two cores
    python -m bench.zoo --resume             what is not in build/zoo.jsonl yet
    python -m bench.zoo --only 'timm:vit_*'  some; the others keep what bench/zoo.json says
    python -m bench.zoo --page               only writes docs/zoo.md
"""
