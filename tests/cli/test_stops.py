#!/usr/bin/env python3
"""test_stops.py SWEEP: limits and signals that come at odd moments are heard.

SIGINT, SIGTERM and SIGUSR1 while the table of many trials is being made (TRIALS of them:
the argument after SWEEP); a limit on the size of files; one on memory that is too low for
OpenBLAS.
"""
import os, pathlib, resource, shutil, signal, sqlite3, subprocess, sys, tempfile, time
from harness import check, finish

sweep = str(pathlib.Path(sys.argv[1]).resolve())
trials = int(sys.argv[2]) if len(sys.argv) > 2 else 200000
small = (pathlib.Path(__file__).parent / "small.yaml").read_text()
work = tempfile.mkdtemp()
os.chdir(work)
os.environ["SLURM_CPUS_PER_TASK"] = "1"


def run(*words, **more):
    return subprocess.run([sweep, *words], capture_output=True, text=True, **more)


def fill(replicates):
    """The folder `many`: the trials of its first replicate, many times."""
    pathlib.Path("many.yaml").write_text(small)
    check("a run", run("run", "-q", "many.yaml", "-o", "many").returncode == 0)
    pathlib.Path("many.yaml").write_text(
        small.replace("replicates: 2", f"replicates: {replicates}"))
    database = sqlite3.connect("many/sweep.db")
    names = [row[1] for row in database.execute("PRAGMA table_info(trials)")]
    values = ", ".join("r.value" if name == "replicate" else f'trials."{name}"' for name in names)
    database.execute(
        "WITH RECURSIVE r(value) AS (SELECT 2 UNION ALL SELECT value + 1 FROM r "
        f"WHERE value + 1 < {replicates}) INSERT INTO trials SELECT {values} "
        "FROM trials, r WHERE replicate = 0")
    database.commit()
    database.close()


def stop(number):
    """Send it as soon as the log says that all trials are there; seconds to the end."""
    before = pathlib.Path("many/run.log").read_text().count(" end: ")
    process = subprocess.Popen([sweep, "run", "many.yaml", "-o", "many"],
                               stderr=subprocess.PIPE, text=True,
                               preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    while (pathlib.Path("many/run.log").read_text().count(" end: ") == before
           and process.poll() is None):
        time.sleep(0.01)
    start = time.monotonic()
    process.send_signal(number)
    message = process.communicate(timeout=60)[1]
    return process.returncode, time.monotonic() - start, message


fill(trials // 3)
old = pathlib.Path("many/table.tsv").read_bytes()
for number, code in ((signal.SIGINT, -signal.SIGINT), (signal.SIGTERM, -signal.SIGTERM),
                     (signal.SIGUSR1, 4)):
    result, seconds, message = stop(number)
    name = signal.Signals(number).name
    check(f"{name}: status {result}", result == code)
    check(f"{name}: {seconds:.2f} s", seconds < 2)
    # It may come between the log's last line and the first of the table.
    check(f"{name}: {message}", any(message.endswith(
        f"stopped by {name}{what}: sweep run many.yaml -o many\n")
        for what in (" before the table was made; to make it", "; to go on")))
    check("the old table", pathlib.Path("many/table.tsv").read_bytes() == old)
result = run("run", "-q", "many.yaml", "-o", "many")
check(f"the same command again: {result.stderr}", result.returncode == 0)
check("a new table", pathlib.Path("many/table.tsv").read_bytes() != old)
check(f"nothing is left: {sorted(os.listdir('many'))}", sorted(os.listdir("many")) == [
    "grid.yaml", "run.log", "sweep.db", "table.tsv"])

# A file that may grow no more.
pathlib.Path("small.yaml").write_text(small)
for size in (2000, 10000, 20000):
    shutil.rmtree("limited", ignore_errors=True)
    result = run("run", "-q", "small.yaml", "-o", "limited",
                 preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)))
    check(f"status {result.returncode}", result.returncode == 1)
    check(result.stderr, result.stderr.startswith("sweep run: cannot ")
          and "'limited/" in result.stderr)

# From too little for the libraries to enough: an answer or a message, never a wait.
outcomes = set()
for mib in range(200, 1100, 100):
    size = mib << 20
    result = run("help", timeout=60, preexec_fn=lambda: resource.setrlimit(
        resource.RLIMIT_AS, (size, size)), env=dict(os.environ, OPENBLAS_NUM_THREADS="2"))
    said = result.returncode == 1 and "the memory limit (ulimit -v) is too low" in result.stderr
    loader = "error while loading shared libraries" in result.stderr
    sanitizer = "Sanitizer" in result.stderr  # it reserves more than any of these limits
    check(f"{mib} MiB: {result.stderr}", result.returncode == 0 or said or loader or sanitizer)
    outcomes.add("sanitizer" if sanitizer else result.returncode)
check(f"outcomes {outcomes}", outcomes == {0, 1} or outcomes == {"sanitizer"})

shutil.rmtree(work)
finish(32)
