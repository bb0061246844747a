#!/usr/bin/env python3
"""test_results.py SWEEP: results of one's own, against Python on the trials stored.

In tables, figures, conditions, `until`; from the grid file and from the command line; with
threads, shards, after a resume and in a folder made before a column was there.
"""
import csv, math, os, pathlib, sqlite3, statistics, subprocess, sys, tempfile
from harness import check, finish

sweep = str(pathlib.Path(sys.argv[1]).resolve())
work = tempfile.mkdtemp()
os.chdir(work)

GRID = """name: own
seed: 3
replicates: 6
grid:
  dimension: [30, 100]
  samples: 8
  width: 12
  max_steps: 200
  polish: false
  step_scale: [0, 1, 9]
results:
  bound: "trained_eps + 3 * phi * sqrt(samples)"
  relative: restored_eps / norm
  ratio: relative / bound
  never: 1 / (samples - 8)
success: {condition: "relative < 0.25 * step_scale"}
table: {columns: [bound, relative, ratio, never], statistics: [mean, n]}
"""


def run(*words):
    return subprocess.run([sweep, *words], capture_output=True, text=True)


def table(folder, *words):
    result = run("table", folder, "--format", "csv", *words)
    check(f"{words}: {result.stderr}", result.returncode == 0)
    return list(csv.DictReader(result.stdout.splitlines()))


def near(text, value):
    return math.isclose(float(text), value, rel_tol=1e-14)


def refused(message, *words):
    result = run(*words)
    check(f"{words}: {result.stderr}", result.returncode == 2)
    check(f"{words}: {result.stderr}", message in result.stderr)


def trials(folder):
    database = sqlite3.connect(f"{folder}/sweep.db")
    database.row_factory = sqlite3.Row
    return database.execute("SELECT * FROM trials JOIN cells ON id = cell_id "
                            "WHERE status = 'ok'").fetchall()


def bound(t):
    return t["trained_eps"] + 3 * t["phi"] * math.sqrt(t["samples"])


def relative(t):
    return None if t["norm"] is None else t["restored_eps"] / t["norm"]


def mean(values):
    values = [v for v in values if v is not None]
    return (statistics.fmean(values) if values else math.nan), len(values)


pathlib.Path("own.yaml").write_text(GRID)
check("a run", run("run", "own.yaml", "-q", "-j1", "-o", "own").returncode in (0, 3))
stored = trials("own")
undefined = sum(t["norm"] is None for t in stored)
check(f"{undefined} of {len(stored)} trials have no certificate", 0 < undefined < len(stored))
for row in table("own"):
    here = [t for t in stored if t["dimension"] == float(row["dimension"])
            and t["step_scale"] == float(row["step_scale"])]
    for name, function in (("bound", bound), ("relative", relative),
                           ("ratio", lambda t: relative(t) and relative(t) / bound(t))):
        value, count = mean(map(function, here))
        check(f"{name}: {row}", near(row[name + "_mean"], value) or math.isnan(value))
        check(f"n of {name}", int(row[name + "_n"]) == count)
    check("a division by zero", row["never_n"] == "0" and row["never_mean"] == "NaN")
    met = [relative(t) is not None and relative(t) < 0.25 * t["step_scale"] for t in here]
    check("a condition of success", near(row["success"], statistics.fmean(met)))

# The command line: the same numbers, and names.
words = "relative, again: restored_eps / norm, restored_eps/norm, min(phi, psi), unique"
for row in table("own", "--columns", words, "--statistics", "mean"):
    check("one number", row["relative_mean"] == row["again_mean"]
          == row["restored_eps/norm_mean"])
    check("a comma inside parentheses", float(row["min(phi, psi)_mean"]) > 0)
    check("a word of SQL", row["unique_mean"] == "1")

# A condition on what is undefined keeps the cells whose trials meet it.
for where in ("step_scale < 0 or norm is not null", "iif(norm > 0, 1, step_scale < 0)",
              "coalesce(norm, 0) > 0"):
    rows = table("own", "--where", where, "--columns", "relative", "--statistics", "n")
    check(f"{where}: {rows}", sum(int(row["trials"]) for row in rows)
          == sum(t["norm"] is not None for t in stored))

# Only trials for which a condition holds; cells that cannot meet it have no row.
rows = table("own", "--where", "dimension = 100 and relative < 0.2", "--columns", "relative",
             "--statistics", "max,n")
