#!/usr/bin/env python3
"""Trials on a data file, recomputed from the file and from what `sweep trial --export`
writes: which points are trained and tested on, their labels, their projection, and all
results that check_export.py recomputes.

The file is read here by a few lines of Python, and by scikit-learn where there is one.

    check_data.py SWEEP     SWEEP: the executable; exit status 77: there is no NumPy
"""

import gzip
import itertools
import os
import random
import sys
import tempfile

from check_export import Checks, check_trial, trials

import numpy as np

FEATURES, POINTS = 24, 90
CLASSES = ["3", "-8", "0.5"]  # 45, 30 and 15 points

GRIDS = [
    """
name: models
seed: 11
replicates: 1
grid:
  data: [DATA]
  labels: [3 vs -8, -8.0 vs 0.5, 0.50 vs rest]
  model: [relu, leaky_relu, linear]
  leak: 0.3
  samples: 7
  width: 16
  init_scale: 1
  polish: [true, false]
  step_scale: 0.9
  forget: [0, 2]
  max_steps: 4000
""",
    """
name: noise
seed: 12
replicates: 1
grid:
  data: [DATA]
  labels: [3 vs rest, -8 vs 3]
  dimension: [24, 10]
  samples: [8, 11]
  model: leaky_relu
  width: 16
  init_scale: 1
  label_noise: [0, 0.3]
  polish: true
  forget_which: [first, random, mislabelled]
  forget: 2
  ranks: true
  test_samples: 40
where: "label_noise > 0 or forget_which <> 'mislabelled'"
""",
    """
name: short
seed: 13
replicates: 1
grid:
  data: [DATA]
  labels: 0.5 vs 3
  samples: [31, 36, 60]
  width: 60
  polish: true
""",
]

SMALL = """
name: projection
seed: 14
replicates: 1
grid:
  data: [DATA]
  dimension: 2
  samples: [1, 2, 3, 4]
  width: 40
  model: [relu, leaky_relu]
  init_scale: 1
  polish: true
  forget: 0
"""


def write_file(path, points, features, classes, packed):
    """Random sparse points, as untidy as the format allows. `classes` one a point."""
    chance = random.Random(points)
    with (gzip.open if packed else open)(path, "wt", newline="") as file:
        file.write("# made by a test\r\n\n")
        for label in classes:
            kept = [k for k in range(features) if chance.random() < 0.8]
            scale = 10 ** chance.uniform(-3, 3)
            fields = [f"{k + 1}:{chance.gauss(0, scale):.9g}" for k in kept]
            if features - 1 not in kept:
                fields.append(f"{features}:0")
            file.write(label + " " + "\t ".join(fields))
            file.write(chance.choice(["\n", "\r\n", "  # a point\n"]))


def read_file(path):
    """(points of unit length, labels)"""
    with (gzip.open if path.endswith("gz") else open)(path, "rt") as file:
        lines = [line.split("#")[0].split() for line in file]
    lines = [fields for fields in lines if fields]
    pairs = [[f.split(":") for f in fields[1:]] for fields in lines]
    X = np.zeros((len(lines), max(int(k) for p in pairs for k, _ in p)))
    for i, p in enumerate(pairs):
        for k, value in p:
            X[i, int(k) - 1] = float(value)
    y = np.array([float(fields[0]) for fields in lines])
    return X / np.linalg.norm(X, axis=1)[:, None], y


def check_reader(path, X, y):
    """Another's reader says the same."""
    try:
        from sklearn.datasets import load_svmlight_file
    except ImportError:
        print("scikit-learn is not installed: no second reader")
        return
    theirs, labels = load_svmlight_file(path)
    theirs = theirs.toarray()
    theirs /= np.linalg.norm(theirs, axis=1)[:, None]
    assert theirs.shape == X.shape and (labels == y).all()
    assert np.abs(theirs - X).max() <= 1e-15


def sides(t, y):
    """+1 and -1 as `labels` says, 0 for the points of no side."""
    plus, minus = t.parameter["labels"].split(" vs ")
    other = np.ones(len(y)) if minus == "rest" else y == float(minus)
    return np.where(y == float(plus), 1, np.where(other, -1, 0))


