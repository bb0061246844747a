"""Results of sweep in Python: pandas for trials and tables, NumPy for arrays.

    import sys
    sys.path.append("/usr/local/share/sweep/sweeps")    # the folder of this file
    import sweep

    folder = sweep.run("gaussian.yaml", width=200)      # what is missing; the folder
    trials = sweep.load(folder)                         # a row for each trial
    table = sweep.load(folder, table=True)              # what `sweep table` prints
    arrays = sweep.export(folder, cell=4, replicate=0)  # of one trial, by name

It calls the program `sweep`: the one that $SWEEP names, else that of the PATH, else that of
a build in the folder above this file. Nothing else is needed but pandas and NumPy.
"""
import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import warnings

import numpy
import pandas

__all__ = ["SweepError", "export", "load", "parquet", "run"]


class SweepError(RuntimeError):
    """What the program says when it refuses or fails."""


def program():
    """The path of the executable."""
    built = pathlib.Path(__file__).resolve().parent.parent / "build" / "src" / "sweep"
    found = os.environ.get("SWEEP") or shutil.which("sweep") or (built.exists() and str(built))
    if not found:
        raise SweepError("cannot find the program 'sweep': put it on the PATH, or name it in "
                         "the environment variable SWEEP")
    return found


def _call(*words, good=(0,), warn=True):
    """Its exit status and standard output, and a warning for what else it says."""
    done = subprocess.run([program(), *words], stdin=subprocess.DEVNULL, capture_output=True,
                          encoding="utf-8", errors="surrogateescape")
    said = done.stderr.strip()
    if done.returncode not in good:
        raise SweepError(said or f"sweep {words[0]} ended with status {done.returncode}")
    if said and warn:
        warnings.warn(said, stacklevel=3)
    return done.returncode, done.stdout


def _types(command, place):
    """The type of each name in `sweep parameters` or `sweep columns`."""
    rows = [re.split("  +", line) for line in _call(command)[1].splitlines()[1:]]
    return {row[0]: row[place] for row in rows}


def _read(text):
    """CSV with the types that the program gives its columns, whatever stands in them."""
    kinds = {"integer": "int64", "boolean": "bool", "choice": str, "text": str}
    names = pandas.read_csv(io.StringIO(text), nrows=0).columns
    parameters, results = _types("parameters", 3), _types("columns", 2)
    types = {name: float for name in names}
    types.update({n: kinds.get(t, float) for n, t in parameters.items() if n in types})
    types.update({n: str for n, t in results.items() if n in types and t == "word"})
    types.update({n: "int64" for n in ("cell", "replicate", "trials", "failed", "undefined")
                  if n in types})
    types.update({"status": str} if "status" in types else {})
    undefined = {n: [""] if t is str else ["NaN"] for n, t in types.items()}
    return pandas.read_csv(io.StringIO(text), dtype=types, keep_default_na=False,
                           na_values=undefined, float_precision="round_trip")


def load(folder, table=False, *, where=None, columns=None, rows=None, statistics=None):
    """A results folder as a DataFrame: a row for each trial, or (table=True) for each row of
    its table.

    Of a trial: cell, every parameter, replicate, status, every result, results of the grid's
    own too; what is undefined is NaN, and so are all results of a trial that failed. `where`
    and `columns` are those of `sweep table`; `rows` and `statistics`, of a table alone, too.
    Lists of names, and of expressions in columns.
    """
    words = ["table", "--format", "csv" if table else "trials-csv"]
    for name, value in (("where", where), ("columns", columns), ("rows", rows),
                        ("statistics", statistics)):
        if value is not None:
            value = value if isinstance(value, str) else ",".join(value)
            words.append(f"--{name}={value}")
    return _read(_call(*words, "--", os.fspath(folder))[1])


def _text(value):
    """A value as a grid file has it."""
    if isinstance(value, (bool, numpy.bool_)):
        return "true" if value else "false"
    if isinstance(value, (str, int, float, numpy.number)):
        return str(value)
    return ",".join(map(_text, value))


def run(grid, output=None, threads=None, options=(), **parameters):
    """Run what is missing of a grid file; the folder of its results.

    `parameters` take the place of those in the file: width=200, samples=[10, 20]. `options`
    are further ones of `sweep run`. Trials that failed are a warning, anything else that goes
    wrong a SweepError.
    """
    words = [os.fspath(grid), *(f"{n}={_text(v)}" for n, v in parameters.items())]
    if output is not None:
        words.append(f"--output={os.fspath(output)}")
    _, plan = _call("plan", "--no-pilot", "--json", *words, warn=False)
    folder = json.loads(plan)["folder"]
    if threads is not None:
        words.append(f"--threads={threads}")
    status, _ = _call("run", "--quiet", *options, *words, good=(0, 3))
    if status == 3:
        warnings.warn(f"some trials failed: see 'status' in sweep.load({folder!r})",
                      stacklevel=2)
    return folder


def export(source, cell, replicate, tests=False):
    """The arrays of one trial, which is run again: {"X": array, ...}, and its "record".

    `source` is a grid file or a results folder; tests=True: the test points too.
    """
    source = pathlib.Path(source)
    grid = source / "grid.yaml" if source.is_dir() else source
    with tempfile.TemporaryDirectory() as folder:
        _call("trial", os.fspath(grid), f"--cell={cell}", f"--replicate={replicate}",
              f"--export={folder}", *["--tests"] * tests, good=(0, 3), warn=False)  # it reports its steps
        arrays = {path.stem: numpy.load(path) for path in pathlib.Path(folder).glob("*.npy")}
        arrays["record"] = json.loads((pathlib.Path(folder) / "record.json").read_text())
    return arrays


def parquet(folder, path, **what):
    """What load gives as a Parquet file."""
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        raise SweepError("Parquet needs the Python package pyarrow, which is not installed; "
                         f"without it: sweep table {folder} --format trials-csv -o FILE.csv"
                         ) from None
    load(folder, **what).to_parquet(path, engine="pyarrow")
