#!/usr/bin/env python3
"""What one unit in the last place does: hard trials run twice, input changed by it.

    adversarial_ulp.py SWEEP [--trials N] [--first SEED]

Odd seeds: the step is one unit longer; everything up to the step has the same bits, so
what moves is the unlearned model and its certificates. Even seeds: every value of a
data file is moved by at most one unit; the points are all of the file's, the model is
linear and polished, so the solution depends on the set of points alone, not on their
order or the start (any other change of the data draws other random numbers).

Printed: how far results move, relative to the model's size, as quantiles. A move above
JUMP is a jump: a failure, unless the trial is on an edge (a pre-activation within a
factor 10 of the kinks' threshold, a rank that rounding decides, a smallest margin of
rounding size). Exit status: 0 no jump, 1 some, 77 there is no NumPy.
"""

import argparse
import math
import os
import random
import re
import sys
import tempfile

from adversarial import run_trial

import numpy as np

import adversarial_grids as grids
from exported import Trial
from oracle_checks import Checker
from oracle_step import unclear_rank
from oracle_tally import Tally

JUMP = 1e-3  # of |theta|, |theta|^2 or, for tau, of 1
POWERS = {"trained_norm": 1, "trained_eps": 1, "trained_delta": 2, "lambda_forget": 2,
          "scaled_eps": 1, "scaled_delta": 2, "restored_eps": 1, "restored_delta": 2,
          "restored_tau": 0, "exact_tau": 0, "retrain_tau": 0, "states_changed": 0}


def size(result, column):
    if column.split("_")[0] in ("trained", "lambda"):
        return result["trained_norm"]
    return result.get("scaled_norm", result.get("norm")) or 1.0


def run(sweep, grid, out):
    code, printed, _ = run_trial(sweep, grid, 0, 0, out)
    return Trial(out) if code == 0 else None


def longer_step(seed, folder):
    """A grid file and the same with the step one unit longer, or None."""
    for attempt in range(20):
        path, _ = grids.write(seed, attempt, folder)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        found = re.search(r"step_scale: (\S+)", text)
        if found:
            step = repr(math.nextafter(float(found[1]), math.inf))
            break
    else:
        return None
    other = os.path.join(folder, "other.yaml")
    with open(other, "w", encoding="utf-8") as file:
        file.write(text.replace(found[0], f"step_scale: {step}"))
    return path, other


def moved_points(seed, folder):
    """The same for a data file, its values moved."""
    rng = random.Random(f"ulp {seed}")
    d, count = grids.whole(rng, 2, 12), 2 * grids.whole(rng, 2, 12)
    points = grids.random_points(rng, count, d)
    if rng.random() < 0.5:
        gap = grids.log_uniform(rng, 1e-9, 1e-3)
        points += [(y, [x + gap * rng.gauss(0, 1) for x in row]) for y, row in points]
    moved = [(y, [math.nextafter(x, rng.choice([-math.inf, x, math.inf])) for x in row])
             for y, row in points]
    paths = []
    for name, rows in ("first", points), ("other", moved):
        grids.write_points(os.path.join(folder, name + ".svm"), rows)
        p = {"data": name + ".svm", "samples": len(points), "model": "linear",
             "polish": True, "max_steps": 3000, "forget": 0, "retrain": False,
             "test_samples": 0}
        paths.append(os.path.join(folder, name + ".yaml"))
        with open(paths[-1], "w", encoding="utf-8") as file:
            file.write(grids.text(seed, p))
    return paths


def on_edge(trial):
    checker = Checker(Tally(), trial)
    base = checker.trained()
    checker.unlearned(base)
    theta = checker.theta
    ranked = trial.parameter["method"] in ("minnorm", "pgu") and unclear_rank(trial)
    return base.doubt.any() or theta.doubt.any() or theta.sign() == 0 or ranked


def compare(first, other):
    """How far each result moved; infinity: from a number to undefined."""
    moves = {}
    for column, power in POWERS.items():
        a, b = first.result[column], other.result[column]
        if a is None and b is None:
            continue
        if a is None or b is None:
            moves[column] = math.inf
        else:
            scale = size(first.result, column) ** power
            moves[column] = abs(a - b) / scale
    return moves


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("sweep")
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--first", type=int, default=1)
    return parser.parse_args()


def main():
    a, moves, jumps, edges, pairs = arguments(), {}, 0, 0, 0
    sweep = os.path.realpath(a.sweep)
    for seed in range(a.first, a.first + a.trials):
        with tempfile.TemporaryDirectory() as folder:
            two = (longer_step if seed % 2 else moved_points)(seed, folder)
            trials = [run(sweep, grid, os.path.join(folder, str(k)))
                      for k, grid in enumerate(two or ())]
            if not trials or trials[0] is None or trials[1] is None:
                if trials and (trials[0] is None) != (trials[1] is None):
                    jumps += 1
                    print(f"{seed} 0 0 status: only one of the two trials failed")
                continue
            pairs += 1
            edge = on_edge(trials[0])
            edges += bool(edge)
            for column, move in compare(*trials).items():
                moves.setdefault(column, []).append(move)
                if move > JUMP and not edge:
                    jumps += 1
                    was, now = (t.result[column] for t in trials)
                    print(f"{seed} 0 0 {column} {now!r} {was!r} {JUMP:g} [ulp]")
    print(f"{'relative move of':20} {'n':>6} {'median':>9} {'95 %':>9} {'largest':>9}")
    for column, values in moves.items():
        low, high = np.quantile(values, [0.5, 0.95], method="lower")
        print(f"{column:20} {len(values):6} {low:9.2g} {high:9.2g} {max(values):9.2g}")
    print(f"{pairs} pairs of trials, {edges} on an edge, {jumps} jumps")
    if pairs < a.trials / 3:
        sys.exit("too few trials came to an end for this to mean anything")
    sys.exit(jumps > 0)


if __name__ == "__main__":
    main()
