#!/usr/bin/env python3
"""Trials that were once wrong, each with its right value and all the oracle checks.

    check_cases.py SWEEP [--all]    --all: every replicate of the large cases too

The grid files are in cases/. The right values were derived by the oracle from the
exported arrays; exit status 1 if one is missed, 77 if there is no NumPy.
"""

import os
import shutil
import sys
import tempfile

from adversarial import judge
from adversarial_grids import SHIPPED, digits, write_points
from oracle_tally import Tally, summary

# case: cells, replicates, and those of --all
CASES = {
    "three_points": (range(1), range(1), range(1)),
    "forget_many_points": (range(6), range(1), range(10)),
    "flips": (range(2), range(4), range(4)),
    "near_duplicates": (range(1), (1, 6, 7), range(10)),
    "correlated": (range(1), range(4), range(10)),
    "more_points_than_dimensions": (range(12), range(1), range(10)),
    "nearly_one_direction": (range(4), range(2), range(100)),
    "plane": (range(1), range(4), range(10)),
    "cancelled_neurons": (range(1), range(4), range(4)),
    "cancelled_pair": (range(1), range(4), range(10)),
    "restored_margin": ((4,), (38,), range(40)),
    "many_points": (range(12), range(1), range(20)),
    "digits": (range(1), range(1), range(4)),
}
# Every trial of these must come to its end: those of linear models in the third.
ENDS = {name: None for name in CASES} | {"nearly_one_direction": "linear"}
UNDEFINED = None
# case, cell, replicate: results; numbers within 1e-9, of |theta|^2 where they are
# delta.
RIGHT = {
    ("three_points", 0, 0): {"trained_eps": 0, "trained_delta": 0, "scaled_delta": 0,
                             "exact_delta": 0, "exact_tau": 0},
    ("flips", 1, 0): {"separated": 0, "flips": UNDEFINED, "exact_tau": UNDEFINED},
    ("flips", 1, 3): {"separated": 0, "flips": UNDEFINED, "scaled_eps": UNDEFINED},
    ("cancelled_neurons", 0, 0): {"scaled_eps": 2.295913142282551,
                                  "exact_tau": 0.0827731677372774},
    ("cancelled_neurons", 0, 1): {"scaled_eps": 2.144069403419347,
                                  "exact_tau": 0.012001403649379046},
    ("cancelled_neurons", 0, 2): {"exact_tau": 0.019137948178401813},
    ("cancelled_pair", 0, 2): {"scaled_eps": 0, "states_changed": 0},
    ("cancelled_pair", 0, 3): {"scaled_eps": 0, "states_changed": 0},
    ("restored_margin", 4, 38): {"restored_eps": UNDEFINED, "restored_delta": UNDEFINED,
                                 "restored_tau": UNDEFINED},
    ("forget_many_points", 0, 0): {"trained_delta": 0, "scaled_delta": 0},
    ("forget_many_points", 2, 0): {"trained_delta": 0, "scaled_eps": 0,
                                   "scaled_delta": 0},
    ("forget_many_points", 4, 0): {"trained_delta": 0, "scaled_delta": 0},
    ("more_points_than_dimensions", 3, 0): {"trained_eps": 0, "trained_delta": 0,
                                            "scaled_eps": 0},
    ("digits", 0, 0): {"trained_eps": 0, "trained_delta": 0},
}


def check(tally, case, cell, replicate, status, trial):
    """The status and the right values of one trial."""
    only = ENDS[case]
    if only in (None, trial.parameter["model"]):
        tally.true("case_ends", "status", status == "ok", status, None)
    for column, right in RIGHT.get((case, cell, replicate), {}).items():
        printed = trial.result[column]
        room = trial.result["trained_norm"] or 1
        room = room**2 if column.endswith("delta") else 1e-3 * room
        tally.close("case_value", column, printed, right, 1e-9 * (abs(right or 0) + room))


def prepare(folder):
    """The cases with their data in a folder; the names of those that can be run."""
    source = os.path.join(os.path.dirname(os.path.realpath(__file__)), "cases")
    shutil.copytree(source, folder, dirs_exist_ok=True)
    if not os.path.isdir(SHIPPED):
        print("without digits: scikit-learn's data are not installed")
        return [case for case in CASES if case != "digits"]
    write_points(os.path.join(folder, "digits.svm"), digits())
    return list(CASES)


def main():
    everything = sys.argv[2:] == ["--all"]
    if len(sys.argv) != 2 + everything:
        sys.exit("usage: check_cases.py SWEEP [--all]")
    sweep, tally, trials = os.path.realpath(sys.argv[1]), Tally(), 0
    with tempfile.TemporaryDirectory() as folder:
        for case in prepare(folder):
            cells, some, every = CASES[case]
            for cell in cells:
                for replicate in every if everything else some:
                    tally.where = f"{case} {cell} {replicate}"
                    out = os.path.join(folder, "arrays")
                    grid = os.path.join(folder, case + ".yaml")
                    status, trial = judge(tally, sweep, grid, cell, replicate, out)
                    if trial is None:
                        tally.true("case_ends", "status", False, status, None)
                        continue
                    check(tally, case, cell, replicate, status, trial)
                    shutil.rmtree(out)
                    trials += 1
    print("\n".join(tally.lines))
    failed = summary(tally)
    print(f"{trials} trials")
    if tally.made["case_value"] < 30:
        sys.exit("fewer values were compared than there should be")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
