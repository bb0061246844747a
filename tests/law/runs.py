"""Run a grid with a given build and read its trials; shared by the checks here."""
import os
import sqlite3
import subprocess
import tempfile

SKIPPED = {"cell_id", "replicate", "status", "message", "seconds"}


def trials(program, grid):
    """Rows of the grid (YAML text) as dictionaries of result columns, in cell order."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "grid.yaml")
        out = os.path.join(folder, "out")
        with open(path, "w") as stream:
            stream.write(grid)
        done = subprocess.run([program, "run", path, "-o", out, "--quiet"],
                              stderr=subprocess.PIPE, text=True)
        if done.returncode not in (0, 3):
            raise SystemExit(f"{program} ended with {done.returncode}: {done.stderr}")
        base = sqlite3.connect(os.path.join(out, "sweep.db"))
        base.row_factory = sqlite3.Row
        rows = base.execute("SELECT trials.* FROM trials JOIN cells ON cells.id = "
                            "cell_id ORDER BY cell, replicate").fetchall()
        return [dict(row) for row in rows]


def columns(rows):
    """Names of the numeric result columns."""
    return [name for name in rows[0]
            if name not in SKIPPED and not isinstance(rows[0][name], str)]
