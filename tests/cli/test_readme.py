"""What the documents show is what comes out.

    test_readme.py SWEEP ROOT FILE.md...            compare
    test_readme.py SWEEP ROOT --update FILE.md...   write the files again with what comes out
    test_readme.py --self-test

The documents are read one after the other, from top to bottom, in one scratch folder with
`sweep` in the PATH and `sweeps/` of ROOT in it: a later one may go on with the files of those
before.

* A fenced YAML block after a paragraph that ends in "`NAME.yaml`:" is that file.
* An indented block that begins with "$ " holds commands, each with the output below it,
  standard output and error together. If nothing stands below the last one and a table
  follows, the table is its output.
* A paragraph "... of the N rows that `COMMAND` prints:" and a table: some rows of N, found
  by the cells before the column "trials".
* A fenced Python block is run; an indented block after it is its output. It is left out
  when a module that it imports is not installed.
* results/NAME of a shipped sweep is made by `sweep run sweeps/NAME.yaml` when it is asked
  for.

Nothing else is run: what installs or builds stands without "$ ". Lines are compared word by word, and numbers as numbers: they agree up
to 1e-9 of their value, and two that are below 1e-12 are both rounding. Times ("0.01 s") are
ignored. On a line that ends in "(rounding decides)" the numbers of another machine agree up
to a factor of 2. A line that ends in "..." goes on, and a line "..." stands for any lines.
"""

import importlib.util
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

RELATIVE, ROUNDING = 1e-9, 1e-12
DIGITS = pathlib.Path("/usr/lib/python3/dist-packages/sklearn/datasets/data/digits.csv.gz")

NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
TIME = re.compile(r"\b\d+(?:\.\d+)? ?(?:us|ms|s|min|h)(?=[\s,;.]|$)")
YAML_NAME = re.compile(r"`([\w./-]+\.yaml)`:$")
SOME_ROWS = re.compile(r"[Oo]f the (\d+) rows that `([^`]+)` prints:$")


def blocks_of(lines):
    """(kind, first, last + 1) of each block; kind: 'text', 'table', 'indented', or the
    language of a fenced block, whose lines are those between the fences."""
    blocks, at = [], 0
    while at < len(lines):
        start = at
        if not lines[at].strip():
            at += 1
            continue
        if lines[at].startswith("```"):
            at += 1
            while not lines[at].startswith("```"):
                at += 1
            blocks.append((lines[start][3:].strip() or "plain", start + 1, at))
            at += 1
            continue
        kind = kind_of(lines[at])
        while at < len(lines) and lines[at].strip() and kind_of(lines[at]) == kind:
            at += 1
        blocks.append((kind, start, at))
    return blocks


def kind_of(line):
    if line.startswith("```"):
        return "fence"
    return "table" if line.startswith("|") else "indented" if line.startswith("    ") else "text"


def number_agrees(shown, got, relative):
    a, b = float(shown), float(got)
    both = max(abs(a), abs(b))
    return abs(a - b) <= relative * both or both < ROUNDING


def line_agrees(shown, got):
    shown, got = TIME.sub("TIME", shown), TIME.sub("TIME", got)
    relative = 0.5 if shown.endswith("(rounding decides)") else RELATIVE
    left_out = shown.rstrip().endswith("...")
    a, b = shown.split(), got.split()
    if left_out:
        a = shown.rstrip()[: -len("...")].split()
        b = b[: len(a)]
    return len(a) == len(b) and all(
        NUMBER.split(x) == NUMBER.split(y)
        and all(
            number_agrees(p, q, relative)
            for p, q in zip(NUMBER.findall(x), NUMBER.findall(y))
        )
        for x, y in zip(a, b)
    )


def refreshed_line(shown, got):
    """`got`, cut like `shown`; `shown` itself where they agree."""
    if line_agrees(shown, got):
        return shown
    if not shown.endswith("..."):
        return got
    parts = got.split(", ")[: len(shown.split(", ")) - 1]
    return ", ".join(parts + ["..."])


def lines_agree(shown, got):
    if "..." in shown:
        at = shown.index("...")
        rest = shown[at + 1 :]
        return (
            len(got) >= at + len(rest)
            and lines_agree(shown[:at], got[:at])
            and any(lines_agree(rest, got[k:]) for k in range(at, len(got) + 1))
        )
    return len(shown) == len(got) and all(map(line_agrees, shown, got))


def cells_of(row):
    return [cell.strip() for cell in row.strip().strip("|").split("|")]


