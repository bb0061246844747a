#!/usr/bin/env python3
"""check_hostile_store.py SWEEP GRID: databases that no run of sweep wrote.

Each case damages a copy of the results of GRID and gives it to several commands.
Each of these ends within a minute, with status 1 and one message that names the file,
or with what the case allows; no control character reaches the terminal, and the file
beside the folder stays as it is.
"""
import os
import pathlib
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile

sweep, grid = os.path.realpath(sys.argv[1]), os.path.realpath(sys.argv[2])
READERS = ["status", "table", "verify"]
ALL = READERS + ["merge", "plan", "run"]
NEIGHBOUR = "not yours\n"
CASES = {}
problems = []


def case(commands=ALL, allowed=(1,)):
    def add(make):
        CASES[make.__name__] = (make, commands, allowed)
        return make

    return add


def sql(db, *statements):
    connection = sqlite3.connect(db, isolation_level=None)
    connection.execute("PRAGMA writable_schema = ON")
    for statement in statements:
        connection.execute(statement)
    connection.close()


def patch(db, old, new):
    content = db.read_bytes()
    assert old in content, f"no {old!r}"
    db.write_bytes(content.replace(old, new, 1))


ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"


# Schemas.
@case()
def endless_trials(db):
    names = [row[1] for row in sqlite3.connect(db).execute("PRAGMA table_info(trials)")]
    columns = ", ".join(f'i AS "{name}"' for name in names)
    sql(db, "DROP TABLE trials", f"CREATE VIEW trials AS {ENDLESS} SELECT {columns} FROM n")


@case()
def endless_meta(db):
    sql(db, "DROP TABLE meta", f"CREATE VIEW meta AS {ENDLESS} SELECT 'name' AS name, i AS "
        "value FROM n")


@case()
def trigger(db):
    sql(db, "CREATE TRIGGER t AFTER INSERT ON trials BEGIN DELETE FROM cells; END")


@case()
def foreign_table(db):
    sql(db, "CREATE TABLE mine(x)")


@case()
def no_primary_key(db):
    sql(db, "CREATE TABLE copy AS SELECT * FROM trials",
        "INSERT INTO copy SELECT * FROM trials", "DROP TABLE trials",
        "ALTER TABLE copy RENAME TO trials", "CREATE INDEX trials_by_status ON trials(status)")


@case()
def computed_column(db):
    sql(db, "ALTER TABLE trials DROP COLUMN psi",
        "ALTER TABLE trials ADD COLUMN psi REAL AS (phi)")


@case()
def other_default(db):
    sql(db, "ALTER TABLE trials DROP COLUMN psi",
        "ALTER TABLE trials ADD COLUMN psi REAL DEFAULT 7")


@case()
def renamed_result(db):
    sql(db, "ALTER TABLE trials RENAME COLUMN psi TO psy")


@case()
def renamed_parameter(db):
    sql(db, "ALTER TABLE cells RENAME COLUMN noise TO noice")


@case()
def no_index(db):
    sql(db, "DROP INDEX trials_by_status")


@case()
def other_layout(db):
    sql(db, "PRAGMA user_version = 3000000")


# Values. `status` counts only.
@case(["table", "verify", "merge", "run"])
def negative_replicate(db):
    sql(db, "UPDATE trials SET replicate = -1 WHERE replicate = 0 AND cell_id = 1")


@case(["table", "verify", "merge"], (1, 2))
def negative_cell(db):
    sql(db, "UPDATE cells SET cell = -7 WHERE cell = 0")


@case(["table", "verify", "merge"])
def text_for_number(db):
    sql(db, "UPDATE trials SET psi = 'seven'")


@case(["table", "verify", "merge"])
def bytes_for_number(db):
    sql(db, "UPDATE trials SET psi = zeroblob(8)")


@case(["table", "verify", "merge"])
def half_a_step(db):
    sql(db, "UPDATE trials SET steps = 0.5")


@case(["table", "verify", "merge"])
def unknown_reason(db):
    sql(db, "UPDATE trials SET stop_reason = 'tired' || char(27) || '[2J'")


@case(["status", "table", "verify", "merge"])
def unknown_status(db):
    sql(db, "UPDATE trials SET status = char(27) || '[2J'")


@case(["table", "merge"], (0, 3))
def message_with_escapes(db):
    sql(db, "UPDATE trials SET status = 'solver_limit', message = char(27, 10, 7)")


@case(["table", "verify", "merge"])
def long_message(db):
    sql(db, "UPDATE trials SET message = hex(zeroblob(1000000))")


@case(["table", "verify", "merge"])
def status_is_null(db):  # its text becomes the message
    patch(db, b"\x09\x08\x11\x0d", b"\x09\x08\x00\x11")


@case(["table", "verify", "merge", "run"])
def same_trial_twice(db):
    patch(db, b"\x09\x08\x11\x0d", b"\x09\x09\x11\x0d")


@case(["status", "run"])
def negative_replicates(db):
    sql(db, "UPDATE meta SET value = '-11' WHERE name = 'replicates'")


@case(["status"])
def negative_total(db):
    sql(db, "UPDATE meta SET value = '-11' WHERE name = 'session_total'")


@case()
def no_model(db):
    sql(db, "UPDATE meta SET value = 'none' || char(27) WHERE name = 'model_version'")


@case(["verify"], (0,))
def platform_with_escapes(db):
    sql(db, "UPDATE meta SET value = 'an abacus' || char(27) || '[2J' WHERE name = 'platform'")