for row in rows:
    check("a cell", row["dimension"] == "100")
    here = [relative(t) for t in stored
            if t["dimension"] == 100 and t["step_scale"] == float(row["step_scale"])]
    here = [value for value in here if value is not None and value < 0.2]
    check(f"trials: {row}", int(row["trials"]) == int(row["relative_n"]) == len(here))
    check("their largest", not here or near(row["relative_max"], max(here)))
check("rows", len(rows) == 3)

refused("'x': no such parameter or column: nrom (did you mean 'norm'?)", "table", "own",
        "--columns", "x: nrom * 2")
refused("'norm': 'norm' is a column already", "table", "own", "--columns", "norm: 2 * phi")
refused("'relative': 'relative' is a result already", "table", "own", "--columns",
        "relative: 2 * phi")
refused("'model || '!'': it gives a text", "table", "own", "--columns", "model || '!'")
refused("unknown column 'relativ' (did you mean 'relative'?)", "table", "own", "--columns",
        "relativ")
refused("'again' is asked for twice", "table", "own", "--columns", "again: phi, again")
refused("'where': no such parameter or column: bond (did you mean 'bound'?)", "table", "own",
        "--where", "bond > 1")
refused("--against takes one result, got 2", "plot", "own", "--against", "bound,phi")
refused("a map has no room for 'bound'", "plot", "own", "--map", "--y", "relative",
        "--against", "bound")

# A bound in the panel of what was measured.
plot = run("plot", "own", "--x", "dimension", "--y", "trained_eps,relative * 2", "--against",
           "theirs: 0.9 * bound", "--facet", "none", "--by", "none")
script = pathlib.Path("own/plot.gp").read_text()
check(plot.stderr, plot.returncode == 0)
check("both panels have it", script.count('column("theirs"))') == 2)
check("the expression is its legend", "Dashed: theirs, 0.9 * bound" in script)
check("a name for gnuplot", 'column("expression_2_low")' in script)
lines = script[script.index("$data << EOD"):].splitlines()[1:4]
names, first = lines[0].split("\t"), lines[1].split("\t")
value = statistics.median(0.9 * bound(t) for t in stored if t["dimension"] == 30)
check("where it stands", math.isclose(float(first[names.index("theirs")]), value, rel_tol=1e-9))

listed = run("columns", "own").stdout.splitlines()
check("the last one listed", listed[-1].split() == ["never", "-", "real", "-", "1", "/",
                                                     "(samples", "-", "8)"])
check("of a grid file too", run("columns", "own.yaml").stdout.splitlines() == listed)
check("without a grid", run("columns").stdout.splitlines()[-1].startswith("seconds"))

# A rule that asks for one: threads, shards and a stop make no difference, and trials that are
# there are looked at again when the rule is another.
until = GRID.replace("replicates: 6", "until: {column: ratio, relative_halfwidth: WIDTH, "
                     "min: 4, max: 40}")
pathlib.Path("until.yaml").write_text(until.replace("WIDTH", "0.2"))
check("a rule", run("run", "until.yaml", "-q", "-j1", "-o", "one").returncode in (0, 3))
counts = {row["trials"] for row in table("one")}
check(f"it stops where it is precise: {counts}", len(counts) > 2)
run("run", "until.yaml", "-q", "-j2", "-o", "two")
for shard in "12":
    run("run", "until.yaml", "-q", "-o", "parts", "--shard", shard + "/2")
run("merge", "parts", "parts/shard-1-of-2", "parts/shard-2-of-2")
pathlib.Path("until.yaml").write_text(until.replace("WIDTH", "0.5"))
run("run", "until.yaml", "-q", "-o", "later")
pathlib.Path("until.yaml").write_text(until.replace("WIDTH", "0.2"))
run("run", "until.yaml", "-q", "-o", "later")
expected = pathlib.Path("one/table.tsv").read_text()
for folder in ("two", "parts", "later"):
    check(folder, pathlib.Path(folder, "table.tsv").read_text() == expected)

# A folder from before a column was there: what is made of it is undefined, and nothing else.
database = sqlite3.connect("own/sweep.db")
database.execute("ALTER TABLE trials DROP COLUMN norm")
database.commit()
database.close()
for row in table("own", "--columns", "relative,bound", "--statistics", "n"):
    check("an old folder", row["relative_n"] == "0" and row["bound_n"] != "0")

finish(126)
