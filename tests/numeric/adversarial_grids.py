"""Grid files of one hard trial each, from a seed: the same seed gives the same file.

    write(seed, attempt, folder, kind)    the path of the grid file
    KINDS                                 what can be asked for

A combination the program refuses (exit status 2) is drawn again with the next attempt.
"""

import csv
import gzip
import math
import os
import random

FAMILIES = ("mixture", "mixture", "extreme", "correlated", "tall", "pairs",
            "duplicates", "shipped", "large")
MODELS = ("linear", "relu", "leaky_relu")
KINDS = MODELS + tuple(dict.fromkeys(FAMILIES))
SHIPPED = "/usr/lib/python3/dist-packages/sklearn/datasets/data"


def log_uniform(rng, low, high):
    return math.exp(rng.uniform(math.log(low), math.log(high)))


def whole(rng, low, high):
    """Small numbers are as likely as large ones."""
    return min(high, int(log_uniform(rng, low, high + 1)))


def points_line(label, x):
    entries = " ".join(f"{k + 1}:{value:.17g}" for k, value in enumerate(x) if value)
    return f"{label} {entries or '1:1e-300'}\n"


def write_points(path, points):
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(points_line(label, x) for label, x in points)


def random_points(rng, count, d):
    sign = [1 if k % 2 else -1 for k in range(count)]
    signal = rng.choice([0, 0.5, 2])
    return [(y, [signal * y * (k == 0) + rng.gauss(0, 1) for k in range(d)])
            for y in sign]


def pairs(rng, folder, p):
    """Every point and its neighbour at 1e-3 to 1e-9, of the same label or not."""
    half, d = whole(rng, 2, 8), whole(rng, 2, 16)
    gap, cross = log_uniform(rng, 1e-9, 1e-3), rng.random() < 0.2
    points = random_points(rng, half, d)
    twins = [(-y if cross and rng.random() < 0.3 else y,
              [value + gap * rng.gauss(0, 1) for value in x]) for y, x in points]
    return from_file(rng, folder, p, points + twins)


def duplicates(rng, folder, p):
    """Some points twice, seldom with both labels: those are not separable."""
    count, d = whole(rng, 4, 12), whole(rng, 2, 12)
    points = random_points(rng, count, d)
    again = rng.sample(points, whole(rng, 1, 3))
    cross = rng.random() < 0.2
    points += [(-y if cross else y, x) for y, x in again]
    return from_file(rng, folder, p, points)


def from_file(rng, folder, p, points):
    write_points(os.path.join(folder, "points.svm"), points)
    negative = sum(y < 0 for y, _ in points)
    p["data"] = "points.svm"
    p["samples"] = min(len(points), 2 * min(negative, len(points) - negative) + 40)
    if rng.random() < 0.3:
        p["samples"] = max(2, p["samples"] - whole(rng, 1, 3))
    return p


def labelled(rows):
    return [(int(float(row[-1])), [float(value) for value in row[:-1]]) for row in rows]


def digits():
    with gzip.open(os.path.join(SHIPPED, "digits.csv.gz"), "rt") as file:
        return labelled(csv.reader(file))


def table(name):
    with open(os.path.join(SHIPPED, name + ".csv"), encoding="utf-8") as file:
        return labelled(list(csv.reader(file))[1:])


def shipped(rng, folder, p):
    """The files scikit-learn brings along."""
    name = rng.choice(["iris", "wine_data", "breast_cancer", "digits"])
    points = digits() if name == "digits" else table(name)
    write_points(os.path.join(folder, "points.svm"), points)
    p["data"], p["samples"] = "points.svm", whole(rng, 2, 40)
    if name != "breast_cancer":
        a, b = rng.sample(range(10 if name == "digits" else 3), 2)
        p["labels"] = f"{a} vs {rng.choice([b, 'rest'])}"
    if rng.random() < 0.2:
        p["dimension"] = rng.choice([2, 3])
    return p


