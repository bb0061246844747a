#!/usr/bin/env python3
"""hostile.py SWEEP GRID [--folders N] [--seed S] [--first K] [--commands C] [--limit T]

Results folders that no run of sweep wrote, generated from a seed: other schemas, values,
damaged pages, journals, links, pipes, locks, leftovers, grids, names. Each is given to
every command, or to C of them. What must hold, whatever is in the folder:

* nothing in it is executed: no file called CANARY appears;
* nothing outside is touched: a folder beside it keeps every byte and every time, and
  files appear only where the command line says;
* no signal, no report of a sanitizer, an end within T seconds;
* exit status 0 to 4, with a message when it is not 0, and nothing on either stream that
  a terminal would obey;
* a figure or a JSON text that is said to be made is one; a folder whose results are as
  they were, behind an odd name, an old lock or leftovers, gives the same table.

A violation names the folder: --first K --folders 1 with the same seed is its recipe.
"""
import argparse
import collections
import json
import os
import pathlib
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

sys.dont_write_bytecode = True
from hostile_folders import DATA_GRID, KINDS, NAMES, POINTS, TEXTS, Folder  # noqa: E402
from hostile_folders import grid_text, journal, other_kind  # noqa: E402

FORMATS = ["tsv", "long", "csv", "json", "md"]
DOTFILE = "system('touch CANARY')\n.shell touch CANARY\n"


