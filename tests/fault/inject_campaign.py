#!/usr/bin/python3
"""inject_campaign.py SWEEP SHIM [COUNT [SEED]]: COUNT times one call to the file system
fails, or the disk is full from then on, or the process is killed there (call_fail.c),
during run, resume, --fresh, merge, table and plot, evenly over the calls of each; also
every third read of a resume fails, and a kill comes at every rename of --fresh. What was committed is there afterwards, bit for bit
and with the time it took; status 0 means that the result is whole; any other comes with
a message; and the same command again ends with what an undisturbed one makes.
"""
import collections
import glob
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile

sweep, shim = (os.path.realpath(word) for word in sys.argv[1:3])
count = int(sys.argv[3]) if len(sys.argv) > 3 else 7
choose = random.Random(int(sys.argv[4]) if len(sys.argv) > 4 else 1)
here = pathlib.Path(__file__).resolve().parent
failures = []


class Scene:
    """A command, and the folder it starts from."""

    def __init__(self, command, start, again=None):
        self.command, self.start = command, start
        self.again = again or command  # what goes on after the fault
        self.writes = command[0] in ("run", "merge")


RUN = ["run", "-q", "-j1", "grid.yaml", "-o", "out"]
SCENES = {
    "run": Scene(RUN, None),
    "resume": Scene(RUN, "half"),
    "fresh": Scene(RUN + ["--fresh"], "killed", RUN),
    "merge": Scene(["merge", "out", "shard-1-of-2", "shard-2-of-2"], None),
    "merge again": Scene(["merge", "out", "shard-1-of-2", "shard-2-of-2"], "first"),
    "table": Scene(["table", "out"], "whole"),
    "plot": Scene(["plot", "out", "-o", "figure.svg"], "whole"),
}


def execute(command, **fault):
    """Status, what it printed, messages."""
    environment = dict(os.environ)
    if fault:
        environment |= {"LD_PRELOAD": os.path.abspath("shim.so")}
        environment |= {f"FAULT_{key.upper()}": str(fault[key]) for key in fault}
    with open("printed", "wb") as printed, open("messages", "wb") as messages:
        status = subprocess.run([sweep] + command, stdout=printed, stderr=messages,
                                env=environment, timeout=60).returncode
    return status, pathlib.Path("printed").read_bytes(), \
        pathlib.Path("messages").read_text(errors="replace")


def trials(folder):
    """All trials of every database below a folder, as a set of (key, replicate, ...);
    read from a copy, as a reader leaves files beside a database."""
    found = set()
    shutil.rmtree("copy", ignore_errors=True)
    if os.path.exists(folder):
        shutil.copytree(folder, "copy")
    for path in glob.glob("copy/**/*.db", recursive=True):
        database = sqlite3.connect(path)
        try:
            rows = database.execute("SELECT cells.key, trials.* FROM trials "
                                    "JOIN cells ON cells.id = cell_id")
            at = [k for k, c in enumerate(rows.description) if c[0] != "cell_id"]
            found |= {tuple(row[k] for k in at) for row in rows}
        except sqlite3.OperationalError as error:
            if "no such table" not in str(error):
                raise
        database.close()
    return found


def clear():
    shutil.rmtree("out", ignore_errors=True)
    for path in glob.glob("figure.*"):
        os.remove(path)


def start(scene):
    clear()
    if scene.start:
        shutil.copytree(scene.start, "out")


def result(scene, printed):
    """What a command is to make, as bytes."""
    if scene.writes:
        path = "out/table.tsv"
    elif scene.command[0] == "plot":
        path = "figure.svg"
    else:
        return printed
    return pathlib.Path(path).read_bytes() if os.path.exists(path) else None


