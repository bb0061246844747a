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

This script does so for all results but those of the exact certificate, on many trials.
Its own solver of the multipliers is Lawson and Hanson's for non-negative least squares,
on the cone that all gradients in the Clarke subdifferential span: not the program's
method.

    check_export.py SWEEP     SWEEP: the executable; exit status 77: there is no NumPy
"""

import json
import math
import os
import subprocess
import sys
import tempfile

try:
    import numpy as np
except ImportError:
    print("skipped: NumPy is not installed")
    sys.exit(77)

RELATIVE = 1e-9  # of the number itself
ROUNDING = 1e-12  # of the size of what it is made from
KINK = 1e-12  # a pre-activation of at most this times |w||x| is on the kink

GRIDS = [
    """
name: export
seed: 5
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


def norm(array):
    return float(np.linalg.norm(array))


def cone_fit(target, propose):
    """The nearest point to `target` in the cone of what `propose` offers, by
    Lawson and Hanson: propose(residual) gives pairs of a label and a vector, the one of
    the largest inner product under each label among them. Returns the residual and the
    list of (label, coefficient) of the vectors used."""
    used, columns, c = [], [], np.zeros(0)
    residual = target
    for _ in range(1000):
        best, gain = None, 1e-13 * norm(target)
        for label, h in propose(residual):
            length = norm(h)
            if length > 0 and float(np.vdot(residual, h)) / length > gain:
                best, gain = (label, h.ravel()), float(np.vdot(residual, h)) / length
        if best is None:
            return residual, list(zip(used, c))
        used.append(best[0])
        columns.append(best[1])
        c = np.append(c, 0.0)
        while True:
            wanted = np.linalg.lstsq(np.array(columns).T, target.ravel(), rcond=None)[0]
            if (wanted > 0).all():
                break
            low = wanted <= 0
            t = min(c[low] / (c[low] - wanted[low]))
            c = c + t * (wanted - c)
            keep = c > 1e-15 * c.max()
            used = [x for x, k in zip(used, keep) if k]
            columns = [x for x, k in zip(columns, keep) if k]
            c = c[keep]
        c = wanted
        residual = target - (np.array(columns).T @ c).reshape(target.shape)
    raise RuntimeError("Lawson and Hanson's method does not end")


