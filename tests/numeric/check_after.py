#!/usr/bin/env python3
"""What is compared with retraining, recomputed from exported arrays: two starts, the
outputs of models on test points, steps until what was forgotten is learned again, and
requests one after another.

    check_after.py SWEEP     SWEEP: the executable; exit status 77: there is no SciPy
"""
import copy
import math
import os
import sys
import tempfile

from check_export import Checks, trials
from exported import Trial, descend, distance, norm, unlearn

import numpy as np
from scipy.integrate import quad
from scipy.stats import norm as gauss

GRIDS = {
    """
name: starts
seed: 11
replicates: 1
grid:
  model: [relu, linear]
  sampler: [ambient, bartlett]
  polish: [true, false]
  dimension: 41
  samples: 6
  width: 16
  init_scale: 1
  signal: 0.5
  correlation: [0, 0.1]
  method: [ascent, retrain]
  step_scale: 0.8
  retrain_start: fresh
  test_samples: 70
  max_steps: 3000
where: "method = 'ascent' or (model = 'relu' and correlation = 0)"
""": 20,
    """
name: one_start
seed: 12
replicates: 1
grid:
  model: [leaky_relu, linear]
  dimension: [12, 5]
  samples: 6
  width: 4
  signal: 3
  step_scale: [1, 4]
  test_samples: [0, 3]
  retrain_start: [same, fresh]
where: "(test_samples = 3 and (step_scale = 1 or dimension = 12)) or
  (model = 'leaky_relu' and dimension = 12 and step_scale = 1)"
""": 14,
    """
name: relearned
seed: 13
replicates: 1
grid:
  model: [relu, leaky_relu]
  dimension: 300
  samples: 9
  width: 30
  signal: 0.4
  loss: [logistic, exponential]
  optimizer: [gd, normalized_gd]
  method: [ascent, none]
  forget: 2
  retrain_start: fresh
  relearn_steps: [150, 20]
zip: [[loss, optimizer]]
where: "relearn_steps = 150 or method = 'ascent'"
""": 12,
    """
name: requests
seed: 14
replicates: 1
grid:
  model: [leaky_relu, linear]
  leak: 0.3
  dimension: 61
  samples: 9
  width: 16
  signal: 0.7
  init_scale: 1
  polish: [true, false]
  method: [ascent, descent_ascent, pgu, minnorm, iterated]
  retained_variance: 0.6
  unlearn_steps: 2
  step_scale: 0.8
  forget: 5
  forget_which: smallest
  requests: [1, 3]
  max_steps: 4000
where: "(requests = 3 and polish) or (method = 'ascent' and (requests = 3 or polish))"
""": 14,
}


class Side:
    """One of the models: weights, what they have outside the span as multiples of the
    parts of both starts, and the factor to margin 1 on the retained points."""

    def __init__(self, t, name, start):
        self.W, self.perp = t.model(name)
        self.start = start
        margin = float(t.margins(self.W)[t.a["retain"]].min())
        self.scale = 1 / margin if margin > 0 else math.nan
        self.size = math.hypot(norm(self.W), self.perp)


def between(t, a, b, scale_a, scale_b):
    """|scale_a a - scale_b b|^2."""
    p, q = scale_a * a.perp, scale_b * b.perp
    cosine = 1.0 if a.start == b.start else t.record["scalars"].get("start_cosine", 0)
    inside = norm(scale_a * a.W - scale_b * b.W) ** 2
    return inside + p * p + q * q - 2 * cosine * p * q


def moments(t, a, label):
    """Mean and spread of a linear predictor's output on points of a label."""
    rho, d = t.parameter["correlation"], t.parameter["dimension"]
    mean = label * math.sqrt(1 - rho) * t.parameter["signal"] * a.W[0, 0]
    if rho > 0:
        mean += math.sqrt(rho) * float(a.W[0] @ t.a["common"])
    return mean, t.parameter["noise"] * math.sqrt((1 - rho) / d) * a.size