def chosen_rows(shown, got):
    """The rows of a table that stand for those shown: same cells before 'trials'."""
    keys = cells_of(shown[0]).index("trials") if "trials" in shown[0] else 1
    by_key = {tuple(cells_of(row)[:keys]): row for row in got[2:]}
    return got[:2] + [
        by_key[key] for row in shown[2:] if (key := tuple(cells_of(row)[:keys])) in by_key
    ]


class Reader:
    def __init__(self, name, lines, folder, environment):
        self.name, self.lines = name, lines
        self.folder, self.environment = folder, environment
        self.problems, self.compared, self.notes = [], 0, []
        self.replacements = []  # (first, last + 1, lines)

    def fail(self, line, text):
        self.problems.append(f"{self.name}:{line + 1}: {text}")

    def execute(self, command, line, both=True):
        """Lines that a command prints: also those on standard error, if `both`."""
        text = command if isinstance(command, str) else " ".join(command)
        for name in re.findall(r"\bresults/(\w+)", text):
            grid = self.folder / "sweeps" / f"{name}.yaml"
            if grid.exists() and not (self.folder / "results" / name).exists():
                self.execute(["sweep", "run", "-q", str(grid)], line)
        done = subprocess.run(
            command, shell=isinstance(command, str), cwd=self.folder, env=self.environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
            stderr=subprocess.STDOUT if both else subprocess.PIPE, check=False)
        lines = [out.rstrip() for out in done.stdout.splitlines()]
        while lines and not lines[-1]:
            lines.pop()
        if done.returncode not in (0, 1, 2, 3, 4) or (done.returncode and not lines):
            self.fail(line, f"'{text}' ended with status {done.returncode}: "
                      + " / ".join((lines + (done.stderr or "").splitlines())[-3:]))
        return lines

    def compare(self, first, last, got, indent=""):
        shown = [text[len(indent) :].rstrip() for text in self.lines[first:last]]
        self.compared += len(shown)
        if lines_agree(shown, got):
            return
        if len(shown) == len(got):
            new = list(map(refreshed_line, shown, got))
            for k, (a, b) in enumerate(zip(shown, got)):
                if not line_agrees(a, b):
                    self.fail(first + k, f"\n  shown: {a}\n  got:   {b}")
        else:
            new = got
            self.fail(first, f"{len(shown)} lines are shown, {len(got)} came out:\n  "
                      + "\n  ".join(got[:10]))
        if "..." not in shown:
            self.replacements.append((first, last, [(indent + text).rstrip() for text in new]))

    def run_commands(self, first, last, table):
        starts = [k for k in range(first, last) if self.lines[k].startswith("    $ ")]
        for start, end in zip(starts, starts[1:] + [last]):
            command = self.lines[start][len("    $ ") :].strip()
            if end == last and start + 1 == end and table:
                self.compare(*table, self.execute(command, start, both=False))
            else:
                self.compare(start + 1, end, self.execute(command, start), "    ")

    def run_some_rows(self, paragraph, table):
        count, command = int(paragraph[1]), paragraph[2]
        got = self.execute(command, table[0], both=False)
        if len(got) != count + 2:
            self.fail(table[0] - 2, f"{count} rows are said, {len(got) - 2} came out")
        if len(got) > 2:
            self.compare(*table, chosen_rows(self.lines[slice(*table)], got))

    def run_python(self, first, last, output):
        code = "\n".join(self.lines[first:last])
        for module in re.findall(r"^(?:import|from) (\w+)", code, re.MULTILINE):
            if not importlib.util.find_spec(module):
                self.notes.append(f"{self.name}:{first + 1}: left out, there is no {module}")
                return
        got = self.execute([sys.executable, "-c", code], first)
        if output:
            self.compare(*output, got, "    ")

    def read(self):
        blocks = blocks_of(self.lines)
        for k, (kind, first, last) in enumerate(blocks):
            before = blocks[k - 1] if k > 0 else ("none", 0, 0)
            after = blocks[k + 1] if k + 1 < len(blocks) else ("none", 0, 0)
            paragraph = " ".join(self.lines[slice(*before[1:])]) if before[0] == "text" else ""
            if kind == "yaml" and (name := YAML_NAME.search(paragraph)):
                text = "\n".join(self.lines[first:last]) + "\n"
                (self.folder / name[1]).write_text(text)
            elif kind == "python":
                shown = after[0] == "indented" and not self.lines[after[1]].startswith("    $ ")
                self.run_python(first, last, after[1:] if shown else None)
            elif kind == "indented" and self.lines[first].startswith("    $ "):
                self.run_commands(first, last, after[1:] if after[0] == "table" else None)
            elif kind == "table" and (some := SOME_ROWS.search(paragraph)):
                self.run_some_rows(some, (first, last))
        if self.compared == 0:
            self.fail(0, "nothing was compared")

    def refreshed(self):
        lines = list(self.lines)
        for first, last, new in sorted(self.replacements, reverse=True):
            lines[first:last] = new
        return "\n".join(lines) + "\n"


