"""Tables for people hold the numbers of those for programs, and fit where they go.

    check_tables.py SWEEP
"""

import csv
import fcntl
import math
import os
import pathlib
import pty
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import termios

GRID = """name: tables
seed: 1
replicates: 4
grid:
  model: [linear, relu]
  dimension: [30, 60]
  samples: 4
  width: 4
  signal: 1
  max_steps: 200
  test_samples: 10
  step_scale: [0, 0.5, 1]
success: {relative_eps: 0.2}
"""
NUMBER = r"-?\d+(?:\.\d+)?"
CELL = re.compile(rf"\(({NUMBER}) ± ([^)]*)\)e(-?\d+)|({NUMBER}(?:e-?\d+)?) ± (\S+)|"
                  rf"({NUMBER}) \[({NUMBER}), ({NUMBER})\]|({NUMBER}(?:e-?\d+)?)|[a-z_]+|-")


class Sweep:
    def __init__(self, program, work):
        self.program, self.work, self.checks = program, work, 0

    def run(self, *words, code=0):
        done = subprocess.run([self.program, *words], capture_output=True, text=True,
                              cwd=self.work)
        assert done.returncode == code, (words, done.returncode, done.stderr)
        return done.stderr if code else done.stdout

    def shown(self, width, *words):
        """What it prints on a terminal of that width."""
        main, side = pty.openpty()
        fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
        child = subprocess.Popen([self.program, *words], stdout=side, cwd=self.work,
                                 env=os.environ | {"TERM": "vt100"})
        os.close(side)
        text = b""
        try:
            while part := os.read(main, 65536):
                text += part
        except OSError:
            pass  # its other side is closed
        os.close(main)
        assert child.wait() == 0, words
        return text.decode().replace("\r\n", "\n")

    def check(self, condition, *what):
        self.checks += 1
        assert condition, what

    def rows(self, *options):
        return list(csv.DictReader(
            self.run("table", "out", *options, "--format", "csv").splitlines()))


def cells_of(text):
    """The words and numbers of a line: (value, error) of a number."""
    for m in CELL.finditer(text):
        if m[1]:
            power = 10.0 ** int(m[3])
            yield float(m[1]) * power, float(m[2]) * power
        elif m[4]:
            yield float(m[4]), float(m[5])
        elif m[6]:
            yield float(m[6]), (float(m[7]), float(m[8]))
        else:
            yield (float(m[9]), None) if m[9] else (m[0], None)


def near(shown, exact, digits):
    """Rounded to that many digits."""
    return math.isclose(shown, float(exact), rel_tol=0.51 * 10 ** (1 - digits), abs_tol=0)


def parts_of(text):
    """The tables that a wide one was cut into, each a head and lines, and the note."""
    *parts, note = text.rstrip("\n").split("\n\n")
    return [part.split("\n") for part in parts], note


def check_terminal(s):
    rows = s.rows()
    for width in (56, 80, 300):
        text = s.shown(width, "table", "out")
        parts, note = parts_of(text)
        s.check(max(map(len, text.split("\n"))) < width, width, text)
        s.check((len(parts) > 1) == (width < 300), width, len(parts))
        s.check(" ".join(note.split()) == "mean ± sem; 95 % intervals in [ ]; trials in each row: 4",
                note)
        seen = set()
        for head, *lines in parts:
            names = head.split()
            s.check(len(lines) == len(rows), head)
            seen |= set(names)
            for line, row in zip(lines, rows):
                for name, (value, error) in zip(names, cells_of(line), strict=True):
                    if name in ("model", "dimension", "step_scale"):
                        right = str(value if name == "model" else f"{value:g}") == row[name]
                    elif isinstance(error, tuple):
                        right = near(value, row[name], 3) and \
                            near(error[0], row[name + "_low"], 2) and \
                            near(error[1], row[name + "_high"], 2)
                    else:
                        right = near(value, row[name + "_mean"], 4) and \
                            near(error, row[name + "_sem"], 2)
                    s.check(right, width, name, value, error, row)
        s.check({"model", "success", "exact_success", "restored_relative_eps",
                 "retrain_tau"} <= seen and len(seen) == 13, seen)
    piped = s.run("table", "out")
    s.check(piped == (s.work / "out/table.tsv").read_text(), "a pipe gets what a file does")


