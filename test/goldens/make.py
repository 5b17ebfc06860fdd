#!/usr/bin/env python3
"""Writes the golden values that wgrad is held against: what PyTorch computes, in double precision, as small JSON files.

    /usr/bin/python3 test/goldens/make.py              # all files
    /usr/bin/python3 test/goldens/make.py losses norms # some

Needs PyTorch (Debian: python3-torch). The same PyTorch writes the same files. One module of generators/ makes one file.
"""
import importlib
import sys
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "generators"))

for name in sys.argv[1:] or sorted(p.stem for p in (HERE / "generators").glob("*.py") if p.stem != "golden"):
    text = importlib.import_module(name).make()
    path = HERE / f"{name}.json"
    path.write_text(text)
    print(f"{path.name}: {len(text) / 1024:.0f} KiB")