def linear_pair(t, a, b):
    """Chance to agree and relative distance over points of the mixture, by quadrature
    along the first output."""
    tau = between(t, a, b, 1 / a.size, 1 / b.size) / 2
    c, s = 1 - tau, math.sqrt(max(0.0, tau * (2 - tau)))
    alike, square, length = 0.0, 0.0, 0.0
    for label in 1, -1:
        (f, spread), (g, other) = moments(t, a, label), moments(t, b, label)
        h, k = f / spread, g / other

        def above(z, k=k):
            return gauss.pdf(z) * gauss.cdf((k + c * z) / s)

        def below(z, k=k):
            return gauss.pdf(z) * gauss.cdf(-(k + c * z) / s)

        if s < 1e-9:
            alike += 0.5
        else:
            turn = -k / c if c else 0.0
            ends = sorted([-h, turn, turn - 10 * s, turn + 10 * s, -9.0, 9.0])
            for low, high in zip(ends, ends[1:]):
                f_z = above if (low + high) / 2 > -h else below
                alike += quad(f_z, low, high, epsabs=1e-13, epsrel=1e-12)[0] / 2
        mean = a.scale * f - b.scale * g
        square += mean**2 / 2
        length += (b.scale * g) ** 2 / 2
    unit = spread / a.size
    square += unit**2 * between(t, a, b, a.scale, b.scale)
    length += (b.scale * other) ** 2
    return alike, math.sqrt(square / length)


def pair(t, a, b):
    """Share of points classified alike, and relative distance of the outputs."""
    if t.parameter["model"] == "linear":
        return linear_pair(t, a, b)
    if len(t.a["X_test"]) == 0:
        return None, None
    f, g = (t.outputs(side.W, side.perp, side.start) for side in (a, b))
    alike = np.where(np.sign(f) == np.sign(g), 1.0, 0.5 * (np.sign(f) * np.sign(g) == 0))
    f, g = a.scale * f, b.scale * g
    return float(alike.mean()), float(norm(f - g) / norm(g))


def check_pair(c, t, name, a, b):
    r = t.result
    c.close(name + "_tau", r[name + "_tau"],
            between(t, a, b, 1 / a.size, 1 / b.size) / 2, 1e-2)
    alike, distance = pair(t, a, b)
    if distance is not None and math.isnan(distance):
        distance = None
    c.close(name + "_agreement", r[name + "_agreement"], alike, 1e-1)
    c.close(name + "_output_distance", r[name + "_output_distance"], distance, 1e-2)


def check_starts(c, t):
    """Every pair of models that is compared."""
    fresh = t.parameter["retrain_start"] == "fresh"
    trained = Side(t, "polished" if t.parameter["polish"] else "trained", "")
    unlearned, same = Side(t, "unlearned", ""), Side(t, "retrained", "")
    reference = Side(t, "retrained_fresh", "_fresh") if fresh else same
    c.close("margin of the retrained model", reference.scale, 1.0)
    check_pair(c, t, "retrain", unlearned, reference)
    check_pair(c, t, "none", trained, reference)
    if fresh:
        check_pair(c, t, "floor", same, reference)
        c.true("another start", t.record["grid"] != "starts" or
               t.parameter["model"] == "linear" or t.result["floor_tau"] > 1e-6)
        return
    for name in "tau", "agreement", "output_distance":
        c.close("floor_" + name, t.result["floor_" + name], None)


def relearn(t, side):
    """Steps of plain descent; None: not within the limit."""
    forget, base = t.a["forget"], t.a["W_polished"]
    target = 0.9 * t.margins(base)[forget].min() / norm(base)
    W = side.scale * side.W
    for step in range(t.parameter["relearn_steps"] + 1):
        if t.margins(W)[forget].min() >= target * norm(W):
            return step
        W = descend(t, W)
    return None