def check_pivot(s):
    options = "--columns", "exact_tau,success", "--where", "dimension = 30"
    parts, _ = parts_of(s.run("table", "out", *options, "--pivot", "step_scale",
                              "--sort", "-model,-step_scale"))
    (groups, head, *lines), = parts
    s.check(groups.split("  ")[-1].strip() == "exact_tau by step_scale" and
            "success by step_scale" in groups and len(groups) < 100, groups)
    s.check(head.split() == ["model", "dimension"] + 2 * ["0", "0.5", "1"], head)
    s.check(groups.index("exact_tau") > groups.index("success by"), groups)
    rows = s.rows(*options)
    s.check([l.split()[0] for l in lines] == ["relu", "linear"], lines)
    for line in lines:
        _, _, *cells = cells_of(line)
        mine = [r for r in rows if r["model"] == line.split()[0]]
        for k, row in enumerate(mine):
            s.check(near(cells[k][0], row["success"], 3), line, row)
            s.check(near(cells[3 + k][0], row["exact_tau_mean"], 4), line, row)
    s.check(s.run("table", "out", "--pivot", "width", code=2) ==
            "sweep table: cannot pivot 'width': it does not make rows of this table\n", "width")
    s.check(s.run("table", "out", "--pivot", "model", "--format", "csv", code=2) ==
            "sweep table: --pivot is for tables that people read: add --format text, latex or html\n",
            "csv")


def check_idle(s):
    """Where the step has no effect, a row stands beside every step."""
    text = GRID.replace("[linear, relu]", "relu\n  method: [none, ascent]").replace(
        "[30, 60]", "30").replace("[0, 0.5, 1]", "[0.5, 1]").replace("success:", "#")
    (s.work / "idle.yaml").write_text(text)
    s.run("run", "-q", "idle.yaml", "-o", "idle")
    options = "table", "idle", "--columns", "norm"
    none, *ascent = csv.DictReader(s.run(*options, "--format", "csv").splitlines())
    s.check(none["method"] == "none" and len(ascent) == 2, none)
    (groups, head, *lines), = parts_of(s.run(*options, "--pivot", "method"))[0]
    s.check(head.split() == ["step_scale", "none", "ascent"] and len(lines) == 2, head, lines)
    for line, row in zip(lines, ascent):
        step, idle, mine = (value for value, _ in cells_of(line))
        s.check(step == float(row["step_scale"]) and near(idle, none["norm_mean"], 4) and
                near(mine, row["norm_mean"], 4), line, row)
    (groups, head, *lines), = parts_of(s.run(*options, "--pivot", "method", "--where",
                                             "method = 'none'"))[0]
    s.check(len(lines) == 1 and lines[0].split()[0] == "0", lines)


def check_sort(s):
    rows = s.rows("--sort", "-step_scale,exact_tau")
    keys = [(-float(r["step_scale"]), float(r["exact_tau_mean"])) for r in rows]
    s.check(keys == sorted(keys) and len(keys) == 12, keys)
    s.check(sorted(map(str, rows)) == sorted(map(str, s.rows())), "the same rows")
    s.check(s.run("table", "out", "--sort", "-norm", code=2) ==
            "sweep table: cannot sort by 'norm': it is no column of this table\n", "norm")


def check_digits(s):
    rows = s.rows()
    for row, few in zip(rows, s.rows("--digits", "3")):
        s.check(few["exact_tau_mean"] == f"{float(row['exact_tau_mean']):.3g}", few)
    for digits in ("0", "18", "x"):
        s.check(s.run("table", "out", "--digits", digits, code=2) ==
                f"sweep table: --digits must be 1 to 17, got {digits}\n", digits)


