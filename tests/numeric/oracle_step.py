"""theta' again, from the trained model's multipliers."""

import numpy as np

from exported import unlearn
from oracle_cone import WIDE, norm


def unclear_rank(trial):
    """Whether rounding decides what the step is projected out of."""
    retain, share = trial.a["retain"], trial.parameter["retained_variance"]
    if trial.parameter["method"] == "pgu":
        s = np.linalg.svd(trial.X[retain], compute_uv=False)
        edge = np.abs(np.cumsum(s) / s.sum() - share) < 1e-10
        return edge.sum() > 1 or (edge.any() and share < 1)
    v, lam = trial.a["v"], trial.a["lambda"]
    if (lam[retain] <= 0).any():
        return True
    h = np.array([trial.combination(v / lam[i], [i]).ravel() for i in retain])
    s = np.linalg.svd(h, compute_uv=False)
    return bool(s.min() < 1e-5 * s.max())


def decided(trial, base):
    """Whether the definitions alone say what the method does."""
    p = trial.parameter
    method = p["method"]
    if method in ("minnorm", "pgu"):
        return not unclear_rank(trial)
    if method == "descent_ascent":
        # the slope of a point without multiplier is anything on a kink
        unused = trial.a["lambda"] <= 0
        return not (base.doubt | (base.state == 0))[:, unused].any()
    return method in ("ascent", "none", "retrain") or (
        method == "iterated" and p["unlearn_steps"] == 1)


def check_step(tally, trial, base, theta):
    p = trial.parameter
    start = np.asarray(base.W, float), float(base.perp)
    step = p["step_scale"] * trial.combination(trial.a["v"], trial.a["forget"])
    if p["method"] == "random":
        tally.close("step", "length", float(norm(theta.W - base.W)), norm(step),
                    1e-11 * base.norm)
        return
    if not decided(trial, base):
        tally.skip("step")
        return
    W, perp = unlearn(trial, start)
    if p["method"] == "pgu" and p["retained_variance"] == 0:
        W = start[0] - step  # no direction is kept out
    size = np.maximum(norm(W), base.norm)
    off = np.hypot(norm(W - theta.W), WIDE(perp) - theta.perp)
    tally.close("step", "W_unlearned", float(off), 0.0,
                (1e-10 + 1e-15 * float(base.terms.max())) * size)
