#!/usr/bin/env python3
"""Recompute what `sweep trial --export` prints, from the exported arrays alone.

Anyone can check a number with a few lines of NumPy. After

    sweep trial sweeps/quickstart.yaml --cell 10 --replicate 0 --export trial

the folder `trial` holds the record (record.json) and the arrays. The smallest margin of
a forgotten point in the unlearned model, and its distance to the retrained one:

    import json, numpy as np
    record = json.load(open("trial/record.json"))
    a = {name: np.load(f"trial/{name}.npy") for name in record["arrays"]}
    Z = a["W_unlearned"] @ a["X"].T  # pre-activations (n, m), then margins (m)
    q = a["y"] * (a["u"] @ np.where(Z > 0, Z, record["parameters"]["leak"] * Z))
    print(q[a["forget"]].min(), record["results"]["forget_margin_after"])
    S, T = (np.append(a["W_" + name], record["scalars"].get("perp_" + name, 0))
            for name in ("unlearned", "retrained"))  # with their parts outside the span
    difference = S / np.linalg.norm(S) - T / np.linalg.norm(T)
    print((difference**2).sum() / 2, record["results"]["retrain_tau"])

This script does so on many trials, with the mathematics in exported.py; the exact
certificate is not found again, but all conditions of its point are checked.
Its own solver of the multipliers is Lawson and Hanson's for non-negative least squares,
on the cone that all gradients in the Clarke subdifferential span: not the program's
method.

    check_export.py SWEEP     SWEEP: the executable; exit status 77: there is no NumPy
"""

import math
import os
import subprocess
import sys
import tempfile

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # matrices are small
try:
    import numpy as np
    import scipy.optimize  # noqa: F401
except ImportError as missing:
    print(f"skipped: {missing.name} is not installed")
    sys.exit(77)

from check_certified import (check_best, check_exact, check_forgotten, check_given,
                             check_none, check_restored, check_scaled, check_slopes,
                             smallest)
from exported import Trial, distance, loss_weights, norm, unlearn

RELATIVE = 1e-9  # of the number itself
ROUNDING = 1e-12  # of the size of what it is made from
CANCELLED = 1e-14  # a row of weights shorter than this times its terms

GRIDS = [
    """
name: export
seed: 15
replicates: 1
grid:
  model: [relu, leaky_relu, linear]
  leak: 0.3
  sampler: [ambient, bartlett]
  dimension: 61
  samples: 6
  width: 16
  init_scale: 1
  signal: [0, 0.5]
  correlation: [0, 0.1]
  label_noise: 0.1
  polish: [true, false]
  step_scale: 0.9
  forget: [0, 1, 3]
  test_samples: 70
  max_steps: 4000
""",
    """
name: square
seed: 6
replicates: 1
grid:
  sampler: ambient
  dimension: 6
  samples: 6
  width: 30
  polish: [true, false]
  step_scale: 3
  forget: [0, 2]
  test_samples: 10
""",
    """
name: methods
seed: 7
replicates: 1
grid:
  model: [relu, leaky_relu, linear]
  leak: 0.3
  sampler: [ambient, bartlett]
  dimension: 61
  samples: 7
  width: 16
  init_scale: 1
  signal: 0.5
  polish: [true, false]
  method: [none, retrain, random, minnorm, pgu, descent_ascent, iterated]
  step_scale: 0.6
  forget: [0, 2]
  forget_which: random
  retained_variance: 0.5
  descent_weight: 0.7
  unlearn_steps: 3
  ranks: true
  test_samples: 10
  max_steps: 4000
""",
    """
name: which
seed: 8
replicates: 1
grid:
  sampler: [ambient, bartlett]
  dimension: 61
  samples: 8
  width: 16
  signal: 0.7
  init_scale: 1
  label_noise: 0.3
  loss: [logistic, exponential]
  method: [ascent, descent_ascent]
  forget: [0, 1, 5]
  forget_which: [first, random, mislabelled]
  test_samples: 10
  max_steps: 4000
""",
    """
name: which_point
seed: 9
replicates: 2
grid:
  model: [relu, leaky_relu]
  leak: 0.2
  dimension: 31
  samples: 12
  width: 8
  signal: 1.5
  forget: [1, 4]
  forget_which: [largest, smallest, support, positive, negative, index]
  forget_index: [0, 5, 11]
  test_samples: 4
where: "forget_which <> 'index' or forget = 1"
""",
    """
name: hinge
seed: 10
replicates: 1
grid:
  sampler: ambient
  dimension: 31
  samples: 7
  width: 16
  signal: 0.7
  init_scale: 1
  loss: hinge
  stop: [steps, separated]
  polish: [true, false]
  method: [ascent, minnorm, iterated]
  step_scale: 0.6
  unlearn_steps: 3
  forget: 2
  ranks: true
  test_samples: 10
where: "stop = 'steps' or not polish"
""",
]


