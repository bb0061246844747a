"""Audits of a table against SciPy and scikit-learn on the trials in the database.

    check_audit.py SWEEP
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
from sklearn.metrics import roc_auc_score, roc_curve

from harness import check, finish

# Steps after which some models separate the retained points no more: pairs of which one is
# undefined. In rows that pool, the trials of one data set are a cluster.
GRID = """name: audit
seed: 5
replicates: 40
grid:
  dimension: [20, 60]
  samples: 6
  width: 8
  signal: 0.25
  max_steps: 500
  step_scale: [0.5, 1, 6]
results:
  twice: 2 * forget_margin_unlearned
  told: tpr10(twice / 2 ~ forget_margin_retrain)
"""
PAIR = ("twice / 2", "forget_margin_retrain")
NAMES = ["ks", "auc", "tpr01", "tpr10", "mean_difference"]
TABLES = [["dimension", "step_scale"], ["dimension"], ["step_scale"], []]


def run(*words):
    result = subprocess.run(words, capture_output=True, text=True)
    check(f"{words}: {result.stderr}", result.returncode in (0, 3))
    return result.stdout


def tpr(x, y, most):
    fpr, found, _ = roc_curve([1] * len(x) + [0] * len(y), [*x, *y], drop_intermediate=False)
    return found[fpr <= most].max()


VALUES = {
    "ks": lambda x, y: scipy.stats.ks_2samp(x, y).statistic,
    "auc": lambda x, y: roc_auc_score([1] * len(x) + [0] * len(y), [*x, *y]),
    "tpr01": lambda x, y: tpr(x, y, 0.01),
    "tpr10": lambda x, y: tpr(x, y, 0.1),
    "mean_difference": lambda x, y: math.fsum(x - y) / len(x),
}
# Limits of success. What is compared has SciPy's value, or None: undefined.
LIMITS = {
    "ks(twice / 2 ~ forget_margin_retrain)": (0.65, VALUES["ks"]),
    "auc(twice / 2 ~ forget_margin_retrain)":
        (0.8, lambda x, y: max(VALUES["auc"](x, y), 1 - VALUES["auc"](x, y))),
    "mean_difference(twice / 2 ~ forget_margin_retrain)":
        (0.44, lambda x, y: abs(VALUES["mean_difference"](x, y))),
    "told": (0.72, VALUES["tpr10"]),
    "ks(norm / 0 ~ norm)": (1, lambda x, y: None),
}


def student(freedom):
    """SciPy's quantile is good to 1e-11; one step of Newton's mends it."""
    law = scipy.stats.t(freedom)
    t = law.ppf(0.975)
    return t + (law.sf(t) - 0.025) / law.pdf(t)


def error(values, cluster):
    """The cluster jackknife of a mean, from its definition: leave each out in turn."""
    values, groups = numpy.asarray(values), sorted(set(cluster))
    cluster = numpy.asarray(cluster)
    moved = [values[cluster != g].mean() - values.mean() for g in groups]
    return math.sqrt((len(groups) - 1) / len(groups) * math.fsum(m * m for m in moved))


def auc_interval(x, y, cluster):
    share = [(v > y).mean() + (v == y).mean() / 2 + (x > w).mean() + (x == w).mean() / 2
             for v, w in zip(x, y)]
    rate, groups = numpy.mean(share) / 2, len(set(cluster))
    z, t = scipy.stats.norm.ppf(0.975), student(groups - 1)
    n = rate * (1 - rate) / error(share, cluster) ** 2 * (z / t) ** 2
    center = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    return max(center - half, 0), min(center + half, 1)


def difference_interval(x, y, cluster):
    reach = student(len(set(cluster)) - 1) * error(x - y, cluster)
    return (x - y).mean() - reach, (x - y).mean() + reach


def ks_reach(x, y, cluster):
    """With NumPy's random numbers: near, not equal."""
    groups = sorted(set(cluster))
    members = [numpy.flatnonzero(numpy.asarray(cluster) == g) for g in groups]
    at, random, gaps = numpy.sort([*x, *y]), numpy.random.default_rng(1), []

    def gap(i):
        return (numpy.searchsorted(numpy.sort(x[i]), at, "right")
                - numpy.searchsorted(numpy.sort(y[i]), at, "right")) / len(i)

    whole = gap(numpy.arange(len(x)))
    for _ in range(1000):
        drawn = random.integers(len(groups), size=len(groups))
        gaps.append(abs(gap(numpy.concatenate([members[g] for g in drawn])) - whole).max())
    return numpy.quantile(gaps, 0.95) * math.sqrt(len(groups) / (len(groups) - 1))


