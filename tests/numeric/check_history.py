#!/usr/bin/env python3
"""Recompute the loss, the error and the area under the loss of trainings, and a linear model's
log evidence, from exported arrays: descent again in NumPy, from W_init.

    check_history.py SWEEP     exit status 77: there is no NumPy
"""

import os
import sys
import tempfile

from check_export import trials
from exported import descend

import numpy as np

GRID = """
name: history
seed: 4
replicates: 1
grid:
  model: [relu, leaky_relu, linear]
  sampler: [ambient, bartlett]
  loss: [logistic, exponential]
  optimizer: [gd, normalized_gd]
  polish: [false, true]
  dimension: 23
  samples: 9
  width: 6
  signal: 0.6
  label_noise: 0.2
  init_scale: [0.1, 3]
  max_steps: [30, 400]
  stable_steps: 0
  forget: 0
  retrain: false
  test_samples: 0
zip: [[sampler, init_scale], [loss, optimizer, polish]]
"""


def losses(t, q):
    return np.log1p(np.exp(-q)) if t.parameter["loss"] == "logistic" else np.exp(-q)


def area(t, steps):
    """Sum over the steps of the mean loss before each."""
    W, total = t.a["W_init"], 0.0
    for _ in range(steps):
        total += losses(t, t.margins(W)).mean()
        W = descend(t, W)
    return total


def expected(t):
    q, p = t.margins(t.a["W_trained"]), t.parameter
    value = {"trained_loss": losses(t, q).mean(), "trained_error": np.mean(q <= 0),
             "loss_sum": area(t, int(p["max_steps"])), "log_evidence": None}
    if p["model"] == "linear":
        cover = np.eye(len(q)) + p["init_scale"] ** 2 / p["dimension"] * t.X @ t.X.T
        fit = t.y @ np.linalg.solve(cover, t.y) + np.linalg.slogdet(2 * np.pi * cover)[1]
        value["log_evidence"] = -fit / 2
    return value


def main(sweep):
    failed = count = defined = 0
    with tempfile.TemporaryDirectory() as work:
        grid = os.path.join(work, "grid.yaml")
        with open(grid, "w", encoding="utf-8") as stream:
            stream.write(GRID)
        for cell, t in enumerate(trials(sweep, grid, work, failed=True)):
            for name, value in expected(t).items():
                printed = t.result[name]
                count, defined = count + 1, defined + (printed is not None)
                if printed != value and (None in (printed, value) or
                                         not abs(printed - value) <= 1e-11 * abs(value)):
                    failed += 1
                    print(f"FAILED: cell {cell}: {name} is {printed!r}, not {value!r}")
    print(f"{count} results, {defined} defined, {failed} failed")
    return failed > 0 or count != 24 * 4 or defined != 24 * 3 + 8


sys.exit(main(os.path.abspath(sys.argv[1])))