def check_counts(c, t, side):
    """How many points of either side are there to train and to test on."""
    p, m = t.parameter, t.parameter["samples"]
    pool = [int((side == s).sum()) for s in (-1, 1)]
    small = min(pool)
    rest = sum(pool) - m
    c.true("training points", len(t.X) == m)
    c.true("test points", len(t.a["X_test"]) == p["test_samples"] <= rest)
    given = [int((t.y == s).sum()) for s in (-1, 1)]
    if p["label_noise"] == 0:
        c.true("balance", min(given) == min(small, m // 2))
    if p["test_samples"] == rest and p["label_noise"] == 0:
        tested = [int((t.a["y_test"] == s).sum()) for s in (-1, 1)]
        c.true("the others", [a + b for a, b in zip(given, tested)] == pool)
    for name in "X", "X_test":
        square = (t.a[name] ** 2).sum(axis=1)
        c.close("unit length of " + name, float(np.abs(square - 1).max(initial=0)), 0.0)


def check_points(c, t, X, side):
    """Without a projection: each point is one of the file's, with its label."""
    found = [np.argmin(((X - x) ** 2).sum(axis=1)) for x in (*t.X, *t.a["X_test"])]
    everyone = np.concatenate([t.X, t.a["X_test"]])
    c.close("points", float(np.abs(X[found] - everyone).max()), 0.0)
    c.true("no point twice", len(set(found)) == len(found))
    true = side[found]
    c.true("points of the two classes", (true != 0).all())
    c.true("labels of test points", (t.a["y_test"] == true[len(t.X) :]).all())
    flipped = np.flatnonzero(t.y != true[: len(t.X)])
    c.close("mislabelled", t.result["mislabelled"], len(flipped))
    c.true("balance", abs(true[: len(t.X)].sum()) <= 1
           or (true == np.sign(-true[: len(t.X)].sum())).sum() ==
           (side == np.sign(-true[: len(t.X)].sum())).sum())
    count = t.parameter["forget"]
    if t.parameter["forget_which"] == "mislabelled":
        count = min(count, len(flipped))
        c.true("which are forgotten", (t.a["forget"] == flipped[:count]).all())
    elif t.parameter["forget_which"] == "first":
        c.true("which are forgotten", (t.a["forget"] == np.arange(count)).all())
    c.close("forgotten", t.result["forgotten"], count)
    return len(flipped)


def check_data(c, t, X, y):
    """Returns how many labels were flipped."""
    gram = t.X @ t.X.T
    off = np.abs(gram - np.diag(np.diag(gram)))
    c.close("psi", t.result["psi"], float(np.abs(np.diag(gram) - 1).max()))
    c.close("phi", t.result["phi"], float(off.max()))
    side = sides(t, y)
    check_counts(c, t, side)
    if t.parameter["dimension"] == X.shape[1]:
        return check_points(c, t, X, side)
    return t.result["mislabelled"]


def check_projection(c, t, X, y):
    """All points of a small file: exactly one way to give each its image, of its own
    class, agrees with one linear map up to positive factors."""
    image = np.concatenate([t.X, t.a["X_test"]])
    label = np.concatenate([t.y, t.a["y_test"]])
    side, ways = sides(t, y), 0
    groups = [np.flatnonzero(side == s) for s in (-1, 1)]
    if any((label == s).sum() != len(g) for s, g in zip((-1, 1), groups)):
        c.true("all points of either class", False)
        return
    orders = [np.concatenate(order) for order in
              itertools.product(*(itertools.permutations(g) for g in groups))]
    source = np.empty((len(orders), len(image)), int)
    source[:, np.concatenate([np.flatnonzero(label == s) for s in (-1, 1)])] = orders
    x = X[source]
    rows = np.concatenate([image[:, 1:] * x, -image[:, :1] * x], axis=2)
    _, singular, right = np.linalg.svd(rows, full_matrices=False)
    for k in np.flatnonzero(singular[:, -1] <= 1e-12):
        along = ((x[k] @ right[k, -1].reshape(2, 3).T) * image).sum(axis=1)
        ways += (along > 0).all() or (along < 0).all()
    c.close("maps that explain the projection", ways, 1)


APART = """
name: apart
seed: 15
replicates: 1
grid:
  data: points0.svm
  labels: 3 vs rest
  dimension: [24, 10]
  samples: 7
  width: [16, 30]
  test_samples: [0, 5, 40]
"""


def check_apart(c, sweep, folder):
    """More test points only add to fewer, and no other number depends on them, nor the
    points on the width. Returns the number of trials."""
    grid, first, cells = os.path.join(folder, "apart.yaml"), {}, 0
    with open(grid, "w", encoding="utf-8") as file:
        file.write(APART)
    for t in trials(sweep, grid, os.path.join(folder, "apart")):
        p, a = t.parameter, t.a
        c.where, cells = f"apart, cell {t.record['cell']}", cells + 1
        whole = first.setdefault(p["dimension"], a)
        tests = min(len(a["X_test"]), len(whole["X_test"]))
        for name, count in ("X", 7), ("y", 7), ("X_test", tests), ("y_test", tests):
            c.true(name, (a[name][:count] == whole[name][:count]).all())
        whole["X_test"] = max(whole["X_test"], a["X_test"], key=len)
        whole["y_test"] = max(whole["y_test"], a["y_test"], key=len)
        same = first.setdefault((p["dimension"], p["width"]), a)
        for name in "W_init", "W_trained", "W_unlearned", "W_retrained":
            c.true(name, (a[name] == same[name]).all())
    return cells


def check_folder(c, sweep, folder):
    """Returns the number of trials, and of labels flipped and not."""
    cells, flipped, kept = 0, 0, 0
    chance = random.Random(1)
    classes = [label for label, n in zip(CLASSES, (45, 30, 15)) for _ in range(n)]
    chance.shuffle(classes)
    for index, text in enumerate(GRIDS):
        name = f"points{index}.svm" + (".gz" if index % 2 else "")
        path, grid = os.path.join(folder, name), os.path.join(folder, f"{index}.yaml")
        write_file(path, POINTS, FEATURES, classes, index % 2)
        X, y = read_file(path)
        check_reader(path, X, y)
        with open(grid, "w", encoding="utf-8") as file:
            file.write(text.replace("DATA", name))
        for t in trials(sweep, grid, os.path.join(folder, f"out{index}")):
            p = t.parameter
            c.where = f"{t.record['grid']}, cell {t.record['cell']} ({p['labels']})"
            count = check_data(c, t, X, y)
            check_trial(c, t)
            if p["label_noise"] > 0:
                flipped, kept = flipped + count, kept + len(t.X) - count
            cells += 1
    return cells, flipped, kept


def check_small(c, sweep, folder):
    """The labels are not said: +1 is the larger of two."""
    cells = 0
    for classes in ["-1", "7"] * 3 + ["7"], ["-1", "7"] * 4 + ["-1"]:
        grid, path = os.path.join(folder, "g.yaml"), os.path.join(folder, "small.svm")
        write_file(path, len(classes), 3, classes, False)
        X, y = read_file(path)
        with open(grid, "w", encoding="utf-8") as file:
            file.write(SMALL.replace("DATA", "small.svm"))
        for t in trials(sweep, grid, os.path.join(folder, f"out{len(classes)}")):
            c.where = f"small, {len(classes)} points, cell {t.record['cell']}"
            c.true("labels", t.parameter["labels"] == "7 vs -1")
            check_data(c, t, X, y)
            check_projection(c, t, X, y)
            check_trial(c, t)
            cells += 1
    return cells


TRANSFORMS = """
name: transforms
seed: 16
replicates: 1
grid:
  data: DATA
  dimension: [3, 2]
  samples: SAMPLES
  center: [false, true]
  scale: [unit, none, standard]
  bias: [0, 0.7]
  width: 40
  model: leaky_relu
  init_scale: 1
  max_steps: 1000
  forget: 0
where: bias = 0 or dimension = 2
"""


def transformed(x, m, p):
    """What the manual says of points of which the first m are trained on, before they are
    projected."""
    mean, deviation = x[:m].mean(axis=0), x[:m].std(axis=0)
    z = x - p["center"] * mean
    return z / deviation if p["scale"] == "standard" else z


def check_scaler(c, z, x, m, p):
    """scikit-learn says the same."""
    try:
        from sklearn.preprocessing import StandardScaler
    except ImportError:
        return
    scaler = StandardScaler(with_mean=p["center"], with_std=p["scale"] == "standard")
    theirs = scaler.fit(x[:m]).transform(x)
    c.true("StandardScaler", np.abs(theirs - z).max() <= 1e-13 * np.abs(z).max())


def unit(x):
    return x / np.linalg.norm(x, axis=1)[:, None]


def explains(z, image, p):
    """Whether the image is that of z."""
    if image.shape[1] == z.shape[1]:
        z = unit(z) if p["scale"] == "unit" else z
        return np.abs(z - image).max() < 1e-12 * max(1, np.abs(z).max())
    if p["scale"] != "unit":
        G, _, rank, _ = np.linalg.lstsq(z, image, rcond=None)
        return rank == 3 and np.abs(z @ G - image).max() < 1e-12 * np.abs(image).max()
    rows = np.hstack([image[:, 1:] * z, -image[:, :1] * z])
    _, singular, right = np.linalg.svd(rows)
    along = ((z @ right[-1].reshape(2, 3).T) * image).sum(axis=1)
    return singular[-1] < 1e-12 * singular[0] and ((along > 0).all() or (along < 0).all())


def check_transform(c, t, sources):
    """Exactly one way to say which points of the files these are explains them, the mean
    and the variances being those of the training points. `sources`: points and classes
    of the training and of the test points, or of both."""
    p, bias = t.parameter, t.parameter["bias"]
    image = np.concatenate([t.X, t.a["X_test"]])
    label = np.concatenate([t.y, t.a["y_test"]])
    side = np.concatenate([np.where(y > 0, 1, -1) for _, y in sources])
    x = np.concatenate([X for X, _ in sources])
    first = len(sources[0][0])
    if bias:
        c.true("bias", (image[:, -1] == bias).all())
        image = image[:, :-1]
    square = (t.X ** 2).sum(axis=1)
    c.true("psi", abs(t.result["psi"] - np.abs(square - 1).max()) <= 1e-12 * square.max())
    c.true("dimension", image.shape[1] == p["dimension"])
    groups = [np.flatnonzero(side == s) for s in (-1, 1)]
    ways = 0
    for orders in itertools.product(*(itertools.permutations(g) for g in groups)):
        place = np.zeros(len(label), dtype=int)
        for s, order in zip((-1, 1), orders):
            place[label == s] = order
        if len(sources) > 1 and (place[: len(t.X)] >= first).any():
            continue
        z = transformed(x[place], len(t.X), p)
        if explains(z, image, p):
            ways += 1
            check_scaler(c, z, x[place], len(t.X), p)
    c.close("ways to explain the points", ways, 1)


def check_transforms(c, sweep, folder):
    """CSV and NumPy files, with test points left over and in a file of their own."""
    generator = np.random.default_rng(22)
    X = generator.normal(1, 1, (9, 3)) * [1, 0.3, 4]
    y = np.array([0, 1, 1, 0, 1, 0, 1, 1, 0])
    table = np.column_stack([y, X])
    cells = 0
    np.savetxt(os.path.join(folder, "all.csv"), table[:7], "%.17g", ",", comments="",
               header='class,"a, b",c,d')
    for name, part in ("train", slice(0, 7)), ("test", slice(7, 9)):
        np.save(os.path.join(folder, f"X_{name}.npy"), np.asfortranarray(X[part]))
        np.save(os.path.join(folder, f"y_{name}.npy"), y[part].astype("u1"))
    pair = "{points: X_%s.npy, labels: y_%s.npy}"
    for name, data, samples, sources in (
            ("left", "{points: all.csv, labels: class}", 4, [(X[:7], y[:7])]),
            ("apart", pair % (("train",) * 2) + "\n  test_data: " + pair % (("test",) * 2),
             7, [(X[:7], y[:7]), (X[7:], y[7:])])):
        grid = os.path.join(folder, name + ".yaml")
        with open(grid, "w", encoding="utf-8") as file:
            file.write(TRANSFORMS.replace("DATA", data).replace("SAMPLES", str(samples)))
        exports = os.path.join(folder, "transforms " + name)
        os.mkdir(exports)
        for cell, t in enumerate(trials(sweep, grid, exports, failed=True)):
            c.where = f"transforms, {name}, cell {cell}"
            check_transform(c, t, sources)
            cells += 1
    return cells


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: check_data.py SWEEP")
    c, sweep = Checks(), os.path.realpath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        cells, flipped, kept = check_folder(c, sweep, folder)
        cells += check_small(c, sweep, folder)
        cells += check_apart(c, sweep, folder)
        cells += check_transforms(c, sweep, folder)
    share, count = flipped / (flipped + kept), flipped + kept
    c.where = f"{flipped} of {count} labels flipped"
    c.true("as often as label_noise says", abs(share - 0.3) < 5 * (0.21 / count) ** 0.5)
    print(f"{cells} trials, {c.count} checks, {c.failed} failed")
    if cells != 143 or c.count < 9000:
        sys.exit("fewer were made than there should be")
    sys.exit(c.failed > 0)


if __name__ == "__main__":
    main()