# Files.
def link(ending):
    def make(db):
        path = pathlib.Path(str(db) + ending)
        if not ending:
            db.unlink()
        path.symlink_to(db.parent.parent / "neighbour")

    make.__name__ = "link" + ending.replace("-", "_")
    case()(make)


def pipe(ending):
    def make(db):
        if not ending:
            db.unlink()
        os.mkfifo(str(db) + ending)

    make.__name__ = "pipe" + ending.replace("-", "_")
    case()(make)


def second_name(name, commands):
    """A file that is the neighbour, too."""

    def make(db):
        path = db.parent / name
        path.unlink(missing_ok=True)
        os.link(db.parent.parent / "neighbour", path)

    make.__name__ = "second_name_" + name
    case(commands)(make)


for ending in ["", "-wal", "-shm", "-journal"]:
    link(ending)
    pipe(ending)
    second_name("sweep.db" + ending, ALL)
for name in ["sweep.lock", "run.log"]:
    second_name(name, ["run"])


@case(["run"])
def link_as_lock(db):
    (db.parent / "sweep.lock").symlink_to(db.parent.parent / "neighbour")


@case(["run"])
def pipe_as_lock(db):
    os.mkfifo(db.parent / "sweep.lock")


@case()
def super_journal(db):
    """A rollback journal of the first page that ends in the name of a file to delete."""
    content = db.read_bytes()
    name = str(db.parent.parent / "neighbour").encode()
    magic = bytes.fromhex("d9d505f920a163d7")
    nonce = 1000
    size = struct.unpack(">H", content[16:18])[0]
    page = content[:size]
    checksum = nonce + sum(page[i] for i in range(size - 200, 0, -200))
    header = magic + struct.pack(">IIIII", 1, nonce, len(content) // size, 512, size)
    tail = struct.pack(">I", 2**30 // size + 1) + name
    tail += struct.pack(">II", len(name), sum(name)) + magic
    pathlib.Path(f"{db}-journal").write_bytes(
        header.ljust(512, b"\0") + struct.pack(">I", 1) + page
        + struct.pack(">I", checksum & 0xFFFFFFFF) + tail)


@case(["status"])
def tree_of_circles(db):
    """The index that counting reads: 18 levels, every child of a page the same."""
    sql(db, "PRAGMA journal_mode = DELETE")
    content = bytearray(db.read_bytes())
    size = struct.unpack(">H", content[16:18])[0]
    first = len(content) // size + 1
    record = bytes([4, 17, 9, 8]) + b"ok"
    for level in range(18):
        child = struct.pack(">I", first + level + 1)
        last = level == 17
        cell = (b"" if last else child) + bytes([len(record)]) + record
        count = 200
        start = size - count * len(cell)
        page = bytes([10 if last else 2, 0, 0]) + struct.pack(">HHB", count, start, 0)
        page += b"" if last else child
        for i in range(count):
            page += struct.pack(">H", start + i * len(cell))
        content += page.ljust(start, b"\0") + cell * count
    content[28:32] = struct.pack(">I", len(content) // size)
    db.write_bytes(content)
    sql(db, f"UPDATE sqlite_schema SET rootpage = {first} WHERE name = 'trials_by_status'")


def command_line(command, folder):
    return {
        "status": ["status", folder],
        "table": ["table", folder],
        "verify": ["verify", folder, "--sample", "1"],
        "merge": ["merge", "merged", folder],
        "plan": ["plan", grid, "-o", folder, "--no-pilot"],
        "run": ["run", "-q", grid, "-o", folder, "--allow-mixed"],
    }[command]


def run(name, command, folder, allowed):
    def wrong(text):
        problems.append(f"{name}: {command}: {text}")

    try:
        end = subprocess.run([sweep, *command_line(command, folder)], capture_output=True,
                             stdin=subprocess.DEVNULL, timeout=60)
    except subprocess.TimeoutExpired:
        wrong("did not end")
        return
    said = end.stderr.decode(errors="replace")
    if end.returncode not in allowed:
        wrong(f"status {end.returncode}: {said}")
    if 1 in allowed and end.returncode and (said.count("\n") != 1 or folder not in said):
        wrong(f"the message is {said!r}")
    if any(ord(c) < 32 and c not in "\n\t" for c in said + end.stdout.decode()):
        wrong(f"control characters in {said!r}")
    neighbour = pathlib.Path("neighbour")
    if not neighbour.exists() or neighbour.read_text() != NEIGHBOUR:
        wrong("the file beside the folder was touched")


def main():
    runs = 0
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        os.environ["SLURM_CPUS_PER_TASK"] = "1"
        good = pathlib.Path("good")
        subprocess.run([sweep, "run", "-q", grid, "-o", good], check=True)
        for name, (make, commands, allowed) in CASES.items():
            for command in commands:
                shutil.rmtree(name, ignore_errors=True)
                shutil.rmtree("merged", ignore_errors=True)
                os.mkdir(name)
                for part in ["grid.yaml", "sweep.db"]:
                    shutil.copyfile(good / part, pathlib.Path(name) / part)
                pathlib.Path("neighbour").write_text(NEIGHBOUR)
                make(pathlib.Path(work, name, "sweep.db"))
                run(name, command, name, allowed)
                if command == "merge" and 0 not in allowed:
                    made = pathlib.Path("merged/sweep.db")
                    count = "SELECT count(*) FROM trials"
                    if made.exists() and sqlite3.connect(made).execute(count).fetchone()[0]:
                        problems.append(f"{name}: merge took trials")
                runs += 1
    print(*problems, sep="\n")
    print(f"{len(CASES)} cases, {runs} commands, {len(problems)} problems")
    return 1 if problems or runs != EXPECTED else 0


EXPECTED = 194

sys.exit(main())
