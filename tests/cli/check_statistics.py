"""Every statistic of a table against NumPy and SciPy on the trials in the database.

    check_statistics.py SWEEP
"""

import csv
import json
import math
import pathlib
import sqlite3
import subprocess
import sys
import tempfile

import numpy
import scipy.stats

# Two failed cells (the step size overflows), and results that are undefined where the
# retained points are not separated any more.
GRID = """name: statistics
seed: 3
replicates: 13
grid:
  learning_rate: [0.5, 1e308]
  dimension: 30
  samples: 8
  width: 8
  correlation: [0, 0.8]
  max_steps: 2000
  step_scale: [1, 3]
  test_samples: 64
success: {eps: 2.5}
"""
COLUMNS = ["scaled_eps", "exact_tau", "trained_margin", "accuracy_unlearned", "steps"]
STATISTICS = {
    "mean": lambda x: math.fsum(x) / len(x),
    "sd": lambda x: numpy.std(x, ddof=1),
    "sem": scipy.stats.sem,
    "median": numpy.median,
    "q05": lambda x: numpy.quantile(x, 0.05),
    "q975": lambda x: numpy.quantile(x, 0.975),
    "min": numpy.min,
    "max": numpy.max,
    "n": None,  # counted below
    "n_failed": None,
    "t95_low": lambda x: student(x, 0.95)[0],
    "t95_high": lambda x: student(x, 0.95)[1],
    "t999_high": lambda x: student(x, 0.999)[1],
}
ROWS = ["learning_rate", "correlation", "step_scale"]


def student(x, level):
    law = scipy.stats.t(len(x) - 1)
    t = law.ppf((1 + level) / 2)
    t -= (law.cdf(t) - (1 + level) / 2) / law.pdf(t)  # SciPy's inverse has 9 digits
    middle, half = math.fsum(x) / len(x), t * scipy.stats.sem(x)
    return middle - half, middle + half


def close(told, expected, tolerance=1e-12):
    if math.isnan(expected):
        return math.isnan(told)
    return abs(told - expected) <= tolerance * max(abs(expected), 1e-300)


def main():
    sweep, checks, undefined = sys.argv[1], 0, 0
    with tempfile.TemporaryDirectory() as folder:
        grid = pathlib.Path(folder, "statistics.yaml")
        grid.write_text(GRID, encoding="utf-8")
        out = str(pathlib.Path(folder, "out"))
        done = subprocess.run([sweep, "run", str(grid), "-o", out, "-q"], check=False)
        assert done.returncode == 3, done.returncode
        boot = ["boot95_low", "boot95_high"]
        text = subprocess.run(
            [sweep, "table", out, "--format", "csv", "--rows", ",".join(ROWS),
             "--columns", ",".join(COLUMNS), "--statistics",
             ",".join([*STATISTICS, *boot])],
            check=True, capture_output=True, text=True).stdout
        db = sqlite3.connect(str(pathlib.Path(out, "sweep.db")))
        for row in csv.DictReader(text.splitlines()):
            names = ", ".join([*COLUMNS, "restored_eps", "exact_eps"])
            trials = db.execute(
                f"""SELECT status, {names} FROM trials JOIN cells
                    ON cells.id = trials.cell_id WHERE learning_rate = ?
                    AND correlation = ? AND step_scale = ? ORDER BY replicate""",
                [float(row[p]) for p in ROWS]).fetchall()
            good = [t for t in trials if t[0] == "ok"]
            assert int(row["trials"]) == len(trials) == 13
            assert int(row["failed"]) == len(trials) - len(good)
            for k, column in enumerate(COLUMNS):
                x = [t[k + 1] for t in good if t[k + 1] is not None]
                undefined += len(good) - len(x)
                for name, function in STATISTICS.items():
                    if name == "n":
                        expected = float(len(x))
                    elif name == "n_failed":
                        expected = float(len(trials) - len(good))
                    else:
                        enough = len(x) >= (1 if name in ("mean", "median", "q05",
                                                          "q975", "min", "max") else 2)
                        expected = float(function(x)) if enough else math.nan
                    told = float(row[f"{column}_{name}"])
                    # Intervals lose to cancellation what the mean has more than them.
                    size = abs(numpy.mean(x)) / abs(expected) if x and expected else 1
                    assert close(told, expected, 1e-12 * max(size, 1)), \
                        (column, name, told, expected)
                    checks += 1
                if len(x) > 3 and numpy.std(x) > 0:
                    draws = numpy.random.default_rng(1).choice(x, (20000, len(x)))
                    low, high = numpy.quantile(draws.mean(axis=1), [0.025, 0.975])
                    for name, end in zip(boot, (low, high)):
                        told = float(row[f"{column}_{name}"])
                        # 2000 resamples: the ends are known to some 4 % of the width.
                        assert abs(told - end) < 0.12 * (high - low), (column, name)
                        checks += 1
            # "scaled" counts tau as 0; the rule here is on eps alone.
            wins = sum(any(e is not None and e <= 2.5 for e in (t[1], *t[-2:]))
                       for t in good)
            if good:
                low, high = wilson(wins, len(good))
                assert close(float(row["success"]), wins / len(good))
                assert close(float(row["success_low"]), low, 1e-12)
                assert close(float(row["success_high"]), high, 1e-12)
                checks += 3
    print(json.dumps({"checks": checks, "undefined": undefined}))
    assert checks > 500 and undefined > 0, (checks, undefined)


def wilson(k, n):
    z = scipy.stats.norm.ppf(0.975)
    p, zz = k / n, z * z / n
    half = z / (1 + zz) * math.sqrt(p * (1 - p) / n + zz / (4 * n))
    middle = (p + zz / 2) / (1 + zz)
    return 0.0 if k == 0 else middle - half, 1.0 if k == n else middle + half


if __name__ == "__main__":
    main()