class Checks:
    def __init__(self):
        self.count = self.failed = 0
        self.where = ""

    def close(self, name, actual, expected, scale=1.0):
        """|actual - expected| within RELATIVE of it and ROUNDING of scale; both may be
        undefined."""
        self.count += 1
        if actual is None:
            good = expected is None
        else:
            good = expected is not None and abs(
                actual - expected
            ) <= RELATIVE * abs(expected) + ROUNDING * scale
        if not good:
            self.failed += 1
            print(f"FAILED: {self.where}: {name} is {actual!r}, not {expected!r}")

    def true(self, name, condition):
        self.close(name, float(bool(condition)), 1.0, 0.0)


def which_points(t, which, flipped):
    """Points in the order in which they are forgotten."""
    return {
        "mislabelled": flipped,
        "positive": np.flatnonzero(t.y > 0),
        "negative": np.flatnonzero(t.y < 0),
        "largest": np.argsort(-t.a["lambda"], kind="stable"),
        "smallest": np.argsort(t.a["lambda"], kind="stable"),
        "support": np.flatnonzero(t.a["lambda"] > 0),
        "index": np.array([int(t.parameter.get("forget_index", 0))]),
    }.get(which, np.arange(len(t.X)))


def check_data(c, t):
    gram = t.X @ t.X.T
    off = np.abs(gram - np.diag(np.diag(gram)))
    forget, retain = t.a["forget"], t.a["retain"]
    c.close("psi", t.result["psi"], float(np.abs(np.diag(gram) - 1).max()))
    c.close("phi", t.result["phi"], float(off.max()))
    flipped, which = t.flipped(), t.parameter["forget_which"]
    count = t.parameter["forget"]
    if t.parameter["signal"] * math.sqrt(t.parameter["dimension"]) > 5:
        c.close("mislabelled", t.result["mislabelled"], len(flipped))
    order = which_points(t, which, flipped)
    if which != "random":
        count = min(count, len(order))
    c.close("forgotten", t.result["forgotten"], count)
    c.true("forget", len(forget) == count)
    if which != "random":
        c.true("which are forgotten", (forget == np.sort(order[:count])).all())
    c.true("sets", sorted([*forget, *retain]) == list(range(len(t.X))))
    c.close("test points", len(t.a["X_test"]), t.parameter["test_samples"])


def check_trained(c, t):
    """Returns the model that is unlearned from, at margin 1: (W, perp)."""
    r, everyone = t.result, np.arange(len(t.X))
    (W, perp), (W0, perp0) = t.model("trained"), t.model("init")
    margin = float(t.margins(W).min())
    moved = W - W0
    inside = np.linalg.lstsq(t.X.T, moved.T, rcond=None)[0].T @ t.X
    c.close("trained_margin", r["trained_margin"], margin)
    c.close("moved outside the span", norm(moved - inside), 0.0, norm(W))
    c.close("perp_trained", perp, perp0, 0.0)
    base = (W / margin, perp / margin)
    if t.parameter["polish"]:
        base = t.model("polished")
        c.close("polish_tau", r["polish_tau"], distance((W, perp), base), 1e-3)
        c.close("margin of the polished model", float(t.margins(base[0]).min()), 1.0)
    size = math.hypot(norm(base[0]), base[1])
    c.close("trained_norm", r["trained_norm"], size)
    state = t.states(base[0], t.base_terms())
    check_best(c, t, "trained", t.multipliers(*base, everyone, t.base_terms()), size)
    check_given(c, t, "trained", base, (t.a["lambda"], t.a["v"]), everyone)
    check_slopes(c, t, t.a["lambda"], t.a["v"], state)
    check_living(c, t, state)
    return base