class Trial:
    """One export, with the mathematics written out."""

    def __init__(self, folder):
        with open(os.path.join(folder, "record.json"), encoding="utf-8") as file:
            self.record = json.load(file)
        self.result = self.record["results"]
        self.parameter = self.record["parameters"]
        self.a = {}
        for name, shape in self.record["arrays"].items():
            self.a[name] = np.load(os.path.join(folder, name + ".npy"))
            assert list(self.a[name].shape) == shape, name
        self.X, self.y, self.u = self.a["X"], self.a["y"], self.a["u"]
        self.leak = self.parameter["leak"]

    def model(self, name):
        """Weights and their length outside the span (0 in ambient coordinates)."""
        return self.a["W_" + name], self.record["scalars"].get("perp_" + name, 0.0)

    def margins(self, W):
        Z = W @ self.X.T
        return self.y * (self.u @ np.where(Z > 0, Z, self.leak * Z))

    def states(self, W):
        """+1 active, -1 inactive, 0 on the kink: (n, m)."""
        Z = W @ self.X.T
        size = np.linalg.norm(W, axis=1)[:, None] * np.linalg.norm(self.X, axis=1)
        return np.where(np.abs(Z) <= KINK * size, 0, np.sign(Z))

    def combination(self, v, points):
        """sum over the points of lambda_i h_i, from slope times multiplier v (n, m)."""
        return self.u[:, None] * ((v * self.y)[:, points] @ self.X[points])

    def multipliers(self, W, perp, points):
        """eps and delta of weights at margin 1 on some points."""
        state = self.states(W) if self.leak < 1 else np.ones((len(W), len(self.X)))

        def propose(residual):
            reach = self.u[:, None] * (residual @ self.X.T) * self.y
            free = np.where(reach > 0, 1.0, self.leak)
            slope = np.where(state > 0, 1.0, np.where(state < 0, self.leak, free))
            for i in points:
                yield i, np.outer(self.u * slope[:, i] * self.y[i], self.X[i])

        residual, used = cone_fit(W, propose)
        weight = np.zeros(len(self.X))
        for i, c in used:
            weight[i] += c
        slack = weight * (self.margins(W) - 1)
        return math.hypot(norm(residual), perp), float(slack[points].max())

    def restored(self, W, perp, base, points):
        """eps, delta and tau with the states of `base` on the points restored."""
        near, before = W.copy(), self.states(base)
        for j in range(len(W) if self.leak < 1 else 0):
            state = before[j]
            sides = [-s * self.X[i] for i in points for s in (-1, 1) if state[i] != -s]
            near[j], _ = cone_fit(W[j], lambda _, sides=sides: enumerate(sides))
        gamma = self.margins(near)[points].min()
        if gamma <= 0:
            return None, None, None
        tau = distance((W, perp), (near, perp))
        near, perp = near / gamma, perp / gamma
        H = self.combination(self.a["v"], points)
        factor = max(0.0, float(np.vdot(H, near)) / float(np.vdot(H, H)))
        slack = factor * self.a["lambda"] * (self.margins(near) - 1)
        eps = math.hypot(norm(near - factor * H), perp)
        return eps, float(slack[points].max()), tau

    def accuracy(self, name):
        W, perp = self.model(name)
        if self.parameter["model"] == "linear":
            return self.linear_accuracy(W, perp)
        Z = W @ self.a["X_test"].T
        if perp != 0.0:
            Z = Z + perp / self.record["scalars"]["perp_init"] * self.a["test_outside"]
        margin = self.a["y_test"] * (self.u @ np.where(Z > 0, Z, self.leak * Z))
        return float(np.mean(np.where(margin == 0, 0.5, margin > 0)))

    def linear_accuracy(self, W, perp):
        """In closed form; mu is along the first coordinate."""
        rho = self.parameter["correlation"]
        spread = self.parameter["noise"] * math.hypot(norm(W), perp)
        spread *= math.sqrt((1 - rho) / self.parameter["dimension"])
        mean = math.sqrt(1 - rho) * self.parameter["signal"] * W[0, 0]
        shared = math.sqrt(rho) * float(W[0] @ self.a["common"]) if rho > 0 else 0.0
        width = spread * math.sqrt(2)
        return sum(math.erfc(-(mean + s * shared) / width) / 4 for s in (-1, 1))


def distance(a, b):
    """1 - cos of two models, each (W, perp)."""
    (A, p), (B, q) = a, b
    size, other = math.hypot(norm(A), p), math.hypot(norm(B), q)
    return 0.5 * (norm(A / size - B / other) ** 2 + (p / size - q / other) ** 2)


def smallest(values):
    return float(values.min()) if len(values) else None


def check_data(c, t):
    gram = t.X @ t.X.T
    off = np.abs(gram - np.diag(np.diag(gram)))
    forget, retain = t.a["forget"], t.a["retain"]
    c.close("psi", t.result["psi"], float(np.abs(np.diag(gram) - 1).max()))
    c.close("phi", t.result["phi"], float(off.max()))
    c.true("forgotten", len(forget) == t.parameter["forget"])
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
    eps, delta = t.multipliers(*base, everyone)
    c.close("trained_norm", r["trained_norm"], size)
    c.close("trained_eps", r["trained_eps"], eps, size)
    c.close("trained_delta", r["trained_delta"], delta, size)
    lam, v, state = t.a["lambda"], t.a["v"], t.states(base[0])
    left = norm(base[0] - t.combination(v, everyone))
    c.close("eps with lambda and v", math.hypot(left, base[1]), r["trained_eps"], size)
    c.true("lambda >= 0", (lam >= 0).all())
    low = np.where(state > 0, lam, t.leak * lam)
    high = np.where(state < 0, t.leak * lam, lam)
    room = ROUNDING * (1 + lam)
    c.true("slopes", ((v >= low - room) & (v <= high + room)).all())
    kinks = float(np.mean(state == 0)) if t.leak < 1 else 0.0
    c.close("kinks", r["kinks"], kinks, 0.0)
    return base


