"""scale.py SWEEP [LAST] [--record | --linear]: what a trial costs as its points grow.

The ladder is m = 50, 100, 200, ... of a mixture and of pure Gaussian points, n = 400,
d = 10 m, one thread, one trial: training, the exact point and its certificates. A line is
the seconds of CPU of the whole process, the exponent of their growth since the rung before,
the most memory, and the same as last recorded in scale.tsv, so that a cliff is seen when it
comes. A rung that is not recorded shows "-".

--linear: the exact linear model of the mixture, d = 100, beside liblinear and SVC of
scikit-learn with their own tolerances, m = 1000 .. LAST. A solution w is scaled to a least
margin of 1: then |w|^2 / 2 is at least the value of every dual point, and the gap is its
distance to that of sweep's multipliers, as a share of it. The margin is that of w / |w|. SVC
has an intercept, which no option takes away: it is given x and -x with both labels, for which
it is 0. sweep's seconds are of the whole process, training, certificates and the comparison
with retraining included.
"""
import csv, math, os, pathlib, sqlite3, subprocess, sys, tempfile, time

import numpy as np

RUNGS = 50, 100, 200, 400, 800, 1600, 2000
POINTS = {"mixture": 1, "gaussian": 0}  # signal
FIELDS = "points", "m", "seconds", "megabytes", "status"
RECORD = pathlib.Path(__file__).with_name("scale.tsv")

for name in "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS":
    os.environ[name] = "1"


def run(sweep, folder, grid):
    """Run a grid of one trial; the seconds and the memory of the process, the trial."""
    path = pathlib.Path(folder, "grid.yaml")
    path.write_text(grid)
    out = pathlib.Path(folder, f"out-{time.monotonic_ns()}")
    process = subprocess.Popen(
        [sweep, "run", path, "-o", out, "-q", "-j", "1", "--max-failures", "100%"])
    used = os.wait4(process.pid, 0)[2]
    database = sqlite3.connect(out / "sweep.db")
    database.row_factory = sqlite3.Row
    trial = database.execute("SELECT * FROM trials").fetchone()
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, trial, out


def climb(sweep, folder, last):
    """A row of FIELDS for each rung, as it is measured."""
    for points, signal in POINTS.items():
        for m in (rung for rung in RUNGS if rung <= last):
            seconds, memory, trial, _ = run(sweep, folder, f"""name: scale
seed: 1
replicates: 1
grid: {{samples: {m}, dimension: {10 * m}, width: 400, signal: {signal}, polish: true}}
""")
            yield dict(zip(FIELDS, (points, m, seconds, memory, trial["status"])))


def read_record():
    if not RECORD.exists():
        return {}
    with RECORD.open() as stream:
        return {(row["points"], int(row["m"])): row
                for row in csv.DictReader(stream, delimiter="\t")}


def describe(rows, points, m):
    """Seconds, exponent and memory of a rung, as words."""
    row = rows.get((points, m))
    if row is None:
        return "-", "-", "-"
    below = [rung for rung in RUNGS if rung < m and (points, rung) in rows]
    exponent = "-"
    if below:
        ratio = float(row["seconds"]) / float(rows[points, below[-1]]["seconds"])
        exponent = f"{math.log(ratio) / math.log(m / below[-1]):.2f}"
    return f"{float(row['seconds']):.2f}", exponent, f"{float(row['megabytes']):.0f}"


def write_record(rows):
    with RECORD.open("w") as stream:
        print(*FIELDS, sep="\t", file=stream)
        for points, m in sorted(rows):
            row = rows[points, m]
            print(points, m, f"{float(row['seconds']):.3f}",
                  f"{float(row['megabytes']):.0f}", row["status"], sep="\t", file=stream)


def print_ladder(sweep, folder, last, record):
    now, before = {}, read_record()
    print("                      now                        recorded")
    print("points       m        s exponent       MB        s exponent       MB  trial")
    for row in climb(sweep, folder, last):
        place = row["points"], row["m"]
        now[place] = row
        words = describe(now, *place) + describe(before, *place)
        print(f"{place[0]:8} {place[1]:5}", *(f"{word:>8}" for word in words),
              "", row["status"], flush=True)
        if record:
            write_record({**before, **now})


def timed(function):
    start = time.process_time()
    result = function()
    return result, time.process_time() - start


def print_linear(sweep, folder, last):
    try:
        from sklearn.svm import SVC, LinearSVC
    except ImportError:
        print("scikit-learn is missing (python3-sklearn): sweep alone")
        SVC = LinearSVC = None
    print("points       m  solver          s  least margin      gap")
    for m in (m for m in (1000, 3000, 10000) if m <= last):
        seconds, _, trial, out = run(sweep, folder, f"""name: linear
seed: 1
replicates: 1
grid: {{model: linear, samples: {m}, dimension: 100, signal: 0.6, test_samples: 0}}
""")
        arrays = pathlib.Path(folder, f"arrays-{m}")
        subprocess.run([sweep, "trial", out / "grid.yaml", "--cell", "0", "--replicate", "0",
                        "--export", arrays], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        X, y = np.load(arrays / "X.npy"), np.load(arrays / "y.npy")
        w = np.load(arrays / "W_polished.npy").ravel()
        multipliers = np.maximum(np.load(arrays / "lambda.npy").ravel(), 0)
        pull = X.T @ (y * multipliers)
        dual = multipliers.sum() ** 2 / (pull @ pull) / 2  # the best of its multiples
        solutions = {"sweep": (w, seconds)}
        if SVC:
            hard = 1e6  # a slack costs more than any margin
            model = SVC(kernel="linear", C=hard)
            twice = np.vstack([X, -X]), np.concatenate([y, -y])
            solutions["SVC"] = timed(lambda: model.fit(*twice).coef_.ravel())
            liblinear = LinearSVC(loss="hinge", C=hard, fit_intercept=False, max_iter=100000)
            solutions["liblinear"] = timed(lambda: liblinear.fit(X, y).coef_.ravel())
        for name, (w, seconds) in solutions.items():
            margin = np.min(y * (X @ w))
            gap = f"{w @ w / 2 / margin**2 / dual - 1:.1e}" if margin > 0 else "-"
            print(f"mixture  {m:5}  {name:9} {seconds:7.2f}  {margin / np.linalg.norm(w):12.9f}"
                  f"  {gap:>7}", flush=True)


def main():
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    options = {word for word in sys.argv[1:] if word.startswith("--")}
    if not words or len(words) > 2 or not options <= {"--record", "--linear"}:
        sys.exit(__doc__.splitlines()[0])
    sweep = str(pathlib.Path(words[0]).resolve())
    with tempfile.TemporaryDirectory() as folder:
        if "--linear" in options:
            print_linear(sweep, folder, int(words[1]) if len(words) > 1 else 10000)
        else:
            last = int(words[1]) if len(words) > 1 else 400
            print_ladder(sweep, folder, last, "--record" in options)


main()
