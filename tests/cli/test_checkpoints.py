#!/usr/bin/env python3
"""Checkpoints of one training are, byte for byte, trainings that end there.

An axis over `max_steps` is run in one folder and value by value; by one and by four threads, in
shards, after half of its trials were lost, with `until`; `plan` counts the trainings. A folder
without their columns goes on.

    test_checkpoints.py SWEEP
"""

import json
import os
import sqlite3
import subprocess
import sys
import tempfile

import harness

STEPS = [5, 128, 130, 1500]

GRID = """
name: checkpoints
seed: 3
REPLICATES
grid:
  samples: 6
  dimension: 40
  width: 6
  signal: 1
  init_scale: 0.1
  optimizer: [gd, normalized_gd, growing_gd]
  polish: [false, true]
  tolerance: [0, 0.1]
  stable_steps: [0, 300]
  method: [none, retrain]
  forget_which: [first, largest]
  retrain_start: fresh
  max_steps: STEPS
  test_samples: 3
where: "polish or stable_steps = 0"
"""

sweep = os.path.abspath(sys.argv[1])


def run(*words):
    done = subprocess.run([sweep, *words], capture_output=True, text=True)
    harness.check(f"{' '.join(words)}: status {done.returncode}: {done.stderr}",
                  done.returncode in (0, 3))  # 3: before a step the points are not separated
    return done.stdout if words[0] == "plan" else done.stdout + done.stderr


def write(name, replicates="replicates: 1", steps=STEPS):
    with open(name, "w") as stream:
        stream.write(GRID.replace("REPLICATES", replicates).replace("STEPS", str(steps)))


def trials(folder):
    """What is recorded, but for the times and the numbers of cells."""
    database = sqlite3.connect(f"{folder}/sweep.db")
    database.row_factory = sqlite3.Row
    rows = database.execute("SELECT * FROM trials JOIN cells ON cells.id = cell_id "
                            "WHERE cells.cell IS NOT NULL").fetchall()
    left_out = {"id", "cell_id", "cell", "key", "seconds", "at", "finished", "time"}
    return sorted(repr([(name, row[name]) for name in row.keys() if name not in left_out])
                  for row in rows)


def change(folder, *statements):
    with sqlite3.connect(f"{folder}/sweep.db") as database:
        for statement in statements:
            database.execute(statement)


def main():
    write("grid.yaml")
    plan = json.loads(run("plan", "grid.yaml", "--json", "--no-pilot"))
    groups = 3 * 2 * (1 + 2)  # optimizer, tolerance; polish with two of stable_steps
    harness.check(f"{plan['trainings']} trainings", plan["trainings"] == groups)
    harness.check("cells of a training", plan["cells_of_a_training"] == 4 * len(STEPS))
    harness.check(f"{plan['retrainings']} retrainings",
                  plan["retrainings"] == 2 * groups * (1 + len(STEPS)))
    lone = json.loads(run("plan", "grid.yaml", "max_steps=1500", "--json", "--no-pilot"))
    harness.check("the plan pays for each checkpoint",
                  plan["core_seconds"] < 3 * lone["core_seconds"])

    run("run", "grid.yaml", "-q", "-j", "1", "-o", "one")
    whole = trials("one")
    harness.check(f"{len(whole)} trials", len(whole) == groups * 4 * len(STEPS))
    apart = []
    for steps in STEPS:
        run("run", "grid.yaml", f"max_steps={steps}", "-q", "-o", f"apart-{steps}")
        apart += trials(f"apart-{steps}")
    harness.check("separate trainings differ", sorted(apart) == whole)
    run("run", "grid.yaml", "-q", "-j", "4", "-o", "four")
    harness.check("four threads differ", trials("four") == whole)
    for shard in "123":
        run("run", "grid.yaml", "-q", "-o", "shards", "--shard", f"{shard}/3")
    run("merge", "shards", *(f"shards/shard-{k}-of-3" for k in "123"))
    harness.check("shards differ", trials("shards") == whole)
    change("four", "DELETE FROM trials WHERE (cell_id * 7 + replicate * 3) % 11 < 5")
    left = len(trials("four"))
    harness.check(f"{left} trials left", 0.4 * len(whole) < left < 0.7 * len(whole))
    run("run", "grid.yaml", "-q", "-o", "four")
    harness.check("what was run again differs", trials("four") == whole)

    write("plain.yaml", steps=1500)
    run("run", "plain.yaml", "-q", "-o", "plain")
    before = trials("plain")
    new = ["trained_loss", "trained_error", "loss_sum", "log_evidence"]
    change("plain", *(f"ALTER TABLE trials DROP COLUMN {name}" for name in new))
    write("plain.yaml", "replicates: 2", steps=1500)
    said = run("run", "plain.yaml", "-o", "plain")
    harness.check(f"an older folder: {said}", f"{len(before)} kept" in said)
    harness.check("an older folder differs",
                  " 0 differ" in run("verify", "plain", "--sample", "100000"))

    rule = "until: {column: loss_sum, relative_halfwidth: 0.2, min: 2, max: 3}"
    write("rule.yaml", rule)
    run("run", "rule.yaml", "-q", "-j", "1", "-o", "rule")
    run("run", "rule.yaml", "-q", "-j", "4", "-o", "rule-four")
    harness.check("the rule asks for no more", len(trials("rule")) > len(whole))
    harness.check("with until, four threads differ", trials("rule") == trials("rule-four"))
    harness.check("with until, trials differ",
                  " 0 differ" in run("verify", "rule", "--sample", "100"))


with tempfile.TemporaryDirectory() as work:
    os.chdir(work)
    main()
    os.chdir("/")
harness.finish(34)