def check_unlearned(c, t, base):
    r, forget, retain = t.result, t.a["forget"], t.a["retain"]
    (W, perp), lam = t.model("unlearned"), t.a["lambda"]
    step = t.parameter["step_scale"] * t.combination(t.a["v"], forget)
    c.close("the step", norm(W - (base[0] - step)), 0.0, norm(W))
    c.close("perp_unlearned", perp, base[1], 0.0)
    c.true("nothing to forget", len(forget) or t.parameter["polish"] == 0 or
           (W == base[0]).all())
    c.close("lambda_forget", r["lambda_forget"], float(lam[forget].sum()))
    c.close("forget_margin_before", r["forget_margin_before"],
            smallest(t.margins(base[0])[forget]))
    c.close("forget_margin_after", r["forget_margin_after"],
            smallest(t.margins(W)[forget]))
    changed = (t.states(W) != t.states(base[0]))[:, retain]
    c.close("states_changed", r["states_changed"],
            float(changed.mean()) if t.leak < 1 else 0.0, 0.0)
    gamma = float(t.margins(W)[retain].min())
    c.close("separated", r["separated"], float(gamma > 0), 0.0)
    if gamma <= 0:
        c.close("scaled_eps", r["scaled_eps"], None)
        return
    eps, delta = t.multipliers(W / gamma, perp / gamma, retain)
    size = math.hypot(norm(W), perp) / gamma
    c.close("norm", r["norm"], size)
    c.close("scaled_eps", r["scaled_eps"], eps, size)
    c.close("scaled_delta", r["scaled_delta"], delta, size)
    eps, delta, tau = t.restored(W, perp, base[0], retain)
    c.close("restored_eps", r["restored_eps"], eps, size)
    c.close("restored_delta", r["restored_delta"], delta, size)
    c.close("restored_tau", r["restored_tau"], tau, 1e-3)


def check_retrained(c, t, base):
    r, retain = t.result, t.a["retain"]
    other = t.model("retrained")
    margin = float(t.margins(other[0])[retain].min())
    c.close("margin of the retrained model", margin, 1.0)
    if t.parameter["polish"]:
        eps, _ = t.multipliers(*other, retain)
        c.close("eps of the retrained model", eps, 0.0, norm(other[0]))
    tau = distance(t.model("unlearned"), other)
    c.close("retrain_tau", r["retrain_tau"], tau, 1e-3)
    c.close("none_tau", r["none_tau"], distance(base, other), 1e-3)
    c.close("forget_margin_retrain", r["forget_margin_retrain"],
            smallest(t.margins(other[0])[t.a["forget"]]))
    last = "polished" if t.parameter["polish"] else "trained"
    for column, name in ("trained", last), ("unlearned",) * 2, ("retrained",) * 2:
        c.close("accuracy_" + column, r["accuracy_" + column], t.accuracy(name), 1e-3)


def check_grid(c, sweep, text, folder):
    """Every cell of the grid; returns their number."""
    grid = os.path.join(folder, "grid.yaml")
    with open(grid, "w", encoding="utf-8") as file:
        file.write(text)
    cell = 0
    while True:
        out = os.path.join(folder, str(cell))
        command = [sweep, "trial", grid, f"--cell={cell}", "--replicate=0"]
        command += ["--export", out, "--tests"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 2 and "--cell must be" in done.stderr:
            return cell
        if done.returncode != 0:
            sys.exit(f"cell {cell}: exit status {done.returncode}\n{done.stderr}")
        t = Trial(out)
        p = t.parameter
        c.where = f"{t.record['grid']}, cell {cell} ({p['model']}, {p['sampler']}, " \
            f"polish {p['polish']}, forget {p['forget']})"
        check_data(c, t)
        base = check_trained(c, t)
        check_unlearned(c, t, base)
        check_retrained(c, t, base)
        cell += 1


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: check_export.py SWEEP")
    c, cells = Checks(), 0
    for text in GRIDS:
        with tempfile.TemporaryDirectory() as folder:
            cells += check_grid(c, os.path.realpath(sys.argv[1]), text, folder)
    print(f"{cells} trials, {c.count} checks, {c.failed} failed")
    if cells != 148 or c.count < 30 * cells:
        sys.exit("fewer were made than there should be")
    sys.exit(c.failed > 0)


if __name__ == "__main__":
    main()
