"""Every check of one exported trial. A check is a line

    seed cell replicate column printed expected tolerance

if it fails; each is counted in the summary under its name."""

import numpy as np

from oracle_cone import WIDE, norm
from oracle_exact import exact_point
from oracle_model import (DELTA, EPS, Judge, Model, cosine_gap, margin_room,
                          nearest_rows, nearly_equal, row_lengths, scale_room, sum_room,
                          tau_room)
from oracle_step import check_step

LIMIT = (400000, 200)  # entries and unknowns of what the oracle solves itself
CERTIFICATES = ("scaled_eps", "scaled_delta", "norm", "scaled_norm", "restored_eps",
                "restored_delta", "restored_tau", "restored_norm", "exact_eps",
                "exact_delta", "exact_tau", "exact_norm", "flips",
                *(f"{name}_relative_{kind}" for name in ("scaled", "restored", "exact")
                  for kind in ("eps", "delta")))


class Checker:
    def __init__(self, tally, trial, limit=LIMIT):
        self.c, self.t, self.limit = tally, trial, limit
        self.r, self.a, self.p = trial.result, trial.a, trial.parameter
        self.everyone = np.arange(len(trial.X))
        self.retain, self.forget = trial.a.get("retain"), trial.a.get("forget")

    # The trained model.

    def base(self):
        """The model that is unlearned from, at margin 1."""
        (W, perp), c, r = self.t.model("trained"), self.c, self.r
        low = row_lengths(W)
        start = row_lengths(self.t.model("init")[0])
        high = low + 2 * start
        raw = Model(self.t, self.everyone, W, perp, low, high)
        gamma = raw.q.min()
        c.close("margin", "trained_margin", r["trained_margin"], gamma,
                1e-13 * raw.terms.max())
        if not self.p["polish"]:
            return raw.scaled()
        polished = self.from_terms("polished", self.everyone, self.a["v"])
        tau = cosine_gap((W, perp), (polished.W, polished.perp))
        c.close("polish_tau", "polish_tau", r["polish_tau"], tau, tau_room(tau))
        return polished

    def from_terms(self, name, points, v):
        """A model that is the sum of its multipliers' terms."""
        W, perp = self.t.model(name)
        terms = np.abs(self.t.u[:, None] * v) * np.sqrt((self.t.X[points] ** 2).sum(1))
        low = np.maximum(terms.max(1), row_lengths(W))
        return Model(self.t, points, W, perp, low, np.maximum(terms.sum(1), low))

    def trained(self):
        base, c, r = self.base(), self.c, self.r
        lam, v = self.a["lambda"], self.a["v"]
        c.close("norm", "trained_norm", r["trained_norm"], base.norm,
                scale_room(base) * base.norm)
        self.relative("trained", base.norm)
        self.judged("trained", base, lam, v, base.doubt.any())
        if self.p["polish"]:
            self.exact_model("trained", base, lam, v)
            self.polish_point(base)
        return base

    def relative(self, name, size):
        size = self.r.get("norm" if name == "scaled" else name + "_norm") or size
        for kind, power in ("eps", 1), ("delta", 2):
            column = f"{name}_relative_{kind}"
            if column in self.r and self.r[f"{name}_{kind}"] is not None:
                self.c.close("relative", column, self.r[column],
                             self.r[f"{name}_{kind}"] / size**power, 1e-12)

    def judged(self, name, model, lam, v, doubt):
        """eps and delta against exported multipliers and against the least ones."""
        c, size = self.c, float(model.norm)
        eps, delta = self.r[name + "_eps"], self.r[name + "_delta"]
        if eps is None or delta is None:
            c.true("defined", name + "_eps", False, None)
            return
        given, scale = None, scale_room(model)
        if lam is not None:
            given = lam, v
            rest = np.hypot(norm(model.W - model.cone().combination(v)), model.perp)
            c.close("eps_residual", name + "_eps", eps, rest, sum_room(model, v))
            c.close("delta_value", name + "_delta", delta, max(model.slack(lam), 0),
                    scale * size**2)
            bad = model.cone(generous=True).feasible(lam, v)
            c.close("multipliers", name + "_lambda", float(bad), 0.0, 1e-12)
        judge = Judge(model, given, self.limit)
        low, high = judge.eps()
        generous, room = low, EPS * size
        if judge.best is not None:
            room = max(sum_room(model, judge.best[1]), scale * size)
        if doubt and low is not None:
            other = Judge(model, given, self.limit)
            other.cone = model.cone(generous=True)
            if other.small and other.cone.cost()[1] <= self.limit[1]:
                other.best = other.cone.fit(model.W, start=given)
                generous = other.eps()[0]
            else:
                generous = None
        if low is None or generous is None or high - low > room and eps <= high + room:
            c.skip("eps_least")
        else:
            nearest = min(max(WIDE(eps), generous), high)
            c.close("eps_least", name + "_eps", eps, nearest, room)
        if low is None or doubt or not judge.small or high > eps + room:
            c.skip("delta_least")
            return
        least = judge.delta(delta if given else None)
        if given and least > delta:
            least = delta  # what was found is an upper end only
        room = judge.lambda_room()
        wide = (DELTA + scale) * size**2 + room * float(np.abs(model.q - 1).max())
        if delta - least > wide and nearly_equal(model.X):
            c.skip("delta_least")  # multipliers of a pair: eps hardly differs
        else:
            c.close("delta_least", name + "_delta", delta, least, wide)
        if given and not (name == "trained" and self.p["polish"]):
            # A little less delta: where that alone shortens lambda, the two rules
            # cannot be distinguished in double precision.
            shorter = judge.shorter(lam, max(delta - 1e-9 * size**2, 0.0))
            length = norm(lam)
            c.close("lambda_least", name + "_lambda", float(length),
                    float(min(shorter, length)), 1e-6 * length + room)
        if name + "_unique" in self.r or (name == "trained" and "unique" in self.r):
            self.unique(model, lam, v)

    def unique(self, model, lam, v):
        used = lam > 0
        cone = model.cone()
        h = [cone.combination(np.where(np.arange(len(lam)) == i, v / lam[i], 0)).ravel()
             for i in np.flatnonzero(used)]
        s = np.linalg.svd(np.array(h, float), compute_uv=False) if h else np.ones(1)
        share = s.min() / s.max()
        if 1e-14 < share < 1e-8:
            self.c.skip("unique")
            return
        full = share > 1e-11 and len(h) <= len(model.u) * model.X.shape[1]
        if full and not self.r["unique"]:
            self.c.skip("unique")  # others exist by free slopes, or almost
            return
        self.c.close("unique", "unique", self.r["unique"], float(full), 0.0)

    def exact_model(self, name, model, lam, v):
        """Acceptance of an exact point."""
        c, size = self.c, float(model.norm)
        c.close("exact_margin", name, float(min(model.q.min(), 1)), 1.0,
                margin_room(model))
        rest = np.hypot(norm(model.W - model.cone().combination(v)), model.perp)
        c.close("exact_residual", name, float(rest), 0.0, sum_room(model, v))
        slack = np.abs(lam * (model.q - 1)).max()
        reach = size * np.sqrt((np.asarray(model.X, float)**2).sum(1)).max()
        if reach > 1e6:  # a margin as small as that need not be resolved
            c.skip("exact_slackness")
        else:
            c.close("exact_slackness", name, float(slack), 0.0, 1e-10 * size**2)
        bad = model.cone(generous=True).feasible(lam, v)
        c.close("exact_slopes", name, float(bad), 0.0, 1e-12)

    def polish_point(self, base):
        """Where the trained model's gates lead to."""
        t, size = self.t, float(base.norm)
        on = self.a["W_trained"] @ t.X.T > 0
        found = exact_point(t.X, t.y, t.u, t.leak, on, size, self.limit)
        if found is None or found[1] or self.r["polish_flips"]:
            self.c.skip("polish_point")
            return
        reach = size * norm(np.abs(np.asarray(t.X, float)).max(0))  # terms over theta
        self.c.close("polish_point", "trained_norm", self.r["trained_norm"],
                     norm(found[0]), (1e-11 + 1e-13 * float(reach) + found[2]) * size)

    def exact_point(self, base):
        """Where the gates of theta' lead to. A pair on its kink has no gate of its own:
        it counts as off, and as in the trained model; if that makes a difference, or
        gates flip, the point is one of several."""
        t, theta = self.t, self.theta
        X, y, size = t.X[self.retain], t.y[self.retain], theta.norm / theta.q.min()
        tied = theta.doubt | (theta.state == 0)
        ties = (False, base.state[:, self.retain] > 0)
        found = [exact_point(X, y, t.u, t.leak, np.where(tied, tie, theta.Z > 0),
                             float(size), self.limit)
                 for tie in (ties if tied.any() else ties[:1])]
        if any(x is None or x[1] for x in found) or self.r["flips"]:
            self.c.skip("exact_point")
            return
        gaps = [cosine_gap((theta.W, theta.perp), (x[0], 0)) for x in found]
        room = 1e-9 + 2 * max(x[2] for x in found)
        if max(gaps) - min(gaps) > room * (np.sqrt(max(gaps)) + room):
            self.c.skip("exact_point")
            return
        self.c.close("exact_point", "exact_tau", self.r["exact_tau"], gaps[0],
                     room * (np.sqrt(gaps[0]) + room))

    # The unlearned model.

    def unlearned(self, base):
        t, c, r = self.t, self.c, self.r
        if "W_unlearned" not in self.a:
            c.true("arrays", "W_unlearned", False)
            return
        W, perp = t.model("unlearned")
        step = row_lengths(W - np.asarray(base.W, float))
        low = np.maximum(np.maximum(step, base.low), row_lengths(W))
        high = base.high + step + row_lengths(W) + base.low
        if self.p["method"] == "retrain":
            low = high = row_lengths(W)
        if self.p["method"] not in ("ascent", "none", "random"):
            high = high + high.max()  # sums over all neurons, or of unknown terms
        self.theta = Model(t, self.retain, W, perp, low, high)
        check_step(self.c, self.t, base, self.theta)
        lam = float(self.a["lambda"][self.forget].sum())
        c.close("lambda_forget", "lambda_forget", r["lambda_forget"], lam,
                1e-12 * (1 + lam))
        self.forgotten(base)
        sign = self.theta.sign()
        if sign:
            c.close("separated", "separated", r["separated"], float(sign > 0), 0.0)
        if sign < 0:
            for column in CERTIFICATES:
                c.close("undefined", column, r.get(column), None, 0.0)
        elif sign > 0:
            self.scaled()
            self.restored(base)
            self.exact(base)
        else:
            c.skip("separated")

    def forgotten(self, base):
        c, r, k = self.c, self.r, len(self.forget)
        every = Model(self.t, self.everyone, *self.t.model("unlearned"),
                      self.theta.low, self.theta.high)
        for column, model in ("before", base), ("after", every):
            expected = model.q[self.forget].min() if k else None
            c.close("forget_margin", "forget_margin_" + column,
                    r["forget_margin_" + column], expected, 1e-12 * model.terms.max())
        moved = np.abs(every.q - base.q)[self.retain].max()
        c.close("retain_margin", "retain_margin_change", r["retain_margin_change"],
                moved, 1e-12 * (every.terms + base.terms).max())
        kept = base.state[:, self.retain]
        if self.theta.doubt.any() or base.doubt[:, self.retain].any():
            c.skip("states_changed")
        else:
            share = (kept != self.theta.state).mean()
            c.close("states_changed", "states_changed", r["states_changed"], share,
                    1e-12)

    def exported(self, name):
        if "lambda_" + name not in self.a:
            return None, None
        return self.a["lambda_" + name], self.a["v_" + name]

    def scaled(self):
        c, model = self.c, self.theta.scaled()
        column = "scaled_norm" if "scaled_norm" in self.r else "norm"
        c.close("norm", column, self.r[column], model.norm,
                scale_room(model) * model.norm)
        if "W_scaled" in self.a:
            off = norm(self.a["W_scaled"] - model.W)
            c.close("scaled_model", "W_scaled", float(off), 0.0,
                    scale_room(model) * model.norm)
        self.relative("scaled", model.norm)
        self.judged("scaled", model, *self.exported("scaled"), model.doubt.any())

    def nearest(self, base):
        """theta' with the trained model's states restored, or None if in doubt."""
        theta, near = self.theta, self.theta.W
        if base.doubt[:, self.retain].any():
            return None
        if self.t.leak < 1:
            near = nearest_rows(near, theta.X, base.state[:, self.retain])
        if near is None:
            return None
        return Model(self.t, self.retain, near, theta.perp, theta.low, theta.high)

    def restored(self, base):
        c, r = self.c, self.r
        model = self.nearest(base)
        if model is None:
            c.skip("restored")
            return
        columns = "restored_eps", "restored_delta", "restored_tau"
        if model.sign() < 0 or model.q.min() <= 1e-15 * model.terms.min():
            for column in columns:
                c.close("undefined", column, r[column], None, 0.0)
            return
        if model.sign() == 0:
            c.skip("restored")
            return
        tau = cosine_gap((self.theta.W, self.theta.perp), (model.W, model.perp))
        model = model.scaled()
        size, part = float(model.norm), self.a["v"][:, self.retain]
        H = model.cone().combination(part)
        factor = max(WIDE(0), (H * model.W).sum() / max((H * H).sum(), WIDE(1e-300)))
        eps = np.hypot(norm(model.W - factor * H), model.perp)
        delta = max(model.slack(factor * self.a["lambda"][self.retain]), WIDE(0))
        expected = eps, delta, tau
        scale = 10 * scale_room(model)
        lengths = (scale * size, 100 * scale * size**2,
                   scale * (np.sqrt(tau) + scale))
        for column, value, tolerance in zip(columns, expected, lengths):
            c.close(column, column, r[column], value, tolerance)
        if "restored_norm" in r:
            c.close("norm", "restored_norm", r["restored_norm"], size, scale * size)
        if "W_restored" in self.a:
            off = norm(self.a["W_restored"] - model.W)
            c.close("restored_model", "W_restored", float(off), 0.0, scale * size)
            lam, v = self.exported("restored")
            rest = np.hypot(norm(model.W - model.cone().combination(v)), model.perp)
            c.close("eps_residual", "restored_eps", r["restored_eps"], rest,
                    scale * size)
        self.relative("restored", model.norm)

    def exact(self, base):
        c, r = self.c, self.r
        for column in "exact_eps", "exact_delta", "exact_tau", "flips":
            c.true("exact_defined", column, r[column] is not None, None)
        if r["exact_tau"] is None:
            return
        size = float(self.theta.norm / self.theta.q.min())
        length = r.get("exact_norm") or size
        c.close("exact_residual", "exact_eps", r["exact_eps"], 0.0,
                EPS * length + 1e-15 * length**2 * self.theta.reach.max())
        c.close("exact_slackness", "exact_delta", r["exact_delta"], 0.0,
                1e-11 * length**2)
        self.relative("exact", length)
        if "W_exact" in self.a:
            lam, v = self.exported("exact")
            model = self.from_terms("exact", self.retain, v)
            self.exact_model("exact", model, lam, v)
            tau = cosine_gap((self.theta.W, self.theta.perp), (model.W, model.perp))
            c.close("exact_tau", "exact_tau", r["exact_tau"], tau, tau_room(tau))
            c.close("norm", "exact_norm", r["exact_norm"], model.norm, EPS * model.norm)
        self.exact_point(base)

    # The retrained model.

    def retrained(self, base):
        c, t, r = self.c, self.t, self.r
        if "W_retrained" not in self.a:
            for column in "retrain_tau", "none_tau", "retrain_ratio":
                c.close("undefined", column, r[column], None, 0.0)
            return
        other = t.model("retrained")
        lengths = row_lengths(other[0])
        longest = np.full_like(lengths, lengths.max())
        model = Model(t, self.retain, *other, lengths, longest)
        c.close("retrained_margin", "W_retrained", float(model.q.min()), 1.0,
                margin_room(model))
        if self.p["polish"]:
            judge = Judge(model, None, self.limit)
            judge.cone = model.cone(generous=True)
            if judge.small and judge.cone.cost()[1] <= self.limit[1]:
                judge.best = judge.cone.fit(model.W)
                low, high = (float(eps) for eps in judge.eps())
                room = 10 * sum_room(model, judge.best[1])
                if low <= room < high:
                    c.skip("retrained_exact")
                else:
                    c.close("retrained_exact", "W_retrained", high, 0.0, room)
            else:
                c.skip("retrained_exact")
        tau = cosine_gap((self.theta.W, self.theta.perp), other)
        nothing = cosine_gap((base.W, base.perp), other)
        c.close("retrain_tau", "retrain_tau", r["retrain_tau"], tau, tau_room(tau))
        c.close("none_tau", "none_tau", r["none_tau"], nothing, tau_room(nothing))
        if tau is None or nothing is None:
            c.skip("retrain_ratio")
        elif nothing < 1e-26 or len(self.forget) == 0:
            c.close("retrain_ratio", "retrain_ratio", r["retrain_ratio"], None, 0.0)
        elif nothing > 1e-18:
            ratio = tau / nothing
            c.close("retrain_ratio", "retrain_ratio", r["retrain_ratio"], ratio,
                    1e-5 * (ratio + 1))

    def run(self):
        base = self.trained()
        self.unlearned(base)
        if hasattr(self, "theta"):
            self.retrained(base)