class World:
    """The folders of one campaign; the hostile ones stand alone in `yard`."""

    def __init__(self, sweep, grid, work, limit):
        self.sweep, self.work, self.limit = sweep, work, limit
        self.yard, self.beside = work / "yard", work / "beside"
        self.grids = {"small": pathlib.Path(grid).read_text(),
                      "points": DATA_GRID % "points.svm"}
        self.tables, self.problems, self.runs = {}, 0, 0
        self.statuses = collections.Counter()
        for sort, text in self.grids.items():
            (work / f"{sort}.yaml").write_text(text)
            (work / "points.svm").write_text(POINTS)
            self.good(["run", "-q", f"{sort}.yaml", "-o", sort])
            self.good(["plot", sort])
            self.tables[sort] = self.good(["table", sort])
        shutil.copytree(work / "points", self.beside)
        (self.beside / "victim").write_text("not yours\n")
        self.before = self.look()

    def good(self, words):
        drawn = words[0] == "plot"  # if there is a gnuplot
        return subprocess.run([self.sweep, *words], cwd=self.work, check=not drawn,
                              stdin=subprocess.DEVNULL, capture_output=True).stdout

    def look(self):
        """All that must stay as it is."""
        seen = {}
        for top in [self.beside, self.work / "home"]:
            for path in [top, *top.rglob("*")]:
                info = path.lstat() if os.path.lexists(path) else None
                seen[str(path)] = info and (info.st_mode, info.st_mtime_ns, info.st_ino,
                                            path.read_bytes() if path.is_file() else b"")
        return seen

    def wrong(self, command, text):
        self.problems += 1
        print(f"{self.label}: {ascii(' '.join(command))}: {text}", flush=True)

    def run(self, command, same):
        """One command in the yard; what it printed when it ended with 0."""
        self.runs += 1
        process = subprocess.Popen([self.sweep, *command], cwd=self.cwd,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, start_new_session=True)
        try:
            out, err = process.communicate(timeout=self.limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            out, err = process.communicate()
            self.wrong(command, f"did not end within {self.limit} s")
        code = process.returncode
        self.statuses[code] += 1
        said = err.decode(errors="replace")
        if code not in range(5) and code != -signal.SIGKILL:
            self.wrong(command, f"status {code}: {said[:300]!r}")
        if "Sanitizer" in said or "runtime error:" in said:
            self.wrong(command, said[:3000])
        reports = command[0] in ["status", "verify"] and out
        if code > 0 and not said.strip() and not reports:
            self.wrong(command, f"status {code} without a message")
        for stream in [said, out.decode(errors="backslashreplace")]:
            bad = [c for c in stream if c not in "\n\t" and not c.isprintable()
                   and c != "\ufeff" and (ord(c) < 160 or 0x2000 < ord(c) < 0x2100)]
            if bad:
                self.wrong(command, f"control characters {bad[:3]!r} printed")
        if len(said) > 30000:
            self.wrong(command, f"a message of {len(said)} letters: {said[:80]!r}")
        now = self.look()
        if now != self.before:
            changed = [name for name in {*now, *self.before}
                       if now.get(name) != self.before.get(name)]
            self.wrong(command, f"touched outside: {changed}")
            self.mend()
        if same and code != 0:
            self.wrong(command, f"status {code} of results as they were: {said[:300]!r}")
        return out if code == 0 else None

    def sum_up(self, count):
        ends = ", ".join(f"{n} with {code}" for code, n in sorted(self.statuses.items()))
        size = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
        print(f"{count} folders, {self.runs} commands ({ends}), up to {size} MB, "
              f"{self.problems} problems", flush=True)

    def mend(self):
        shutil.rmtree(self.beside)
        shutil.copytree(self.work / "points", self.beside)
        (self.beside / "victim").write_text("not yours\n")
        self.before = self.look()

    def make(self, rng):
        """A hostile folder: its name, its grid, whether its results are the good ones."""
        name = rng.choice(NAMES) if rng.random() < 0.4 else "folder"
        sort = rng.choice(["small", "small", "points"])
        shutil.rmtree(self.yard, ignore_errors=True)
        box = self.yard / "box"
        box.mkdir(parents=True)
        for dotfile in [".gnuplot", ".sqliterc", "box/.gnuplot"]:
            (self.yard / dotfile).write_text(DOTFILE)
        self.cwd = self.yard
        f = Folder(rng, box / name, self.beside, sort)
        self.notes = f.notes
        if name != "folder":
            f.note("name", name)
        if rng.random() < 0.12:  # a grid that the program itself runs
            self.strange(f)
            return name, sort, False
        shutil.copytree(self.work / sort, f.path)
        if rng.random() < 0.2:
            shutil.copytree(self.work / sort, box / "shard-2-of-2", dirs_exist_ok=True)
        counts = [0, 1, 1, 1, 2, 3] if f.notes else [1, 1, 2, 3]
        kinds = rng.choices(KINDS, k=rng.choice(counts))
        # Last: what else opens the database would obey a journal and follow links.
        kinds.sort(key=lambda pair: [journal, other_kind].index(pair[0]) + 1
                   if pair[0] in [journal, other_kind] else 0)
        for function, _ in kinds:
            function(f)
        return name, sort, all(same for _, same in kinds)

    def strange(self, f):
        data = f.rng.choice(NAMES + ["points.svm"]) + ".svm"
        text = grid_text(f, data)
        f.note("run:", text if len(text) < 600 else text[:60])
        (self.yard / data).write_text(POINTS)
        (self.yard / "strange.yaml").write_bytes(text.encode(errors="surrogateescape"))
        self.run(["run", "-q", "strange.yaml", "--time-limit", "1s", "-o",
                  f"box/{f.path.name}"], False)
        f.path.mkdir(exist_ok=True)

    def folder(self, seed, index, count):
        rng = random.Random(f"{seed}/{index}")
        self.label, self.notes = f"seed {seed} folder {index}", []
        name, sort, same = self.make(rng)
        self.label += f" ({'; '.join(self.notes)})"
        path = f"box/{name}" if rng.random() < 0.5 else name
        self.cwd = self.yard / "box" if path == name else self.yard
        grid, odd = str(self.work / f"{sort}.yaml"), rng.choice(NAMES).replace("~", "~x")
        word = "".join(c for c in rng.choice(TEXTS) if c != "\0")
        option = ["--"] if path.startswith("-") else []
        commands = [["table", "--format", fmt, *option, path] for fmt in FORMATS]
        commands += [
            ["status", *option, path], ["status", str(self.yard / "box")],
            ["table", "--where", word, *option, path],
            ["plan", "--no-pilot", grid, "-o", path],
            ["verify", "--sample", "2", *option, path],
            ["trial", f"{path}/grid.yaml", "--cell", "0", "--replicate", "0", "--export",
             str(self.yard / "arrays")],
            ["merge", str(self.yard / "merged"), *option, path],
            ["plot", *option, path],
            ["report", "-o", odd + ".html", *option, path],
            ["plot", "--title", word, "-o", odd + ".png", *option, path],
            ["plot", "--title", word, "-o", odd + ".svg", *option, path],
            ["run", "-q", grid, "--time-limit", "2s", "-o", path],
            ["run", "-q", f"{path}/grid.yaml", "--time-limit", "1s", "-o",
             str(self.yard / "again")],
            ["merge", path, str(self.work / sort)],
            ["run", "-q", "--fresh", grid, "--time-limit", "2s", "-o", path]]
        for i in sorted(rng.sample(range(len(commands)), count or len(commands))):
            command = commands[i]
            plain = command[0] == "table" and i < len(FORMATS) or command[0] == "verify"
            out = self.run(command, same and plain)
            if out is not None:
                table = self.tables[sort] if same and i == 0 else None
                self.result(command, out, table, odd)
        self.litter({"box", "arrays", "merged", "again", "strange.yaml", ".gnuplot", ".sqliterc"}, odd)

    def result(self, command, out, table, odd):
        if table is not None and out != table:
            self.wrong(command, f"another table: {out[:300]!r}")
        try:
            if "json" in command:
                json.loads(out)
            figure = self.cwd / next((c for c in command if c.startswith(odd + ".")), "")
            if command[0] == "plot" and figure.suffix == ".png":
                assert figure.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n", "no PNG"
            if figure.suffix == ".html":
                page = figure.read_text()
                assert page.count("<script") == page.count("<style") == 1, "a script"
                assert not re.search(r"<(img|link|iframe|object|image)\b", page), "a request"
            if command[0] == "plot" and figure.suffix == ".svg":
                assert b"<script" not in figure.read_bytes(), "a script"
                xml.etree.ElementTree.parse(figure)
        except (ValueError, OSError, AssertionError, xml.etree.ElementTree.ParseError) as error:
            self.wrong(command, f"status 0, but {error!r}")

    def litter(self, known, odd):
        found = [p for p in self.yard.rglob("*CANARY*") if p.name == "CANARY"]
        known |= {odd + end for end in [".png", ".svg", ".gp", ".html"]}
        found += [p for p in self.yard.iterdir() if p.name not in known and p.suffix != ".svm"]
        if found or set(os.listdir(self.work)) != self.names:
            self.wrong(["all"], f"new files: {[str(p) for p in found]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[2])
    parser.add_argument("sweep")
    parser.add_argument("grid")
    for name, default in [("folders", 25), ("seed", 1), ("first", 0), ("commands", 0),
                          ("limit", 20)]:
        parser.add_argument("--" + name, type=int, default=default)
    a = parser.parse_args()
    sweep, grid = os.path.realpath(a.sweep), os.path.realpath(a.grid)
    sanitized = b"__asan_init" in pathlib.Path(sweep).read_bytes()
    if not sanitized:
        resource.setrlimit(resource.RLIMIT_AS, (2**33, 2**33))
    os.environ.update(OMP_NUM_THREADS="1", SLURM_CPUS_PER_TASK="1", ASAN_OPTIONS=
                      "allocator_may_return_null=1:hard_rss_limit_mb=4000")
    with tempfile.TemporaryDirectory() as work:
        os.environ["HOME"] = work + "/home"
        os.mkdir(work + "/home")
        world = World(sweep, grid, pathlib.Path(work), a.limit)
        world.names = {*os.listdir(work), "yard"}
        for count in range(1, a.folders + 1):
            world.folder(a.seed, a.first + count - 1, a.commands)
            if count % 50 == 0 or count == a.folders:
                world.sum_up(count)
    return 1 if world.problems else 0


sys.exit(main())
