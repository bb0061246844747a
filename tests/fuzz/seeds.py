#!/usr/bin/python3
"""seeds.py FOLDERS OUT: inputs of fuzz_folder made from the results folders in FOLDERS,
with small pages, whole and damaged."""
import pathlib
import random
import sqlite3
import sys
import tempfile

folders, out = map(pathlib.Path, sys.argv[1:])
LOCK = b"host 1 2 boot 2026-01-01T00:00:00Z 4 5\n"
DAMAGE = {
    "view": ["DROP TABLE trials", "CREATE VIEW trials AS SELECT * FROM cells"],
    "duplicate": ["CREATE TABLE t AS SELECT * FROM trials", "DROP TABLE trials",
                  "ALTER TABLE t RENAME TO trials",
                  "INSERT INTO trials SELECT * FROM trials"],
    "replicate": ["UPDATE trials SET replicate = replicate - 1"],
    "many": ["UPDATE trials SET replicate = replicate + 1000000000000"],
    "text": ["UPDATE trials SET status = 'x', psi = 'y', scaled_eps = x'00'"],
    "infinite": ["UPDATE trials SET scaled_eps = 9e999, psi = -9e999"],
    "cell": ["UPDATE cells SET cell = -1 - id"],
    "meta": ["UPDATE meta SET value = '-1'"],
    "trigger": ["CREATE TRIGGER t AFTER INSERT ON trials BEGIN DELETE FROM cells; END"],
    "empty": ["DELETE FROM trials"],
}


def database(path, statements):
    """The bytes of a copy of the database, changed."""
    with tempfile.TemporaryDirectory() as work:
        copy = pathlib.Path(work, "sweep.db")
        copy.write_bytes(path.read_bytes())
        changed = sqlite3.connect(copy, isolation_level=None)
        for statement in [*statements, "PRAGMA page_size = 512", "VACUUM"]:
            changed.execute(statement)
        changed.close()
        return copy.read_bytes()


def write(name, lock, grid, table, data):
    (out / name).write_bytes(b"\0".join([lock, grid, table, data]))


out.mkdir(exist_ok=True)
for folder in sorted(path.parent for path in folders.glob("*/sweep.db")):
    grid, table = ((folder / name).read_bytes() for name in ("grid.yaml", "table.tsv"))
    good = database(folder / "sweep.db", [])
    write(f"{folder.name}-good", LOCK, grid, table, good)
    for name, statements in DAMAGE.items():
        write(f"{folder.name}-{name}", LOCK, grid, table,
              database(folder / "sweep.db", statements))
    write(f"{folder.name}-cut", b"", grid, table[:50], good[:len(good) // 2])
    write(f"{folder.name}-grid", b"\xff" * 300, grid[:100], b"", good)
    noise = random.Random(1)
    for k in range(8):
        data = bytearray(good)
        for _ in range(1 + k):
            data[noise.randrange(len(data))] = noise.randrange(256)
        write(f"{folder.name}-noise-{k}", LOCK, grid, table, data)
