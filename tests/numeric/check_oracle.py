#!/usr/bin/env python3
"""The oracle must notice: every result of a good trial is changed a little, one at a
time, and so are the arrays; each change has to fail a check. The arrays of certificates
are put in from the oracle's own solution, which must pass.

    check_oracle.py SWEEP     exit status: 0 all noticed, 77 there is no NumPy
"""

import copy
import os
import sys
import tempfile

from adversarial import run_trial

import numpy as np

from exported import Trial
from oracle_checks import Checker
from oracle_exact import program
from oracle_model import Judge
from oracle_tally import Tally

GRID = """
name: oracle
seed: 7
replicates: 1
grid:
  model: [linear, relu, leaky_relu]
  dimension: 40
  samples: 7
  width: 10
  signal: 0.4
  polish: [true, false]
  step_scale: 0.8
  max_steps: 1500
  test_samples: 0
"""
COLUMNS = ("trained_eps", "trained_delta", "trained_margin", "trained_norm",
           "polish_tau", "lambda_forget", "separated", "scaled_eps", "scaled_delta",
           "norm", "scaled_norm", "scaled_relative_eps", "scaled_relative_delta",
           "restored_norm", "restored_relative_eps", "restored_relative_delta",
           "restored_eps", "restored_delta", "restored_tau", "exact_eps",
           "exact_delta", "exact_tau", "retrain_tau", "none_tau",
           "forget_margin_before", "forget_margin_after", "retain_margin_change",
           "states_changed", "retrain_ratio")
ARRAYS = ("lambda", "v", "W_unlearned", "W_polished", "W_retrained")


def failures(trial):
    tally = Tally()
    tally.where = "-"
    Checker(tally, trial).run()
    return tally


def with_certificates(trial):
    """The arrays of the certificates, by the oracle."""
    t = copy.copy(trial)
    t.a, t.result = dict(trial.a), dict(trial.result)
    c = Checker(Tally(), t)
    base = c.trained()
    c.unlearned(base)
    model = c.theta.scaled()
    lam, v = (np.asarray(x, float) for x in Judge(model, None, c.limit).best)
    t.a.update(W_scaled=np.asarray(model.W, float), lambda_scaled=lam, v_scaled=v)
    if "norm" in t.result:
        t.result["scaled_norm"] = t.result.pop("norm")
    size = t.result["scaled_norm"]
    t.result["scaled_relative_eps"] = t.result["scaled_eps"] / size
    t.result["scaled_relative_delta"] = t.result["scaled_delta"] / size**2
    model = c.nearest(base).scaled()
    part = t.a["v"][:, c.retain]
    H = model.cone().combination(part)
    factor = float((H * model.W).sum() / (H * H).sum())
    t.a.update(W_restored=np.asarray(model.W, float), v_restored=factor * part,
               lambda_restored=factor * t.a["lambda"][c.retain])
    t.result["restored_norm"] = size = float(model.norm)
    t.result["restored_relative_eps"] = t.result["restored_eps"] / size
    t.result["restored_relative_delta"] = t.result["restored_delta"] / size**2
    if t.leak == 1:
        on = np.ones_like(model.state, bool)
        W, lam, _ = program(model.X, model.y, t.u, 1.0, on, size, c.limit)
        lam = lam.astype(float)
        t.a.update(W_exact=np.asarray(W, float), lambda_exact=lam,
                   v_exact=np.outer(np.ones(len(t.u)), lam))
        t.result["exact_norm"] = float(np.linalg.norm(W))
    return t


def changed(trial, column):
    t = copy.copy(trial)
    t.result = dict(trial.result)
    value, size = t.result[column], t.result["trained_norm"]
    more = 1e-13 if "tau" in column else 1e-8 * size
    t.result[column] = value * (1 + 1e-4) + more
    return t


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: check_oracle.py SWEEP")
    missed, made, noise = [], 0, []
    with tempfile.TemporaryDirectory() as folder:
        grid = os.path.join(folder, "grid.yaml")
        with open(grid, "w", encoding="utf-8") as file:
            file.write(GRID)
        for cell in range(6):
            out = os.path.join(folder, str(cell))
            if run_trial(os.path.realpath(sys.argv[1]), grid, cell, 0, out)[0] != 0:
                sys.exit(f"cell {cell} failed")
            t = Trial(out)
            more = with_certificates(t)
            noise += failures(t).lines + failures(more).lines
            for start in t, more:
                for column in COLUMNS:
                    if start.result.get(column) is not None:
                        made += 1
                        if not failures(changed(start, column)).lines:
                            missed.append(f"cell {cell}: {column}")
            for name in (*ARRAYS, "W_scaled", "v_scaled", "W_restored", "v_restored",
                         "W_exact", "lambda_exact"):
                if name in more.a:
                    worse = copy.copy(more)
                    worse.a = dict(more.a)
                    worse.a[name] = more.a[name] * (1 + 1e-7 * np.cos(
                        np.arange(more.a[name].size).reshape(more.a[name].shape)))
                    made += 1
                    if not failures(worse).lines:
                        missed.append(f"cell {cell}: {name}")
    print("\n".join(["not noticed: " + x for x in missed] + noise))
    print(f"{made} changes, {len(missed)} not noticed, {len(noise)} failed unchanged")
    sys.exit(bool(missed or noise) or made < 200)


if __name__ == "__main__":
    main()