def inject(name, **fault):
    scene = SCENES[name]

    def fail(what):
        failures.append(name)
        print(f"{name}, {fault}: {what}")

    start(scene)
    before = trials("out")
    try:
        status, printed, messages = execute(scene.command, **fault)
    except subprocess.TimeoutExpired:
        return fail("it hangs")
    made, left = result(scene, printed), trials("out")
    if status == 0 and made != whole[name]:
        fail(f"status 0, but the result is not whole; {messages[:300]}")
    if status not in (0, 1) + ((-signal.SIGKILL,) if fault["how"] == "kill" else ()):
        fail(f"status {status}: {messages[:300]}")
    if status == 1 and not messages:
        fail("no message")
    # table and plot replace nothing but by what is whole.
    if scene.command[0] == "plot" and made not in (None, whole[name]):
        fail("a picture that is not whole")
    # Between two renames of --fresh the database is apart from its log; the next run
    # goes on with them.
    if name != "fresh" and not before <= left:
        fail(f"{len(before - left)} of {len(before)} trials lost")
    status, printed, messages = execute(scene.again)
    if status != 0 or result(scene, printed) != whole[name]:
        fail(f"then status {status} and another result: {messages[:300]}")
    lost = (before | left) - trials("out")
    if lost:
        fail(f"{len(lost)} committed trials are lost, or computed again")
    return None


def prepare():
    grid = (here / "../cli/small.yaml").read_text()
    pathlib.Path("grid.yaml").write_text(grid.replace("replicates: 2", "replicates: 1"))
    check(execute(RUN))
    os.rename("out", "half")
    pathlib.Path("grid.yaml").write_text(grid)
    for shard in ("1/2", "2/2"):
        check(execute(RUN[:-1] + ["out", "--shard", shard]))
    for folder in glob.glob("out/shard-*"):
        os.rename(folder, os.path.basename(folder))
    clear()
    check(execute(RUN))
    os.rename("out", "whole")
    # Its trials are in the write-ahead log alone.
    check(execute(RUN, how="kill", only="rename", at=2), (-signal.SIGKILL,))
    assert len(trials("out")) == 6 and os.path.getsize("out/sweep.db-wal") > 0
    os.rename("out", "killed")
    # It holds the trials of the first shard.
    check(execute(["merge", "out", "shard-1-of-2"]), (4,))
    os.rename("out", "first")


def check(outcome, right=(0,)):
    if outcome[0] not in right:
        sys.exit(f"the undisturbed command ends with status {outcome[0]}: {outcome[2]}")
    return outcome


def calls(name, **only):
    """How many calls the undisturbed command makes; keeps what it makes."""
    start(SCENES[name])
    outcome = check(execute(SCENES[name].command, report="calls", **only))
    whole[name] = result(SCENES[name], outcome[1])
    return int(pathlib.Path("calls").read_text())


whole = {}
with tempfile.TemporaryDirectory() as work:
    os.chdir(work)
    shutil.copy(shim, "shim.so")  # LD_PRELOAD takes a space for the end of a name
    prepare()
    if not shutil.which("gnuplot"):
        del SCENES["plot"]
    totals = {name: calls(name) for name in SCENES}
    done = collections.Counter()
    for name, how, only, step in (("fresh", "kill", "rename", 1),
                                  ("resume", "io", "read", 3)):
        for k in range(1, calls(name, only=only) + 1, step):
            inject(name, how=how, only=only, at=k)
            done[f"{how} at a {only} of {name}"] += 1
    names, share = list(SCENES), -(-count // len(SCENES))
    for i in range(count):
        name, how = names[i % len(names)], choose.choice(["io", "full", "kill"])
        # Every stretch of a command gets its fault.
        at = 1 + int(totals[name] * (i // len(names) + choose.random()) / share)
        inject(name, how=how, at=at)
        done[how] += 1
    os.chdir("/")
print(f"{sum(done.values())} faults ({', '.join(f'{n} {k}' for k, n in done.items())}) "
      f"in {', '.join(f'{k}: {n} calls' for k, n in totals.items())}; "
      f"{len(failures)} went wrong")
sys.exit(1 if failures or not done else 0)
