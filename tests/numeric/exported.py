"""One export of `sweep trial`, with the mathematics of its results written out."""
import json
import math
import os

from minimisers import Minimisers

import numpy as np
from scipy.linalg import lstsq

KINK = 1e-12  # of the terms a pre-activation is summed from: less is on the kink


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
            wanted = lstsq(np.array(columns).T, target.ravel(), lapack_driver="gelsy",
                           check_finite=False)[0]
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
        self.a = {name: np.load(os.path.join(folder, name + ".npy"))
                  for name in self.record["arrays"]}
        if self.parameter["test_samples"] == 0:
            self.a["X_test"], self.a["y_test"] = self.a["X"][:0], self.a["y"][:0]
        self.X, self.y, self.u = self.a["X"], self.a["y"], self.a["u"]
        self.leak = self.parameter["leak"]

    def model(self, name):
        """Weights and their length outside the span (0 in ambient coordinates)."""
        return self.a["W_" + name], self.record["scalars"].get("perp_" + name, 0.0)

    def margins(self, W):
        Z = W @ self.X.T
        return self.y * (self.u @ np.where(Z > 0, Z, self.leak * Z))

    def states(self, W, terms=None):
        """+1 active, -1 inactive, 0 on the kink: (n, m). `terms` (n): the lengths of
        what the rows were summed from, |w| if they were not."""
        Z = W @ self.X.T
        terms = np.linalg.norm(W, axis=1) if terms is None else terms
        size = terms[:, None] * np.linalg.norm(self.X, axis=1)
        return np.where(np.abs(Z) <= KINK * size, 0, np.sign(Z))

    def base_terms(self):
        """Of the model that is unlearned from."""
        if not self.parameter["polish"]:
            return None
        return np.abs(self.u) * (self.a["v"] @ np.linalg.norm(self.X, axis=1))

    def unlearned_terms(self, base):
        if self.parameter["method"] == "retrain":
            return None
        before, step = self.base_terms(), self.a["W_unlearned"] - base
        before = np.linalg.norm(base, axis=1) if before is None else before
        return before + np.linalg.norm(step, axis=1)

    def flipped(self):
        """Points whose label was flipped, if the signal is clear enough to show it."""
        return np.flatnonzero(self.X[:, 0] * self.y < 0)

    def combination(self, v, points):
        """sum over the points of lambda_i h_i, from slope times multiplier v (n, m)."""
        return self.u[:, None] * ((v * self.y)[:, points] @ self.X[points])

    def slopes(self, W, terms=None):
        """Slopes of the states of W, on a kink the leak: (n, m)."""
        active = self.states(W, terms) > 0 if self.leak < 1 else True
        return np.where(active, 1.0, self.leak) * np.ones((len(W), len(self.X)))

    def fit(self, W, points, terms=None):
        """Slope times multiplier (n, m), and multipliers (m), nearest to W."""
        linear = np.ones((len(W), len(self.X)))
        state = self.states(W, terms) if self.leak < 1 else linear
        alike = np.hstack([np.sign(self.u)[:, None], state, np.round(W / norm(W), 13)])
        _, first, of, count = np.unique(alike, axis=0, return_index=True,
                                        return_inverse=True, return_counts=True)
        state, u = state[first], np.sqrt(count) * self.u[first]  # equal ones are one

        def propose(residual):
            reach = u[:, None] * (residual @ self.X.T) * self.y
            free = np.where(reach > 0, 1.0, self.leak)
            slope = np.where(state > 0, 1.0, np.where(state < 0, self.leak, free))
            for i in points:
                h = np.outer(u * slope[:, i] * self.y[i], self.X[i])
                yield (i, slope[:, i]), h

        v, weight = np.zeros((len(W), len(self.X))), np.zeros(len(self.X))
        for (i, slope), c in cone_fit(np.sqrt(count)[:, None] * W[first], propose)[1]:
            v[:, i] += c * slope[of]
            weight[i] += c
        return v, weight

    def multipliers(self, W, perp, points, terms=None):
        """(eps, delta, unique) of weights at margin 1 on some points; the least delta of
        all multipliers with that eps. It is exact where they are unique."""
        v, weight = self.fit(W, points, terms)
        residual = W - self.combination(v, points)
        eps, margin = math.hypot(norm(residual), perp), self.margins(W)[points]
        delta, size = float((weight[points] * (margin - 1)).max()), norm(W)
        all_of_them = Minimisers(self, self.states(W, terms), v, points)
        unique = all_of_them.unique(1e-6 * float(weight.max()))
        if not unique and delta > 1e-9 * size**2:
            delta = all_of_them.delta(margin)
        return eps, delta, unique

    def restored(self, W, perp, base, points):
        """eps, delta and tau with the states of `base` on the points restored."""
        near, before = W.copy(), self.states(base, self.base_terms())
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

    def outputs(self, W, perp, start=""):
        """Of a model on the test points; `start`: what its name in the record ends with."""
        Z = W @ self.a["X_test"].T
        if perp != 0.0:
            whole = self.record["scalars"]["perp_init" + start]
            Z = Z + perp / whole * self.a["test_outside" + start]
        return self.u @ np.where(Z > 0, Z, self.leak * Z)

    def accuracy(self, name):
        W, perp = self.model(name)
        if self.parameter["model"] == "linear" and self.parameter["data"] == "mixture":
            return self.linear_accuracy(W, perp)
        if len(self.a["X_test"]) == 0:
            return None
        margin = self.a["y_test"] * self.outputs(W, perp)
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


