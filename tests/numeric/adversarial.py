#!/usr/bin/env python3
"""Hard trials, and every number of them proved from the exported arrays.

    adversarial.py SWEEP [--trials N] [--first SEED] [--jobs J] [--kind KIND]
                   [--keep DIR]

Seeds FIRST, FIRST + 1, ... each give one trial (adversarial_grids.py); the oracle
(oracle_checks.py) judges it by the definitions alone, in extended precision. A failed
check is a line

    seed cell replicate column printed expected tolerance [check]

and a table at the end counts the checks. `open` counts what rounding or size left
undecided: no failure, but no proof either. Exit status: 0 all hold, 1 some fail,
77 there is no NumPy. --keep writes grid, data and arrays of every trial there.
"""

import argparse
import collections
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
import traceback

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # matrices are small
try:
    import numpy  # noqa: F401
except ImportError:
    print("skipped: NumPy is not installed")
    sys.exit(77)

import adversarial_grids
from exported import Trial
from oracle_checks import Checker
from oracle_status import check_status
from oracle_tally import Tally, summary

SECONDS = 120  # a trial that takes longer has failed


def run_trial(sweep, grid, cell, replicate, out):
    """Exit status and messages of one exported trial; None: it took too long."""
    command = [sweep, "trial", grid, f"--cell={cell}", f"--replicate={replicate}"]
    try:
        done = subprocess.run(command + ["--export", out], capture_output=True,
                              text=True, check=False, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return None, "", ""
    return done.returncode, done.stdout, done.stderr


def judge(tally, sweep, grid, cell, replicate, out):
    """Run and check one trial; returns its status, and what was exported (or None)."""
    code, printed, _ = run_trial(sweep, grid, cell, replicate, out)
    if code == 2:
        return "refused", None
    tally.true("ends", "exit", code in (0, 3), code, 0)
    if code not in (0, 3):
        return "died", None
    status = printed.split("\n", 1)[0].removeprefix("status ")
    trial = Trial(out)
    try:
        if code == 3:
            check_status(tally, trial, status)
        else:
            Checker(tally, trial).run()
    except Exception:  # the oracle's own fault must not hide the other trials
        tally.true("oracle", "exception", False, traceback.format_exc(limit=-2), None)
    return status, trial


def one_seed(work):
    """The trial of one seed: (tally, status, family)."""
    sweep, seed, kind, keep = work
    tally = Tally()
    tally.where = f"{seed} 0 0"
    with tempfile.TemporaryDirectory() as folder:
        if keep:
            folder = os.path.join(keep, str(seed))
            os.makedirs(folder, exist_ok=True)
        for attempt in range(20):
            grid, family = adversarial_grids.write(seed, attempt, folder, kind)
            status, _ = judge(tally, sweep, grid, 0, 0, os.path.join(folder, "arrays"))
            if status != "refused":
                return tally, status, family
    tally.true("grids", "grid", False)
    return tally, "refused", family


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("sweep")
    parser.add_argument("--trials", type=int, default=80)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--kind", choices=adversarial_grids.KINDS)
    parser.add_argument("--keep")
    return parser.parse_args()


def main():
    a, start = arguments(), time.time()
    seeds = range(a.first, a.first + a.trials)
    work = [(os.path.realpath(a.sweep), seed, a.kind, a.keep) for seed in seeds]
    tally, statuses, families = Tally(), collections.Counter(), collections.Counter()
    failing = 0
    with multiprocessing.Pool(a.jobs) as pool:
        for part, status, family in pool.imap(one_seed, work):
            for line in part.lines:
                print(line, flush=True)
            failing += bool(part.lines)
            tally.merge(part)
            statuses[status] += 1
            families[family] += 1
    failed = summary(tally)
    print(f"{a.trials} trials in {time.time() - start:.0f} s,",
          f"{failing} with a failed check:",
          ", ".join(f"{n} {s}" for s, n in sorted(statuses.items())),
          "|", ", ".join(f"{n} {s}" for s, n in sorted(families.items())))
    if statuses["ok"] < a.trials / 3:
        sys.exit("too few trials came to an end for this to mean anything")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