def check_living(c, t, state):
    """Kinks of living neurons, and dead ones."""
    dead = ~(state > 0).any(axis=1)
    if t.leak > 0:
        dead &= ~(state != 0).any(axis=1)
    if t.leak == 1:
        dead[:], state = False, np.ones(state.shape)
    alive = state[~dead]
    c.close("dead_neurons", t.result["dead_neurons"], float(dead.mean()), 0.0)
    c.close("kinks", t.result["kinks"],
            float(np.mean(alive == 0)) if len(alive) else None, 0.0)
    forgotten = alive[:, t.a["forget"]]
    c.close("forget_kinks", t.result["forget_kinks"],
            float(np.mean(forgotten == 0)) if forgotten.size else None, 0.0)


def check_step(c, t, base):
    """What the method did."""
    (W, perp), forget = t.model("unlearned"), t.a["forget"]
    if t.parameter["method"] == "random":
        step = t.parameter["step_scale"] * norm(t.combination(t.a["v"], forget))
        c.close("length of the step", norm(W - base[0]), step, norm(W))
        if t.parameter["sampler"] == "ambient":
            inside = np.linalg.lstsq(t.X.T, (W - base[0]).T, rcond=None)[0].T @ t.X
            outside = norm(W - base[0] - inside)
            c.close("random outside the span", outside, 0.0, norm(W))
        expected = W, base[1]
    else:
        expected = unlearn(t, base)
    c.close("the step", norm(W - expected[0]), 0.0, norm(W))
    c.close("perp_unlearned", perp, expected[1], 0.0)
    c.true("nothing to forget", len(forget) or t.parameter["polish"] == 0 or
           t.parameter["method"] == "retrain" or (W == base[0]).all())
    if t.parameter["method"] in ("none", "ascent"):
        flops = 2.0 * len(forget) * len(W) * t.parameter["dimension"]
        flops *= t.parameter["method"] == "ascent"
        c.close("step_flops", t.result["step_flops"], flops)


def check_ranks(c, t):
    """Where all weights are exported: not those outside the span of bartlett."""
    W0, eta = t.model("init")[0], t.parameter["learning_rate"]
    known, everyone = {}, np.arange(len(t.X))
    if t.parameter["sampler"] == "ambient":
        push = eta * t.slopes(W0) * loss_weights(t, W0, everyone)
        known["init"], known["trained"] = W0, t.model("trained")[0]
        known["step"] = W0 + t.combination(push, everyone)
    if t.parameter["polish"]:
        known["exact"] = t.model("polished")[0]
    for name, W in known.items():
        s = np.linalg.svd(W, compute_uv=False)
        c.close("stable_rank_" + name, t.result["stable_rank_" + name],
                float((s**2).sum() / s[0] ** 2))
        c.close("rank_" + name, t.result["rank_" + name], int((s > 1e-6 * s[0]).sum()))


def check_cancelled(c, t, W, base):
    """A row that cancels is 0, so that rounding has no activation states."""
    terms, length = t.unlearned_terms(base), np.linalg.norm(W, axis=1)
    if terms is not None:
        c.true("what cancels is 0", (length[length <= CANCELLED * terms] == 0).all())


