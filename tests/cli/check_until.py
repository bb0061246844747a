"""`until` against its rule, applied by SciPy to a run that has every replicate.

    check_until.py SWEEP
"""

import math
import pathlib
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

import numpy
import scipy.stats

GRID = """name: until
seed: 4
until: {column: exact_tau, relative_halfwidth: 0.2, min: 10, max: 60}
grid:
  dimension: [100, 1000]
  samples: 6
  width: 20
  signal: [0, 0.5]
  polish: true
  step_scale: [0, 1]
  test_samples: 0
"""


def looks():
    n = [10]
    while n[-1] < 60:
        n.append(min(60, n[-1] + math.ceil(n[-1] / 2)))
    return n


def needed(trials):
    for n in looks():
        x = [v for s, v in (trials[r] for r in range(n)) if s == "ok" and v is not None]
        half = scipy.stats.t.ppf(0.975, len(x) - 1) * scipy.stats.sem(x)
        if half <= 0.2 * abs(numpy.mean(x)):
            break
    return n


def load(folder):
    cells = {}
    rows = sqlite3.connect(str(folder / "sweep.db")).execute(
        """SELECT dimension, signal, step_scale, replicate, status, exact_tau
           FROM trials JOIN cells ON cells.id = trials.cell_id""")
    for *cell, replicate, status, value in rows:
        cells.setdefault(tuple(cell), {})[replicate] = (status, value)
    return cells


def main():
    sweep = sys.argv[1]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)

        def run(out, *options, grid="until.yaml"):
            done = subprocess.run(
                [sweep, "run", str(folder / grid), "-o", str(folder / out), "-q",
                 *options], check=False)
            assert done.returncode in (0, 3), (out, done.returncode)

        (folder / "until.yaml").write_text(GRID, encoding="utf-8")
        (folder / "full.yaml").write_text(
            re.sub("until:.*", "replicates: 60", GRID), encoding="utf-8")
        run("full", grid="full.yaml")
        run("one", "-j", "1")
        run("two", "-j", "2")
        full, got = load(folder / "full"), load(folder / "one")
        counts = set()
        for cell, trials in full.items():
            n = needed(trials)
            counts.add(n)
            assert sorted(got[cell]) == list(range(n)), (cell, n, len(got[cell]))
            assert all(got[cell][r] == trials[r] for r in range(n)), cell
        assert len(full) == 8 and len(counts) >= 3 and 60 in counts, counts
        table = (folder / "one" / "table.tsv").read_bytes()

        def same(out):
            assert (folder / out / "table.tsv").read_bytes() == table, out

        same("two")
        for shard in (1, 2, 3):
            run("shards", "--shard", f"{shard}/3")
        merge = [sweep, "merge", str(folder / "merged"),
                 *map(str, sorted((folder / "shards").glob("shard-*")))]
        assert subprocess.run(merge, check=False, capture_output=True).returncode in (0, 3)
        same("merged")
        # Killed somewhere on the way, and again.
        for pause in (0.02, 0.04):
            with subprocess.Popen(
                    [sweep, "run", str(folder / "until.yaml"), "-o",
                     str(folder / "killed"), "-q"], stderr=subprocess.DEVNULL) as process:
                time.sleep(pause)
                process.send_signal(signal.SIGKILL)
        run("killed")
        same("killed")
        # A looser rule later needs fewer: what is beyond them is in no table.
        (folder / "until.yaml").write_text(GRID.replace("0.2,", "0.4,"), encoding="utf-8")
        run("one")
        run("fresh")
        table = (folder / "fresh" / "table.tsv").read_bytes()
        same("one")
    print(f"{len(full)} cells, {sorted(counts)} replicates")


if __name__ == "__main__":
    main()
