#!/usr/bin/env python3
"""test_cancel.py SWEEP [COUNT [M N D [SECONDS]]]: a run ends soon after it is told to.

COUNT times a run of M pure Gaussian points, N neurons, D dimensions is stopped at a random
moment of its first SECONDS, by a signal or its time limit: it must end soon, with its exit
status and its words, and what it had stored must stay. A run of the default size is taken to
its end afterwards: the table must be that of a run that nobody stopped. The worst time to the
end is printed; a campaign: test_cancel.py SWEEP 30 800 400 8000 60.
"""
import os, pathlib, random, re, shutil, signal, sqlite3, subprocess, sys, tempfile, time
from harness import check, finish

sweep = str(pathlib.Path(sys.argv[1]).resolve())
given = [int(word) for word in sys.argv[2:]]
count = given[0] if given else 3
small = len(given) < 2
points, width, dimension = (60, 40, 200) if small else given[1:4]
longest = 1.0 if small else given[4] if len(given) > 4 else 60
patience = 20 if small else 10  # seconds; a loaded machine is slow
work = tempfile.mkdtemp()
os.chdir(work)
random.seed(count)
GRID = f"""name: gauss
seed: 5
replicates: 2
grid:
  samples: {points}
  width: {width}
  dimension: {dimension}
  max_steps: {[10, 40, 2000] if small else [5, 40]}
  sampler: [ambient, bartlett]
  test_samples: 100
  method: [ascent, minnorm, iterated]
  step_scale: [0.5, 1]
"""


def stored():
    """What is in the folder, times aside: an unsound database is none."""
    if not pathlib.Path("stopped/sweep.db").exists():
        return set()
    database = sqlite3.connect("stopped/sweep.db")
    try:
        check("a sound record", database.execute("PRAGMA integrity_check").fetchone() == ("ok",))
        names = [row[1] for row in database.execute("PRAGMA table_info(trials)")]
        columns = ", ".join(f'"{name}"' for name in names if name != "seconds")
        return set(database.execute(f"SELECT {columns} FROM trials"))
    finally:
        database.close()


def stop(how, wait):
    """Status, message, and seconds from the stop to the end."""
    limit = [] if how else ["--time-limit", f"{wait:.3f}s"]
    start = time.monotonic()
    process = subprocess.Popen([sweep, "run", "-j", "2", "gauss.yaml", "-o", "stopped", *limit],
                               stderr=subprocess.PIPE, text=True,
                               preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    while not (log := pathlib.Path("stopped/run.log")).exists() or \
            len(re.findall(r"threads, sweep", log.read_text())) < stops:
        if process.poll() is not None:
            break
        time.sleep(0.01)
    if how:
        time.sleep(wait)
        start = time.monotonic()
        process.send_signal(how)
    else:
        start = time.monotonic() + wait
    message = process.communicate(timeout=600)[1]
    return process.returncode, message, time.monotonic() - start


pathlib.Path("gauss.yaml").write_text(GRID)
pathlib.Path("stopped").mkdir()
before, worst, stops = stored(), 0, 0
ways = [(signal.SIGTERM, -signal.SIGTERM, "SIGTERM"), (None, 4, "the time limit"),
        (signal.SIGINT, -signal.SIGINT, "SIGINT"), (signal.SIGUSR1, 4, "SIGUSR1")]
for k in range(count):
    how, status, name = ways[k % len(ways)]
    wait = random.uniform(0, longest)
    stops += 1
    code, message, seconds = stop(how, wait)
    now = stored()
    if code == 0 or "when all was done" in message:  # it was ready before
        break
    worst = max(worst, seconds)
    if not small:
        print(f"{name} after {wait:.1f} s: {seconds:.2f} s, {len(now)} trials", flush=True)
    check(f"{name}: status {code}, {message}", code == status)
    check(f"{name}: {message}", f"stopped by {name}; to go on: sweep run" in message)
    check(f"{name}: {seconds:.2f} s to the end", seconds < patience)
    check(f"{name}: {len(before - now)} trials are lost or changed", before <= now)
    before = now
print(f"worst: {worst:.2f} s")
if small:
    for folder in ("whole", "stopped"):
        result = subprocess.run([sweep, "run", "-q", "gauss.yaml", "-o", folder],
                                capture_output=True, text=True)
        check(f"{folder}: {result.stderr}", result.returncode == 0)
    check("another table", pathlib.Path("whole/table.tsv").read_bytes()
          == pathlib.Path("stopped/table.tsv").read_bytes())
shutil.rmtree(work)
finish(at_least=3)
