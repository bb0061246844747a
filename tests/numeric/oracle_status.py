"""Of trials that failed: whether they had to."""

import numpy as np

from oracle_cone import norm
from oracle_exact import exact_point


def has_dead_point(trial):
    """Whether a ReLU network left some point without an active neuron."""
    models = [trial.a[name] for name in ("W_trained", "W_retrained") if name in trial.a]
    return trial.leak == 0 and any(
        (W @ trial.X.T <= 1e-9 * np.abs(W).max()).all(axis=0).any() for W in models)


def largest_margin(trial):
    """Of linear models, over |theta| max |x|; 0 where the points are not separable."""
    on = np.ones((1, len(trial.X)), bool)
    length = 1e3 / np.sqrt((trial.X**2).sum(1).min())
    found = exact_point(trial.X, trial.y, trial.u, 1.0, on, length)
    if found is None:
        return 0.0
    return 1 / (norm(found[0]) * np.sqrt((trial.X**2).sum(1)).max())


def check_status(tally, trial, status):
    """A trial that failed: whether it had to."""
    linear = trial.parameter["model"] == "linear"
    if trial.record["message"].startswith("retraining"):
        tally.skip("status")  # that model is not exported
    elif status == "dead_point":
        tally.true("status", "status", has_dead_point(trial), status, None)
    elif status in ("not_separated", "margin_unresolved") and linear:
        lost = largest_margin(trial) > 1e-6
        name = "lost" if trial.parameter["polish"] else "lost_unpolished"
        if trial.parameter["polish"] or not lost:
            tally.true(name, "status", not lost, status, None)
        else:
            tally.skip(name)
    elif status in ("not_separated", "margin_unresolved"):
        tally.skip("lost_network")
    else:
        tally.true("status", "status", status == "non_finite", status, None)