def read_document(name, text, folder, environment):
    reader = Reader(name, text.splitlines(), folder, environment)
    reader.read()
    return reader


def read_files(paths, sweep, root):
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        (folder / "sweeps").symlink_to(root / "sweeps")
        (folder / "build" / "src").mkdir(parents=True)
        (folder / "build" / "src" / "sweep").symlink_to(sweep)
        environment = dict(os.environ, PATH=f"{folder / 'build' / 'src'}:{os.environ['PATH']}")
        for path in paths:
            yield path, read_document(str(path), path.read_text(), folder, environment)


GOOD = """# Title
`a.yaml`:

```yaml
x: 1
```

    $ cat a.yaml
    x: 1
    $ echo one 0.5 2e-20, took 0.5 s, and more
    one 0.5 1e-13, took 12 s, ...
    $ echo so 0.4 "(rounding decides)"
    so 0.3 (rounding decides)
    $ echo to a table >&2; printf '| k | trials |\\n|---|---|\\n| 1 | 2 |\\n'

| k | trials |
|---|---|
| 1 | 2 |

Of the 2 rows that `printf '| k | trials | v |\\n|---|---|---|\\n| 1 | 2 | 3 |\\n| 2 | 2 | 4 |\\n'` prints:

| k | trials | v |
|---|---|---|
| 2 | 2 | 4 |

```python
print(1 / 3)
```

    0.333333333333
"""


def self_test():
    """Each planted difference is found, alone, and refreshed; what agrees stays."""
    planted = [
        ("    x: 1\n    $", "    x: 2\n    $"),
        ("one 0.5 1e-13", "one 0.5 1e-11"),
        ("    one 0.5 ", "    one 0.500001 "),
        ("    one 0.5 ", "    on 0.5 "),
        ("    so 0.3", "    so 0.1"),
        ("| 1 | 2 |\n\n", "| 1 | 3 |\n\n"),
        ("| 1 | 2 |\n\n", "| 1 | 2 |\n| 2 | 2 |\n\n"),
        ("| 2 | 2 | 4 |\n\n", "| 2 | 2 | 5 |\n\n"),
        ("| 2 | 2 | 4 |\n\n", "| 7 | 2 | 4 |\n\n"),
        ("the 2 rows", "the 3 rows"),
        ("    0.333333333333\n", "    0.33333\n"),
        ("    $ cat a.yaml", "    $ false"),
    ]
    wrong = 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        whole = read_document("good", GOOD, folder, dict(os.environ))
        if whole.problems or whole.refreshed() != GOOD or whole.compared != 10:
            wrong += 1
            print("good:", whole.compared, whole.problems)
        for old, new in planted:
            bad = GOOD.replace(old, new)
            reader = read_document("bad", bad, folder, dict(os.environ))
            again = read_document("again", reader.refreshed(), folder, dict(os.environ))
            if bad == GOOD or not reader.problems:
                wrong += 1
                print(f"not found: {new!r}")
            if "false" not in new and "the 3" not in new and "| 7" not in new and again.problems:
                wrong += 1
                print(f"not refreshed: {new!r}: {again.problems}")
        if not read_document("empty", "# Title\n", folder, dict(os.environ)).problems:
            wrong += 1
            print("an empty document passes")
    print(f"{len(planted) + 2} documents, {wrong} judged wrong")
    return 1 if wrong else 0


def missing(text):
    if "sweep plot" in text and not shutil.which("gnuplot"):
        return "gnuplot"
    if "digits.sh" in text and not DIGITS.exists():
        return "python3-sklearn"
    if "import numpy" in text and not importlib.util.find_spec("numpy"):
        return "python3-numpy"
    return None


def main(words):
    if words == ["--self-test"]:
        return self_test()
    update = "--update" in words
    words = [word for word in words if word != "--update"]
    sweep, root = (pathlib.Path(word).resolve() for word in words[:2])
    paths = list(map(pathlib.Path, words[2:]))
    for path in paths:
        if package := missing(path.read_text()):
            print(f"{path}: needs {package}", file=sys.stderr)
            return 77
    code = 0
    for path, reader in read_files(paths, sweep, root):
        for note in reader.notes:
            print(note, file=sys.stderr)
        if update:
            path.write_text(reader.refreshed())
            continue
        for problem in reader.problems:
            print(problem)
        print(f"{path}: {reader.compared} lines compared, "
              f"{len(reader.problems)} problems")
        code = code or bool(reader.problems)
    return int(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