def close(text, value):
    return abs(float(text) - value) <= 1e-12


def samples(trials):
    pairs = [(t["forget_margin_unlearned"], t["forget_margin_retrain"]) for t in trials
             if t["forget_margin_unlearned"] is not None]
    return numpy.array(pairs).T


def check_row(row, trials):
    x, y = samples(trials)
    cluster = [int(t["dimension"]) * 1000 + t["replicate"] for t in trials]
    for name in NAMES:
        value, low, high = (row[name + part] for part in ("", "_low", "_high"))
        check(f"{name}: {value}, {VALUES[name](x, y)}", close(value, VALUES[name](x, y)))
        check(f"{name}: {low} {value} {high}", float(low) <= float(value) <= float(high))
    for name, interval in (("auc", auc_interval), ("mean_difference", difference_interval)):
        low, high = interval(x, y, cluster)
        check(f"{name} from {low}: {row[name + '_low']}", close(row[name + "_low"], low))
        check(f"{name} to {high}: {row[name + '_high']}", close(row[name + "_high"], high))
    reach, value = ks_reach(x, y, cluster), float(row["ks"])
    for part, end in (("_low", max(value - reach, 0)), ("_high", min(value + reach, 1))):
        check(f"ks{part} {end}: {row['ks' + part]}",
              abs(float(row["ks" + part]) - end) <= 0.15 * reach)


def check_limit(sweep, work, trials, audit):
    """A row has the rates of its trials, or 0: the limit parts the rows."""
    most, value = LIMITS[audit]
    text = f'success: {{relative_eps: 0.4, audits: {{"{audit}": {most}}}}}\n'
    (work / "audit.yaml").write_text(GRID + text)
    run(sweep, "run", "-q", "-j1", str(work / "audit.yaml"), "-o", str(work / "out"))
    kept = []
    for rows in TABLES[:2]:
        text = run(sweep, "table", str(work / "out"), "--columns",
                   "success,norm,ks(norm ~ 0 * norm)", "--format", "csv", "--rows",
                   ",".join(rows))
        for row in csv.DictReader(text.splitlines()):
            here = [t for t in trials if all(t[p] == float(row[p]) for p in rows)]
            found, eps = value(*samples(here)), [t["scaled_relative_eps"] for t in here]
            kept.append(found is not None and found <= most)
            rate = kept[-1] * sum(e is not None and e <= 0.4 for e in eps) / len(eps)
            check(f"{audit}: {row}", close(row["scaled_success"], rate)
                  and (float(row["success"]) > 0) == kept[-1]
                  and float(row["success_high"]) > 0
                  and int(row["undefined"]) == sum(t["norm"] is None for t in here))
    check(f"{audit} parts the rows: {kept}", any(kept) == (most < 1) and not all(kept))


def main():
    sweep = str(pathlib.Path(sys.argv[1]).resolve())
    work = pathlib.Path(tempfile.mkdtemp())
    (work / "audit.yaml").write_text(GRID)
    run(sweep, "run", "-q", "-j1", str(work / "audit.yaml"), "-o", str(work / "out"))
    database = sqlite3.connect(work / "out/sweep.db")
    database.row_factory = sqlite3.Row
    trials = database.execute("SELECT * FROM trials JOIN cells ON id = cell_id "
                              "WHERE status = 'ok'").fetchall()
    pairs = [t for t in trials if t["forget_margin_unlearned"] is not None]
    check("some pairs are undefined", 0 < len(pairs) < len(trials))
    columns = ",".join(f"{name}: {name}({PAIR[0]} ~ {PAIR[1]})" for name in NAMES)
    for rows in TABLES:
        words = ["--rows", ",".join(rows)] if rows else ["--rows", "width"]
        text = run(sweep, "table", str(work / "out"), "--columns", columns, "--format", "csv",
                   *words)
        for row in csv.DictReader(text.splitlines()):
            here = [t for t in pairs if all(t[p] == float(row[p]) for p in rows)]
            check_row(row, here)
    # The other formats hold the same.
    long = run(sweep, "table", str(work / "out"), "--columns", columns, "--format", "long")
    check("long", "\tks\tvalue\t" in long and "\tks\tlow\t" in long)
    rows = json.loads(run(sweep, "table", str(work / "out"), "--columns", columns, "--format",
                          "json"))["rows"]
    check("JSON", all(isinstance(row["ks_low"], float | int) for row in rows))
    for audit in LIMITS:
        check_limit(sweep, work, trials, audit)
    finish(262)


main()
