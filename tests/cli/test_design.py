#!/usr/bin/env python3
"""test_design.py SWEEP: the points of `design:`, against SciPy and GSL, and runs of them.

Runs with more points, in shards and again; tables, figures and verification of them.
"""
import ctypes, ctypes.util, os, pathlib, shutil, sqlite3, subprocess, sys, tempfile

from scipy.stats import qmc

from harness import check, finish

sweep = str(pathlib.Path(sys.argv[1]).resolve())
work = tempfile.mkdtemp()
os.chdir(work)

RANGES = {"noise": (1, 3), "signal": (0, 1), "label_noise": (0, 0.25), "correlation": (0, 0.5),
          "init_scale": (1, 2), "learning_rate": (0.5, 1), "tolerance": (0, 1)}
GRID = """name: design
seed: {seed}
replicates: 2
grid: {{model: linear, dimension: 20, samples: 3, polish: false, max_steps: 2, retrain: false,
  method: none, forget: [0, 1], test_samples: 0}}
design:
  {kind}: {points}
  over:
"""


def run(*words, status=(0,)):
    result = subprocess.run([sweep, *words], capture_output=True, text=True)
    check(f"{words}: {result.returncode} {result.stderr}", result.returncode in status)
    return result


def write(name, kind, points, seed=1, ranges=RANGES, more=""):
    text = GRID.format(kind=kind, points=points, seed=seed)
    text += "".join(f"    {p}: [{a}, {b}]\n" for p, (a, b) in ranges.items())
    pathlib.Path(name).write_text(text + more)


def points(folder):
    """One row of numbers in [0, 1) for each point: every second cell."""
    database = sqlite3.connect(f"{folder}/sweep.db")
    cells = database.execute(f"SELECT {','.join(RANGES)} FROM cells WHERE cell % 2 = 0 "
                             "ORDER BY cell").fetchall()
    return [[(v - a) / (b - a) for v, (a, b) in zip(cell, RANGES.values())] for cell in cells]


def gsl_sobol(count, dimensions):
    gsl = ctypes.CDLL(ctypes.util.find_library("gsl"))
    gsl.gsl_qrng_alloc.restype = ctypes.c_void_p
    kind = ctypes.c_void_p.in_dll(gsl, "gsl_qrng_sobol")
    sequence = ctypes.c_void_p(gsl.gsl_qrng_alloc(kind, dimensions))
    point, rows = (ctypes.c_double * dimensions)(), []
    for _ in range(count):
        gsl.gsl_qrng_get(sequence, point)
        rows.append(list(point))
    return rows


def close(ours, theirs):
    return len(ours) == len(theirs) and all(
        abs(x - y) < 1e-13 for a, b in zip(ours, theirs) for x, y in zip(a, b))


write("few.yaml", "sobol", 21)
run("run", "few.yaml", "-q", "-o", "out", status=(0, 3))
first = points("out")
write("more.yaml", "sobol", 63)
grown = run("run", "more.yaml", "-o", "out", status=(0, 3)).stderr
check(grown, "cells: 84 added, 0 removed, 42 unchanged" in grown)
sobol = points("out")
check("more points keep the first ones", first == sobol[:21])
check("GSL's sequence", close(sobol, gsl_sobol(63, len(RANGES))))
known = qmc.Sobol(2, scramble=False).random(64)[1:]
both = [row[:2] for row in sobol]  # later ones have other numbers there
check("SciPy's first two dimensions", close(both, known))
worst = qmc.discrepancy(qmc.Sobol(len(RANGES), scramble=True, seed=1).random(64))
check("as even as SciPy's", qmc.discrepancy([[0] * len(RANGES)] + sobol) < 1.5 * worst)

write("latin.yaml", "latin_hypercube", 40)
run("run", "latin.yaml", "-q", "-o", "latin", status=(0, 3))
latin = points("latin")
for k, name in enumerate(RANGES):
    check(f"strata of {name}", sorted(int(40 * row[k]) for row in latin) == list(range(40)))

for shard in "1", "2", "3":
    run("run", "more.yaml", "-q", "-o", "parts", "--shard", shard + "/3", status=(0, 3))
run("merge", "parts", *map(str, pathlib.Path("parts").glob("shard-*")), status=(0, 3))
tables = [pathlib.Path(f"{folder}/table.tsv").read_bytes() for folder in ("out", "parts")]
check("shards make the same table", tables[0] == tables[1])
run("verify", "out", "--sample", "5")
run("plot", "out", "--x", "noise", "--y", "trained_margin", "-o", "noise.svg")
script = pathlib.Path("noise.gp").read_text()
check("no lines between points of a design", "yerrorbars" in script and "linespoints" not in script)

check("nothing is merged", "merged" not in run("plan", "more.yaml", "--no-pilot").stderr)
write("rounded.yaml", "sobol", 50, ranges={}, more="    width: [2, 5000]\n    loss: [hinge]\n")
text = pathlib.Path("rounded.yaml").read_text().replace("model: linear", "model: relu")
pathlib.Path("rounded.yaml").write_text(text.replace("5000", "40"))
merged = run("plan", "rounded.yaml", "--no-pilot").stderr
check(merged, "note: 30 of the 50 points of 'design' are equal to others" in merged)
check(merged, "20 are left" in merged)
os.chdir("/")
shutil.rmtree(work)
finish(28)
