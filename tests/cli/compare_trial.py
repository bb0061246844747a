"""Run every trial of a results folder again with `sweep trial` and compare the record
it prints with the stored one, every column but the seconds, bit by bit.

    compare_trial.py SWEEP GRID DIR [OPTION...]     options go to `sweep trial`
"""

import sqlite3
import subprocess
import sys

SKIPPED = ("id", "key", "cell", "cell_id", "replicate", "seconds")
WORDS = {"NaN": None, "true": 1, "false": 0}


def value(name, text):
    if name == "message":
        return "" if text == "-" else text
    try:
        return WORDS[text] if text in WORDS else float(text)
    except ValueError:
        return text


sweep, grid, folder, *options = sys.argv[1:]
stored = sqlite3.connect(folder + "/sweep.db")
stored.row_factory = sqlite3.Row
trials = values = different = 0
for row in stored.execute("SELECT * FROM cells JOIN trials ON cell_id = id").fetchall():
    command = [sweep, "trial", grid, f"--cell={row['cell']}"]
    command += [f"--replicate={row['replicate']}", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    shown = dict(line.split(" ", 1) for line in done.stdout.splitlines())
    trials += 1
    different += done.returncode != (0 if row["status"] == "ok" else 3)
    for name in row.keys():
        if name in SKIPPED:
            continue
        values += 1
        if value(name, shown[name]) != row[name]:
            different += 1
            print(f"{' '.join(command)}: {name} is {shown[name]}, not {row[name]}")
print(f"{trials} trials, {values} values, {different} differ")
sys.exit(different > 0 or trials == 0)