def check_files(s):
    for ending, form in ("txt", "text"), ("csv", "csv"), ("json", "json"), ("md", "md"), \
            ("tex", "latex"), ("tsv", "tsv"), ("dat", "tsv"):
        s.run("table", "out", "-o", f"a table.{ending}")
        s.check((s.work / f"a table.{ending}").read_text() ==
                s.run("table", "out", "--format", form), ending)
    s.check("cannot write" in s.run("table", "out", "-o", "no/such.tex", code=1), "no folder")


def check_latex(s):
    expression = "success, odd_name: steps % 3, 100 * norm"
    s.run("table", "out", "--columns", expression, "--pivot", "model", "-o", "t.tex")
    text = (s.work / "t.tex").read_text()
    lines = text.split("\n")
    s.check(r"\multicolumn{2}{c}{odd\_name by model}" in text and
            r"{100 {*} norm by model}" in text, text)
    body = lines[lines.index(r"\midrule") + 1:lines.index(r"\bottomrule")]
    s.check(len(body) == 6 and all(l.count("&") == 7 and l.endswith(r" \\") for l in body), body)
    s.check(r"$30$ & $0$ & $1\ [" in body[0], body)
    s.check(r" \pm " in body[0], body)
    small, = s.rows("--rows", "samples", "--columns", "tiny: 1e-7 / 3 * (1 + label_noise)")
    exact = f"{float(small['tiny_mean']):.3e}".split("e")
    s.check(fr"$({exact[0]} \pm 0) \times 10^{{{int(exact[1])}}}$" in
            s.run("table", "out", "--rows", "samples", "--format", "latex", "--columns",
                  "tiny: 1e-7 / 3 * (1 + label_noise)"), exact)
    if shutil.which("pdflatex") and subprocess.run(
            ["kpsewhich", "booktabs.sty"], capture_output=True).returncode == 0:
        (s.work / "paper.tex").write_text(
            "\\documentclass{article}\\usepackage{booktabs}\\begin{document}\n"
            "\\input{t.tex}\n\\end{document}\n")
        done = subprocess.run(["pdflatex", "-halt-on-error", "paper.tex"], cwd=s.work,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True)
        s.check(done.returncode == 0 and "LaTeX Error" not in done.stdout, done.stdout)
        s.checks -= 1  # not everywhere


def check_lists(s):
    for words in ("parameters",), ("columns",):
        whole = s.run(*words)
        for width in (45, 80, 140, 600):
            text = s.shown(width, *words)
            s.check(max(map(len, text.split("\n"))) < width or width == 45, words, width)
            s.check(text.split() == whole.split(), words, width)
        s.check(text == whole, words)


def check_same_options(s):
    """What --columns and --statistics mean in a figure."""
    for name, words in ("a", ("--y", "exact_tau", "--statistic", "mean", "--band", "sem")), \
            ("b", ("--columns", "exact_tau", "--statistics", "mean,sem")):
        (s.work / name).mkdir()
        subprocess.run([s.program, "plot", "out", *words, "-o", f"{name}/figure.svg"],
                       cwd=s.work, capture_output=True)  # without gnuplot: the script
    first, second = ((s.work / name / "figure.gp").read_text() for name in "ab")
    s.check(first == second and "exact_tau" in first, "one figure")
    for words in ("--columns", "norm", "--y", "norm"), ("--statistics", "n", "--band", "sem"):
        s.run("plot", "out", *words, code=2)
    s.run("plot", "out", code=0 if shutil.which("gnuplot") else 1)
    script = (s.work / "out/plot.gp").read_text()
    head = s.run("table", "out").split("\n")
    columns = [l[2:].split(":")[0] for l in head if re.match("# [a-z]+_[a-z_]+: ", l)]
    s.check(len(columns) == 6 and all(c in script for c in columns), columns)


def main():
    with tempfile.TemporaryDirectory() as folder:
        s = Sweep(os.path.realpath(sys.argv[1]), pathlib.Path(folder))
        (s.work / "grid.yaml").write_text(GRID)
        s.run("run", "-q", "grid.yaml", "-o", "out")
        for check in (check_terminal, check_pivot, check_idle, check_sort, check_digits, check_files,
                      check_latex, check_lists, check_same_options):
            check(s)
        print(s.checks, "checks")
        assert s.checks == 1039, s.checks


main()