def loss_slopes(t, W, points):
    """-l'(q_i)."""
    q = t.margins(W)[points]
    if t.parameter["loss"] == "hinge":
        return (q < 1) * 1.0
    return np.exp(-q) / (1 + np.exp(-q) * (t.parameter["loss"] == "logistic"))


def loss_weights(t, W, points):
    """l'(q_i) over their sum."""
    slope = loss_slopes(t, W, points)
    return slope / slope.sum()


def descend(t, W):
    """One step of gd or normalized_gd on all points, in all coordinates."""
    everyone = np.arange(len(t.X))
    slope = loss_slopes(t, W, everyone)
    slope /= slope.sum() if t.parameter["optimizer"] == "normalized_gd" else len(slope)
    push = t.parameter["learning_rate"] * np.where(W @ t.X.T > 0, 1.0, t.leak) * slope
    return W + t.combination(push, everyone)


def unlearn(t, base):
    """theta' of the trial's method: (W, perp)."""
    (W, perp), p, v, lam = base, t.parameter, t.a["v"], t.a["lambda"]
    forget, retain = t.a["forget"], t.a["retain"]
    method, s = p["method"], p["step_scale"]
    step, everyone = t.combination(v, forget), np.arange(len(t.X))
    slopes = t.slopes(W, t.base_terms())
    slopes = np.where(lam > 0, v / np.where(lam > 0, lam, 1), slopes)
    if method == "retrain":
        return t.model("retrained")
    if method == "none" or len(forget) == 0:
        return base
    if method == "minnorm":
        h = np.array([t.combination(slopes, [i]).ravel() for i in retain]).T
        kept = h @ np.linalg.lstsq(h, W.ravel(), rcond=None)[0]
        return W - s * (W - kept.reshape(W.shape)), perp * (1 - s)
    if method == "pgu":
        _, singular, right = np.linalg.svd(t.X[retain], full_matrices=False)
        short = np.cumsum(singular) < p["retained_variance"] * singular.sum()
        leading = right[: short.sum() + 1]  # all of them where rounding leaves it short
        return W - s * (step - step @ leading.T @ leading), perp
    if method == "descent_ascent":
        weight = np.zeros(len(t.X))
        weight[retain] = loss_weights(t, W, retain) * lam[forget].sum()
        descent = t.combination(slopes * weight, retain)
        return W - s * (step - p["descent_weight"] * descent), perp
    for k in range(p["unlearn_steps"] if method == "iterated" else 1):
        if k > 0:
            v, _ = t.fit(W, everyone)
        W = W - s * t.combination(v, forget)
    return W, perp
