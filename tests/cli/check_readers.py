"""Tables as other programs read them: the csv module and, where it is there, pandas.

    check_readers.py SWEEP
"""

import csv
import io
import json
import math
import pathlib
import subprocess
import sys
import tempfile

try:
    import pandas
except ImportError:
    pandas = None

GRID = """name: readers
seed: 1
replicates: 3
grid:
  model: [linear, relu]
  dimension: 40
  samples: 4
  width: 4
  signal: 2
  max_steps: [0, 200]
  test_samples: 10
  step_scale: [0, 0.5, 1]
table:
  columns: [scaled_eps, norm]
  statistics: [mean, sd, n, n_failed]
"""
WORDS = {"model", "result", "statistic"}


def rows_of(text, separator):
    """What pandas.read_csv(sep=separator, comment="#") does, for one block."""
    lines = [l for l in text.splitlines() if l and not l.startswith("#")]
    return list(csv.DictReader(lines, delimiter=separator))


class Folder:
    def __init__(self, sweep, path):
        self.sweep, self.path, self.checks = sweep, path, 0

    def table(self, *options):
        return subprocess.run([self.sweep, "table", self.path, *options], check=True,
                              capture_output=True, text=True).stdout

    def check(self, condition, what):
        self.checks += 1
        assert condition, what

    def read(self, separator, *options):
        """Every field is a number but the words; pandas, if any, agrees."""
        text = self.table(*options)
        rows = rows_of(text, separator)
        for row in rows:
            for name, field in row.items():
                if name not in WORDS:
                    self.check(isinstance(float(field), float), (name, field))
        if pandas:
            frame = pandas.read_csv(io.StringIO(text), sep=separator, comment="#")
            self.check(len(frame) == len(rows), options)
            for name in frame:
                numeric = pandas.api.types.is_numeric_dtype(frame[name])
                self.check(numeric != (name in WORDS), (name, frame[name].dtype))
                for row, value in zip(rows, frame[name]):
                    same = row[name] == value if name in WORDS else \
                        math.isclose(float(row[name]), value, rel_tol=1e-12) or \
                        (math.isnan(float(row[name])) and math.isnan(value))
                    self.check(same, (name, row[name], value))
        return rows


def main():
    with tempfile.TemporaryDirectory() as directory:
        grid = pathlib.Path(directory, "readers.yaml")
        grid.write_text(GRID, encoding="utf-8")
        out = str(pathlib.Path(directory, "out"))
        done = subprocess.run([sys.argv[1], "run", str(grid), "-o", out, "-q"],
                              check=False)
        assert done.returncode == 3, done.returncode  # no step, nothing separated
        f = Folder(sys.argv[1], out)

        # One row parameter makes one block, which is plain; CSV always is.
        f.check(len(f.read("\t", "--rows", "step_scale")) == 3, "rows")
        whole = f.read(",", "--format", "csv")
        f.check(len(whole) == 12, len(whole))
        long = f.read("\t", "--format", "long")
        f.check(len(long) == 12 * 2 * 4, len(long))

        # The same numbers in every format; failures beside every result.
        objects = json.loads(f.table("--format", "json"))["rows"]
        blocks = rows_of(f.table(), "\t")
        blocks = [b for b in blocks if b["trials"] != "trials"]
        by_place = iter(long)
        failed = 0
        for row, other, block in zip(whole, objects, blocks):
            f.check(row == block, (row, block))
            for result in ("scaled_eps", "norm"):
                for statistic in ("mean", "sd", "n", "n_failed"):
                    line, name = next(by_place), f"{result}_{statistic}"
                    f.check((line["result"], line["statistic"]) == (result, statistic),
                            line)
                    f.check(line["value"] == row[name], (line, row[name]))
                    value = math.nan if other[name] is None else other[name]
                    f.check(repr(value) == repr(float(row[name])) or
                            float(row[name]) == value, (name, value))
                f.check(row[f"{result}_n_failed"] == row["failed"], row)
            failed += int(row["failed"])
        f.check(failed > 0, "no trial failed")
    print(json.dumps({"checks": f.checks, "pandas": pandas is not None}))
    assert f.checks > 500, f.checks


if __name__ == "__main__":
    main()