def check_unlearned(c, t, base):
    r, forget, retain = t.result, t.a["forget"], t.a["retain"]
    (W, perp), lam = t.model("unlearned"), t.a["lambda"]
    c.close("lambda_forget", r["lambda_forget"], float(lam[forget].sum()))
    c.close("forget_margin_before", r["forget_margin_before"],
            smallest(t.margins(base[0])[forget]))
    c.close("forget_margin_after", r["forget_margin_after"],
            smallest(t.margins(W)[forget]))
    moved = np.abs(t.margins(W) - t.margins(base[0]))[retain].max()
    c.close("retain_margin_change", r["retain_margin_change"], float(moved))
    after, before = t.states(W, t.unlearned_terms(base[0])), t.base_terms()
    changed = (after != t.states(base[0], before))[:, retain]
    c.close("states_changed", r["states_changed"],
            float(changed.mean()) if t.leak < 1 else 0.0, 0.0)
    check_cancelled(c, t, W, base[0])
    gamma = float(t.margins(W)[retain].min())
    c.close("separated", r["separated"], float(gamma > 0), 0.0)
    check_forgotten(c, t, "unlearned", W / gamma if gamma > 0 else None)
    if gamma <= 0:
        check_none(c, t)
        return
    size = math.hypot(norm(W), perp) / gamma
    terms = t.unlearned_terms(base[0])
    terms = terms if terms is None else terms / gamma
    best = t.multipliers(W / gamma, perp / gamma, retain, terms)
    check_best(c, t, "scaled", best, size)
    check_scaled(c, t, gamma, terms)
    eps, delta, tau = t.restored(W, perp, base[0], retain)
    c.close("restored_eps", r["restored_eps"], eps, size)
    c.close("restored_delta", r["restored_delta"], delta, size)
    c.close("restored_tau", r["restored_tau"], tau, 1e-3)
    check_restored(c, t, base[0])
    check_exact(c, t)


def check_retrained(c, t, base):
    r, retain = t.result, t.a["retain"]
    other = t.model("retrained")
    margin = float(t.margins(other[0])[retain].min())
    c.close("margin of the retrained model", margin, 1.0)
    if t.parameter["polish"]:
        eps = t.multipliers(*other, retain)[0]
        c.close("eps of the retrained model", eps, 0.0, norm(other[0]))
    tau = distance(t.model("unlearned"), other)
    c.close("retrain_tau", r["retrain_tau"], tau, 1e-3)
    nothing = distance(base, other)
    c.close("none_tau", r["none_tau"], nothing, 1e-3)
    if nothing > 1e-9:
        c.close("retrain_ratio", r["retrain_ratio"], tau / nothing, 1e-3)
    check_forgotten(c, t, "retrain", other[0])
    last = "polished" if t.parameter["polish"] else "trained"
    for column, name in ("trained", last), ("unlearned",) * 2, ("retrained",) * 2:
        c.close("accuracy_" + column, r["accuracy_" + column], t.accuracy(name), 1e-3)


def trials(sweep, grid, folder, failed=False):
    """Every cell of a grid file, exported. failed: of trials that failed, too."""
    cell = 0
    while True:
        out = os.path.join(folder, str(cell))
        command = [sweep, "trial", grid, f"--cell={cell}", "--replicate=0"]
        command += ["--export", out, "--tests"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 2 and "--cell must be" in done.stderr:
            return
        if done.returncode not in ((0, 3) if failed else (0,)):
            sys.exit(f"cell {cell}: exit status {done.returncode}\n{done.stderr}")
        yield Trial(out)
        cell += 1


def check_trial(c, t):
    """All that does not depend on where the points come from."""
    base = check_trained(c, t)
    if t.parameter["ranks"]:
        check_ranks(c, t)
    else:
        c.close("ranks not asked for", t.result["rank_init"], None)
    check_step(c, t, base)
    check_unlearned(c, t, base)
    check_retrained(c, t, base)


def check_grid(c, sweep, text, folder):
    """Every cell of the grid; returns their number."""
    grid = os.path.join(folder, "grid.yaml")
    with open(grid, "w", encoding="utf-8") as file:
        file.write(text)
    cells = 0
    for t in trials(sweep, grid, folder):
        p = t.parameter
        c.where = f"{t.record['grid']}, cell {cells} ({p['model']}, {p['sampler']}, " \
            f"polish {p['polish']}, {p['method']}, forget {p['forget']})"
        check_data(c, t)
        check_trial(c, t)
        cells += 1
    return cells


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: check_export.py SWEEP")
    c, cells = Checks(), 0
    for text in GRIDS:
        with tempfile.TemporaryDirectory() as folder:
            cells += check_grid(c, os.path.realpath(sys.argv[1]), text, folder)
    print(f"{cells} trials, {c.count} checks, {c.failed} failed")
    if cells != 407 or c.count < 85 * cells:
        sys.exit("fewer were made than there should be")
    sys.exit(c.failed > 0)


if __name__ == "__main__":
    main()
