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

# Failed cells (the step size overflows), and results that are undefined where the
# retained points are not separated any more: clusters of different sizes.
GRID = """name: statistics
seed: 3
replicates: 13
grid:
  learning_rate: [0.5, 1e308]
  dimension: 30
  samples: 8
  width: [8, 12]
  correlation: [0, 0.8]
  max_steps: 2000
  step_scale: [1, 3]
  test_samples: 64
success: {eps: 2.5}
"""
# Rows of one cell, and rows that pool. `correlation` makes the data; cells that differ in
# the other axes share them.
TABLES = [["learning_rate", "width", "correlation", "step_scale"],
          ["learning_rate", "width", "correlation"], ["correlation"],
          ["learning_rate", "step_scale"], ["width"]]
COLUMNS = ["scaled_eps", "exact_tau", "trained_margin", "accuracy_unlearned", "steps"]
VALUES = {
    "mean": lambda x: math.fsum(x) / len(x),
    "sd": lambda x: numpy.std(x, ddof=1) if len(x) > 1 else math.nan,
    "median": numpy.median,
    "q05": lambda x: numpy.quantile(x, 0.05),
    "q975": lambda x: numpy.quantile(x, 0.975),
    "min": numpy.min,
    "max": numpy.max,
}
GROUPS = {
    "sem": lambda groups: error(groups),
    "t95_low": lambda groups: student(groups, 0.95)[0],
    "t95_high": lambda groups: student(groups, 0.95)[1],
    "t999_high": lambda groups: student(groups, 0.999)[1],
}
BOOT = ["boot95_low", "boot95_high"]
STATISTICS = [*VALUES, *GROUPS, "n", "clusters", "n_failed", *BOOT]


def quantile(p, freedom):
    law = scipy.stats.t(freedom)
    t = law.ppf(p)
    return t - (law.cdf(t) - p) / law.pdf(t)  # SciPy's inverse has 9 digits


def error(groups):
    """Of the mean of all values; leave out one group at a time."""
    if max(map(len, groups)) == 1:
        return scipy.stats.sem(numpy.concatenate(groups))
    middle = numpy.mean(numpy.concatenate(groups))
    moves = [numpy.mean(numpy.concatenate(groups[:g] + groups[g + 1:])) - middle
             for g in range(len(groups))]
    return math.sqrt((1 - 1 / len(groups)) * numpy.dot(moves, moves))


def student(groups, level):
    x = numpy.concatenate(groups)
    half = quantile((1 + level) / 2, len(groups) - 1) * error(groups)
    return math.fsum(x) / len(x) - half, math.fsum(x) / len(x) + half


def effective(groups):
    """As many independent trials know the rate as well."""
    met = numpy.concatenate(groups)
    n, size, p = len(met), len(groups), numpy.mean(met)
    if n == size:
        return n
    if size == 1 or p in (0, 1):
        return size
    kish = (n - 1) * error(groups) ** 2 / (p * (1 - p))
    weight = 1 / (8 * size * p * (1 - p))  # of half a cluster of variance 1/4
    effect = max(1, (kish + weight * n / size) / (1 + weight))
    return n / effect * (quantile(0.975, n - 1) / quantile(0.975, size - 1)) ** 2


def wilson(p, n):
    z = scipy.stats.norm.ppf(0.975)
    zz = z * z / n
    half = z / (1 + zz) * math.sqrt(p * (1 - p) / n + zz / (4 * n))
    middle = (p + zz / 2) / (1 + zz)
    return 0.0 if p == 0 else middle - half, 1.0 if p == 1 else middle + half


def close(shown, expected, tolerance=1e-12):
    if math.isnan(expected):
        return math.isnan(shown)
    return abs(shown - expected) <= tolerance * max(abs(expected), 1e-300)


def in_groups(trials, value):
    """Defined values, in groups of one data set."""
    groups = {}
    for trial in trials:
        if value(trial) is not None:
            groups.setdefault((trial["correlation"], trial["replicate"]), []).append(
                value(trial))
    return list(groups.values())


