#!/usr/bin/env python3
"""test_python.py SWEEP ROOT: sweeps/sweep.py and `--format trials-csv`, against the database.

Types, undefined values, texts that look like numbers, results of one's own, old folders.
"""
import csv, io, json, math, os, pathlib, re, shutil, sqlite3, subprocess, sys, tempfile, warnings

import numpy
import pandas

from harness import check, finish

os.environ["SWEEP"] = str(pathlib.Path(sys.argv[1]).resolve())
root = pathlib.Path(sys.argv[2]).resolve()
sys.dont_write_bytecode = True
sys.path.insert(0, str(root / "sweeps"))
import sweep

work = tempfile.mkdtemp()
os.chdir(work)

POINTS = "\n".join(f"{1 + i % 3} 1:{i % 7 + 1} 2:{i * i % 5 - 2} 3:{i % 4 - 1.5}"
                   for i in range(90)) + "\n"
GRID = """name: py
seed: 3
replicates: 3
grid:
  data: [NA, null.svm]
  labels: [1 vs 2, 2 vs rest]
  samples: [6, 8]
  model: [relu, leaky_relu]
  leak: 0.25
  width: 4
  max_steps: 150
  retrain: [true, false]
  step_scale: [0, 1, 40]
results:
  relative: restored_eps / norm
  never: 1 / (width - 4)
  ks: ks(forget_margin_after ~ forget_margin_retrain)
table: {columns: [exact_tau, ks]}
"""