def mixture(rng, p, family):
    p["dimension"], p["samples"] = whole(rng, 2, 200), whole(rng, 2, 16)
    p["noise"] = rng.choice([1, 1, log_uniform(rng, 0.1, 10)])
    p["signal"] = rng.choice([0, 0, 0.5, 1, 2, log_uniform(rng, 0.01, 10)])
    if family == "extreme":
        p["noise"] = log_uniform(rng, 1e-8, 1e4)
        p["dimension"] = whole(rng, 2, 5000)
        p["signal"] = rng.choice([0, 1, log_uniform(rng, 1e-3, 10)])
    if family == "correlated":
        p["correlation"] = rng.choice([0.5, 0.9, 0.99, 0.9999, 0.99999])
        p["noise"] = rng.choice([1, 1e-3, 1e-5])
    if family == "tall":
        p["dimension"], p["samples"] = whole(rng, 2, 10), whole(rng, 8, 40)
        p["signal"] = rng.choice([1, 2, 4])
    if family == "large":
        p["dimension"], p["samples"] = whole(rng, 8, 5000), whole(rng, 30, 300)
        p["signal"] = rng.choice([0, 1, 2])
    if rng.random() < 0.15:
        p["label_noise"] = rng.choice([0.05, 0.2, 0.4])
    if rng.random() < 0.5:
        p["sampler"] = "bartlett" if p["dimension"] > p["samples"] + 2 else "ambient"
    return p


def training(rng, p, kind, large):
    p["model"] = kind if kind in MODELS else rng.choice(MODELS)
    if p["model"] == "leaky_relu":
        p["leak"] = rng.choice([0, 0.01, 0.1, 0.3, 0.5, 0.9, 0.999, 1, rng.random()])
    if p["model"] != "linear":
        few = 1 if rng.random() < 0.2 else 4
        p["width"] = 2 * whole(rng, few, 10 if large or rng.random() < 0.8 else 50)
    none = 0 if p["model"] == "linear" else 0.1
    p["init_scale"] = rng.choice([0.01, 0.01, 1, 10, none, log_uniform(rng, 1e-3, 10)])
    p["polish"] = rng.random() < 0.6
    p["max_steps"] = rng.choice([500, 1000, 3000, 3000])
    if rng.random() < 0.2:
        p["loss"] = "exponential"
    if rng.random() < 0.2:
        p["optimizer"] = "gd"
    if rng.random() < 0.2:
        p["learning_rate"] = rng.choice([0.1, 1, 2])
    if p["polish"] and rng.random() < 0.2:
        p["stable_steps"] = rng.choice([0, 128, 2048])


def unlearning(rng, p):
    others = ["none", "retrain", "random", "minnorm", "pgu", "descent_ascent",
              "iterated"]
    p["method"] = rng.choice(["ascent"] * 5 + others)
    last = p["samples"] - 1
    p["forget"] = min(last, rng.choice([0, 1, 1, 1, 2, 4, last, rng.randint(0, last)]))
    if p["method"] not in ("none", "retrain") and p["forget"]:
        p["step_scale"] = rng.choice([0, 0.2, 0.5, 0.9, 1, 1, 1, 1.1, 2,
                                      rng.uniform(0, 2)])
        if p["method"] == "pgu":
            p["retained_variance"] = rng.choice([0, 0.5, 0.9, 1])
        if p["method"] == "descent_ascent":
            p["descent_weight"] = rng.choice([0, 0.5, 1])
        if p["method"] == "iterated":
            p["unlearn_steps"] = rng.choice([1, 2, 5])
    else:
        del p["method"]
    if p["forget"] and rng.random() < 0.3:
        noisy = p.get("label_noise") and rng.random() < 0.5
        p["forget_which"] = "mislabelled" if noisy else "random"
    p["test_samples"] = 0
    p["retrain"] = rng.random() < 0.5


def text(seed, p):
    lines = [f"  {name}: {str(value).lower() if isinstance(value, bool) else value}\n"
             for name, value in p.items()]
    return f"name: adversarial\nseed: {seed}\nreplicates: 1\ngrid:\n" + "".join(lines)


def write(seed, attempt, folder, kind=None):
    rng = random.Random(f"{seed} {attempt} {kind}")
    family = kind if kind in FAMILIES else rng.choice(FAMILIES)
    if family == "large" and kind != "large" and rng.random() < 0.7:
        family = "mixture"
    if family == "shipped" and not os.path.isdir(SHIPPED):
        family = "pairs"
    p, builders = {}, {"pairs": pairs, "duplicates": duplicates, "shipped": shipped}
    if family in builders:
        p = builders[family](rng, folder, p)
    else:
        p = mixture(rng, p, family)
    training(rng, p, kind, family == "large")
    unlearning(rng, p)
    path = os.path.join(folder, "grid.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text(seed, p))
    return path, family