def check_relearned(c, t):
    """How long from the unlearned and the retrained model."""
    fresh = t.parameter["retrain_start"] == "fresh"
    reference = "retrained_fresh" if fresh else "retrained"
    for column, name in ("unlearned", "unlearned"), ("retrain", reference):
        steps = relearn(t, Side(t, name, ""))
        c.close("relearn_" + column, t.result["relearn_" + column], steps, 0.0)
        c.seen.append(steps)
    if t.parameter["method"] == "none":
        c.close("nothing to relearn", t.result["relearn_unlearned"], 0, 0.0)


class Held(Trial):
    """The trial as the method sees it when a request comes: the points still held."""

    def __init__(self, t, points, forget):
        self.__dict__ = copy.copy(t.__dict__)
        self.X, self.y = t.X[points], t.y[points]
        here = np.isin(points, forget)
        self.a = {"forget": np.flatnonzero(here), "retain": np.flatnonzero(~here)}
        self.terms = None

    def base_terms(self):
        return self.terms


def check_requests(c, t):
    """The method on what the request before has left."""
    base = t.model("polished" if t.parameter["polish"] else "trained")
    margin = t.margins(base[0]).min()
    (W, perp), terms = (base[0] / margin, base[1] / margin), t.base_terms()
    once = unlearn(t, (W, perp))
    order = np.argsort(t.a["lambda"], kind="stable")[:5]
    held, count = np.arange(len(t.X)), t.parameter["requests"]
    c.true("which", (np.sort(order) == t.a["forget"]).all())
    for k in range(count):
        forget = order[np.arange(5) * count // 5 == k]
        view, scale = Held(t, held, forget), 1.0
        if k == 0:
            view.a["lambda"], view.a["v"] = t.a["lambda"], t.a["v"]
        else:
            scale = view.margins(W).min()
            scale = scale if scale > 0 else 1.0
            fitted = view.fit(W / scale, np.arange(len(held)),
                              terms if terms is None else terms / scale)
            view.a["v"], view.a["lambda"] = fitted
        view.terms = terms if terms is None else terms / scale
        after = unlearn(view, (W / scale, perp / scale))
        step = np.linalg.norm(scale * after[0] - W, axis=1)
        before = np.linalg.norm(W, axis=1) if terms is None else terms
        terms = before + step
        W, perp = scale * after[0], scale * after[1]
        held = np.setdiff1d(held, forget)
    c.close("the last step", norm(t.a["W_unlearned"] - W), 0.0, norm(W))
    c.close("perp", t.model("unlearned")[1], perp, 0.0)
    tau = distance((W, perp), once) if count > 1 else None
    c.close("requests_tau", t.result["requests_tau"], tau, 1e-2)
    c.taus.append(tau)


CHECKS = {"requests": check_requests, "starts": check_starts, "one_start": check_starts,
          "relearned": check_relearned}


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: check_after.py SWEEP")
    c = Checks()
    c.seen, c.taus = [], []  # steps of relearn, requests_tau
    for text, count in GRIDS.items():
        with tempfile.TemporaryDirectory() as folder:
            grid, cells = os.path.join(folder, "grid.yaml"), 0
            with open(grid, "w", encoding="utf-8") as file:
                file.write(text)
            for t in trials(os.path.realpath(sys.argv[1]), grid, folder):
                c.where = f"{t.record['grid']}, cell {cells}"
                CHECKS[t.record["grid"]](c, t)
                cells += 1
            if cells != count:
                sys.exit(f"{cells} trials of {count}")
    c.where = "all cells"
    c.true("some are back in time, some are not", None in c.seen)
    c.close("different numbers of steps", len({*c.seen} - {None}), 5)
    c.close("different requests_tau", len({*c.taus} - {None}), 12)
    print(f"{c.count} checks, {c.failed} failed")
    sys.exit(c.failed > 0 or c.count != 454)


if __name__ == "__main__":
    main()