def check_column(row, column, groups):
    """Returns the number of checks."""
    x = numpy.concatenate(groups) if groups else numpy.array([])
    expected = {"n": len(x), "clusters": len(groups)}
    for name, function in VALUES.items():
        expected[name] = float(function(x)) if len(x) else math.nan
    for name, function in GROUPS.items():
        expected[name] = float(function(groups)) if len(groups) > 1 else math.nan
    for name, value in expected.items():
        shown = float(row[f"{column}_{name}"])
        # Intervals lose to cancellation what the mean has more than them.
        size = abs(numpy.mean(x)) / abs(value) if len(x) and value else 1
        assert close(shown, value, 1e-12 * max(size, 1)), (column, name, shown, value)
    # Percentiles of few groups are too far out for 2000 resamples, those of few
    # different values jump.
    if len(groups) < 10 or 2 * len(set(x)) < len(x):
        return len(expected)
    sums, sizes = numpy.array([[sum(g), len(g)] for g in groups]).T
    drawn = numpy.random.default_rng(1).integers(len(groups), size=(20000, len(groups)))
    means = sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    g = len(groups)  # expanded percentiles
    tail = scipy.stats.norm.cdf(math.sqrt(g / (g - 1)) * scipy.stats.t(g - 1).ppf(0.025))
    low, high = numpy.quantile(means, [tail, 1 - tail])
    for name, end in zip(BOOT, (low, high)):
        shown = float(row[f"{column}_{name}"])
        # 2000 resamples: the ends are known to some 5 % of the width.
        assert abs(shown - end) < 0.15 * (high - low), (column, name, shown, end)
    return len(expected) + len(BOOT)


def check_row(row, trials):
    """Returns the numbers of checks and of undefined values."""
    good = [t for t in trials if t["status"] == "ok"]
    checks = undefined = 0
    assert int(row["trials"]) == len(trials)
    assert int(row["failed"]) == len(trials) - len(good)
    for column in COLUMNS:
        groups = in_groups(good, lambda t, column=column: t[column])
        undefined += len(good) - sum(map(len, groups))
        checks += check_column(row, column, groups)
        assert float(row[f"{column}_n_failed"]) == len(trials) - len(good)
    # "scaled" counts tau as 0; the rule here is on eps alone.
    met = in_groups(good, lambda t: float(any(
        t[e] is not None and t[e] <= 2.5
        for e in ("scaled_eps", "restored_eps", "exact_eps"))))
    if met:
        rate = numpy.mean(numpy.concatenate(met))
        low, high = wilson(rate, effective(met))
        for name, value in (("", rate), ("_low", low), ("_high", high)):
            assert close(float(row[f"success{name}"]), value), (name, row, value)
    return checks + 3, undefined


def main():
    sweep, checks, undefined = sys.argv[1], 0, 0
    with tempfile.TemporaryDirectory() as folder:
        grid = pathlib.Path(folder, "statistics.yaml")
        grid.write_text(GRID, encoding="utf-8")
        out = str(pathlib.Path(folder, "out"))
        done = subprocess.run([sweep, "run", str(grid), "-o", out, "-q"], check=False)
        assert done.returncode == 3, done.returncode
        db = sqlite3.connect(str(pathlib.Path(out, "sweep.db")))
        db.row_factory = sqlite3.Row
        trials = db.execute("SELECT * FROM trials JOIN cells ON cells.id = cell_id"
                            " ORDER BY cell, replicate").fetchall()
        assert len(trials) == 16 * 13, len(trials)
        for rows in TABLES:
            text = subprocess.run(
                [sweep, "table", out, "--format", "csv", "--rows", ",".join(rows),
                 "--columns", ",".join(COLUMNS), "--statistics", ",".join(STATISTICS)],
                check=True, capture_output=True, text=True).stdout
            table = list(csv.DictReader(text.splitlines()))
            assert len(table) == 2 ** len(rows), (rows, len(table))
            for row in table:
                made, undefined_here = check_row(row, [
                    t for t in trials if all(t[p] == float(row[p]) for p in rows)])
                checks += made
                undefined += undefined_here
    print(json.dumps({"checks": checks, "undefined": undefined}))
    assert checks > 1500 and undefined > 0, (checks, undefined)


if __name__ == "__main__":
    main()