def said(function, *words, **more):
    """What it warns of, or raises."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            value = function(*words, **more)
        except sweep.SweepError as error:
            return str(error), None
    return " ".join(str(w.message) for w in caught), value


def check_trials(folder, trials):
    db = sqlite3.connect(f"file:{folder}/sweep.db?mode=ro", uri=True)
    db.row_factory = sqlite3.Row
    stored = db.execute("SELECT * FROM trials JOIN cells ON cells.id = trials.cell_id ORDER BY "
                        "cell, replicate").fetchall()
    check("a row for each trial", len(stored) == len(trials) == 3 * 96)
    check("in order", [tuple(r) for r in trials[["cell", "replicate"]].values] ==
          [(r["cell"], r["replicate"]) for r in stored])
    names = [n for n in stored[0].keys() if n in trials.columns]
    check("all of them", len(names) > 110 and set(stored[0].keys()) - set(names) ==
          {"id", "key", "cell_id", "message"})
    for name in names:
        for value, row in zip(trials[name].tolist(), stored):
            have = value if isinstance(value, str) else (
                None if math.isnan(value) else float(value))
            want = row[name] if isinstance(row[name], (str, type(None))) else float(row[name])
            if have != want:
                check(f"{name}: {have!r}, stored {want!r}", False)
                break
    expected = {"cell": "int64", "replicate": "int64", "dimension": "int64", "samples": "int64",
                "step_scale": "float64", "leak": "float64", "retrain": "bool", "model": "object",
                "data": "object", "labels": "object", "status": "object",
                "stop_reason": "object", "steps": "float64", "exact_tau": "float64",
                "relative": "float64", "never": "float64", "seconds": "float64"}
    types = {name: str(trials[name].dtype) for name in expected}
    check(f"types: {types}", types == expected)
    check("texts", set(trials.data) == {"NA", "null.svm"} and set(trials.labels) ==
          {"1 vs 2", "2 vs rest"})
    failed = trials[trials.status != "ok"]
    check("some failed, some did not", 0 < len(failed) < len(trials))
    check("what failed is undefined", failed.exact_tau.isna().all())
    check("never", trials.never.isna().all() and "ks" not in trials)
    good = trials[trials.relative.notna()]
    check("a result of one's own", len(good) > 25 and numpy.array_equal(
        good.relative, good.restored_eps / good.norm))


def check_table(folder):
    table = sweep.load(folder, table=True)
    text = subprocess.run([os.environ["SWEEP"], "table", folder, "--format", "csv"],
                          capture_output=True, text=True).stdout
    rows = list(csv.DictReader(io.StringIO(text)))
    check("rows", len(rows) == len(table) == 96)
    check("columns", list(table.columns) == list(rows[0]) and "ks_low" in table)
    for name in "exact_tau_mean", "ks", "failed", "data":
        check(name, [str(v) for v in table[name]] == [
            v if name in ("data", "failed") else str(float(v)) for v in
            (r[name] for r in rows)])
    small = sweep.load(folder, table=True, rows=["model"], columns=["a: norm * 2", "exact_tau"],
                       statistics="q05,n", where="samples = 6 and retrain = 1")
    check(f"as asked: {list(small.columns)}", list(small.columns) == [
        "model", "trials", "failed", "undefined", "a_q05", "a_n", "exact_tau_q05",
        "exact_tau_n"])
    trials = sweep.load(folder, columns="norm,twice: norm * 2", where="norm > 0 and samples = 6")
    defined = trials[trials.status == "ok"]
    check("some of the trials", len(defined) > 9 and (trials.samples == 6).all() and
          list(trials.columns[-2:]) == ["norm", "twice"] and
          (defined.twice == 2 * defined.norm).all())
    text, _ = said(sweep.load, folder, rows=["model"])
    check(text, text.startswith("sweep table: --rows is not for trials-csv"))
    text, _ = said(sweep.load, folder, columns="success")
    check(text, "'success'" in text)
    text, _ = said(sweep.load, "nowhere")
    check(text, text.startswith("sweep table: cannot open"))


def check_export(folder):
    subprocess.run([os.environ["SWEEP"], "trial", f"{folder}/grid.yaml", "--cell", "2",
                    "--replicate", "1", "--export", "arrays"], capture_output=True)
    text, arrays = said(sweep.export, folder, 2, 1)
    names = {p.stem for p in pathlib.Path("arrays").glob("*.npy")}
    check(text, text == "" and names | {"record"} == set(arrays) and "X" in names)
    check("the arrays", all(numpy.array_equal(arrays[n], numpy.load(f"arrays/{n}.npy"))
                            for n in names))
    record = json.loads(pathlib.Path("arrays/record.json").read_text())
    for one in record, arrays["record"]:
        del one["results"]["seconds"]
    check("the record", arrays["record"] == record)
    more = sweep.export("grid.yaml", cell=2, replicate=1, tests=True)
    check("test points", set(arrays) < set(more))
    text, _ = said(sweep.export, folder, 10**6, 1)
    check(text, "--cell must be" in text)


def check_run():
    pathlib.Path("small.yaml").write_text(
        "name: small\nseed: 1\nreplicates: 2\ngrid:\n  dimension: 400\n  samples: 4\n"
        "  width: 12\n  max_steps: 500\n")
    text, folder = said(sweep.run, "small.yaml", "out", 1, width=[4, 6], polish=False, seed=9)
    check(text, "seed" in text and folder is None)
    text, folder = said(sweep.run, "small.yaml", "out", 1, width=[14, 16], polish=False,
                        model="leaky_relu", leak=0.5, step_scale=numpy.float64(0.1))
    trials = sweep.load(folder)
    check(f"{text} {folder}", text == "" and folder == "out")
    check("as asked", set(trials.model) == {"leaky_relu"} and set(trials.step_scale) == {0.1} and
          not trials.polish.any() and trials.dtypes.polish == bool)
    check("the default folder", sweep.run("small.yaml", max_steps=300) == "results/small")


def check_old():
    """Folders of older versions: what these did not know is undefined. Their number."""
    header = (root / "include/sweep/grid.h").read_text()
    today = re.search(r"MODEL_VERSION = (\d+)", header)[1]
    folders = sorted((root / "tests/folders").glob("*/sweep.db"))
    check("there are some", len(folders) >= 4)
    lacking = 0
    for path in folders:
        text, trials = said(sweep.load, path.parent)
        db = sqlite3.connect(f"file:{path}?immutable=1", uri=True)
        model, = db.execute("SELECT value FROM meta WHERE name = 'model_version'").fetchone()
        check(f"{path}: {text}", ("model version" in text) == (model != today))
        check("its trials", len(trials) > 0 and trials.exact_tau.notna().any())
        had = {row[1] for row in db.execute("PRAGMA table_info(trials)")}
        lacks = list(set(trials.columns[trials.columns.get_loc("status"):]) - had)
        check(f"what it had not: {lacks}", not lacks or trials[lacks].isna().all(axis=None))
        lacking += len(lacks)
    check("some lack results", lacking > 5)
    return len(folders)


def check_parquet(folder):
    text, _ = said(sweep.parquet, folder, "t.parquet")
    try:
        import pyarrow
    except ImportError:
        check(text, text.startswith("Parquet needs the Python package pyarrow"))
    else:
        check("the same", pandas.read_parquet("t.parquet").equals(sweep.load(folder)))


for name in "NA", "null.svm":
    pathlib.Path(name).write_text(POINTS if name == "NA" else POINTS.replace("1:", "1:1"))
pathlib.Path("grid.yaml").write_text(GRID)
text, folder = said(sweep.run, "grid.yaml", options=["--max-failures", "100%"])
check(text, "trials failed: see 'status'" in text and folder == "results/py")
check_trials(folder, sweep.load(folder))
check_table(folder)
check_export(folder)
check_run()
old = check_old()
check_parquet(folder)
shutil.rmtree(work)
finish(33 + 3 * old)
