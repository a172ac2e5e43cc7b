"""What would another machine print? `make reproduce` runs the notebooks as other machines compute.

It lists every stored output that changes.

    python notebooks/reproduce.py                                all notebooks, all settings
    python notebooks/reproduce.py --short                        the three settings that CI runs
    python notebooks/reproduce.py --only noise ranking.ipynb     one notebook, some settings

A setting is an environment (the kernels of NumPy, of its BLAS and of torch, the number of threads) or noise:
the last digits of what is drawn, initialized or multiplied change (noise.py). Outputs are compared as nbval
does it, texts to the letter, figures number by number. A setting that this processor cannot run is named and
left out.
"""

import argparse
import difflib
import os
import platform
import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from conftest import differences, figures
from nbclient import NotebookClient
from numpy._core import _multiarray_umath

HERE = Path(__file__).parent
FEATURES = _multiarray_umath.__cpu_features__
DISPATCHED = [name for name in _multiarray_umath.__cpu_dispatch__ if FEATURES.get(name)]
X86 = platform.machine().lower() in ("x86_64", "amd64")


def without(*features):
    """NumPy without its kernels for these; without any but the plainest, if none is named."""
    return {"NPY_DISABLE_CPU_FEATURES": " ".join(features or DISPATCHED)}


def threads(count):
    return {f"{library}_NUM_THREADS": str(count) for library in ("OMP", "OPENBLAS", "MKL")}


WIDE = [name for name in DISPATCHED if name.startswith("AVX512") or name == "X86_V4"]  # 512 bits
INSIDES = re.compile(r"(?s)<svg .*?</svg>")
NEEDS = {"Haswell": "AVX2", "Zen": "AVX2", "Sandybridge": "AVX", "SkylakeX": "AVX512F"}
ATEN = {"default": "SSE2", "avx2": "AVX2", "avx512": "AVX512F"}

# name: (environment or seed of the noise, what the processor must have)
SETTINGS = {
    "NumPy without 512 bits": (without(*WIDE), "AVX512F"),
    "NumPy without AVX2 and FMA": (without(), "AVX2"),
    **{f"BLAS for {core}": ({"OPENBLAS_CORETYPE": core}, need) for core, need in NEEDS.items()},
    **{f"torch {level}": ({"ATEN_CPU_CAPABILITY": level}, need) for level, need in ATEN.items()},
    "one thread": (threads(1), None),
    "two threads": (threads(2), None),
    **{f"noise {seed}": (seed, None) for seed in range(1, 6)},
}
plain = without() | threads(1) | {"OPENBLAS_CORETYPE": "Sandybridge", "ATEN_CPU_CAPABILITY": "default"}
wide = threads(2) | {"OPENBLAS_CORETYPE": "SkylakeX", "ATEN_CPU_CAPABILITY": "avx512"}
SHORT = {
    "noise 1": (1, None),
    "the plainest kernels, one thread": (plain, "AVX2"),
    "the widest kernels, two threads": (wide, "AVX512F"),
}


def can_run(need):
    return need is None or (X86 and FEATURES.get(need, False))


def execute(path, setting):
    """The notebook as this setting computes it; a cell that raises stores its error."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    noise = isinstance(setting, int)
    if noise:
        notebook.cells.insert(0, nbformat.v4.new_code_cell(f"import noise\nnoise.start({setting})"))
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=900,
        record_timing=False,
        coalesce_streams=True,
        allow_errors=True,
        resources={"metadata": {"path": str(path.parent)}},
    )
    client.execute(env=os.environ | ({} if noise else setting))
    if noise:
        first = notebook.cells.pop(0)
        assert not first.outputs, first.outputs
    return notebook


def texts(outputs):
    """What nbval compares: printed lines, values and errors, without the insides of figures."""
    found = []
    for output in outputs:
        if output.output_type == "stream":
            found += output.text.splitlines()
        elif output.output_type == "error":
            found.append(f"{output.ename}: {output.evalue}")
        else:
            for mime, text in sorted(output.data.items()):
                found.append(f"{mime} {INSIDES.sub('<svg>', str(text))}")
    return found


def changes(stored, computed):
    """The cells whose outputs are not the stored ones: the id, and what changed in words."""
    for old, new in zip(stored.cells, computed.cells, strict=True):
        if old.cell_type != "code":
            continue
        lines = [
            line
            for line in difflib.unified_diff(texts(old.outputs), texts(new.outputs), n=0, lineterm="")
            if not line.startswith(("---", "+++", "@@"))
        ]
        for before, after in zip(figures(old.outputs), figures(new.outputs), strict=False):
            lines += [f"figure: {text}" for text in differences(before, after)[:3]]
        if lines:
            yield old.id, lines


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*", type=Path)
    parser.add_argument("--short", action="store_true", help="the three settings that CI runs")
    parser.add_argument("--only", default="", help="the settings that have this word in their name")
    parser.add_argument("--jobs", type=int, default=2, help="notebooks that run side by side")
    options = parser.parse_args()
    paths = [HERE / path.name for path in options.notebooks] or sorted(HERE.glob("*.ipynb"))
    settings = {name: s for name, s in (SHORT if options.short else SETTINGS).items() if options.only in name}
    for name in [name for name, (_, need) in settings.items() if not can_run(need)]:
        print(f"left out, not for this processor: {name}")
        del settings[name]
    if not settings:
        raise SystemExit(f"no setting has {options.only!r} in its name: {', '.join(SETTINGS)}")

    def one(job):
        path, name = job
        start = time.perf_counter()
        found = list(changes(nbformat.read(path, as_version=4), execute(path, settings[name][0])))
        print(f"{path.stem}, {name}: {len(found)} changed, {time.perf_counter() - start:.0f} s", flush=True)
        for cell, lines in found:
            print("\n".join([f"  {cell}", *(f"    {line[:300]}" for line in lines[:12])]), flush=True)
        return bool(found)

    with ThreadPoolExecutor(options.jobs) as pool:
        changed = sum(pool.map(one, [(path, name) for name in settings for path in paths]))
    print(f"{len(paths)} notebooks under {len(settings)} settings: {changed} runs changed an output")
    sys.exit(changed > 0)


if __name__ == "__main__":
    main()
