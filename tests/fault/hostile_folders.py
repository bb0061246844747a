"""Hostile results folders, drawn from a seed: what hostile.py gives to every command.

A kind changes a Folder, which began as a good one, and notes what it did.
"""
import json
import os
import pathlib
import shutil
import sqlite3
import struct

POINTS = "".join(f"{3 + 5 * (i % 2)} 1:{i % 7 + 1} 2:{i * i % 5} 3:{i % 3 + 0.5} 4:{-i}\n"
                 for i in range(24))
DATA_GRID = """name: points
seed: 1
replicates: 1
grid:
  data: %s
  labels: 3 vs 8
  dimension: [3, 4]
  samples: 3
  model: leaky_relu
  width: 4
  max_steps: 50
  test_samples: 2
table: {columns: [scaled_eps], statistics: [n]}
"""
# The shell, gnuplot and paths: relative, since names of files cannot hold a slash.
CODE = ["$(touch CANARY)", "`touch CANARY`", "|touch CANARY", "<touch CANARY",
        "a\nEOD\nsystem('touch CANARY')\n#", "';system('touch CANARY');'",
        '"; touch CANARY; "', "@{`touch CANARY`}", "a;touch CANARY", "& touch CANARY &"]
TEXTS = CODE + ["\x1b[2J\x1b]0;x\x07", "a\x00b", "\x9b2J", "\u202eabc", "%s%n%1000000d",
                "<script>x</script>", "]]>&<!--", "a\tb\r\nc", "=cmd|'/C calc'!A0", "",
                "x" * 5000, "'", '"', "\\", "{/Symbol a}_{", "\ufeff", "| - |\n|---|"]
NAMES = CODE + ["-o", "--fresh", "~", "~root", "|x", "<x", "a\nb", "'q'", '"q"', "a b",
                "\x1b[2J", "*", "?[a]", "%d", "shard-1-of-2", "shard-0-of-0", "old.part",
                "shard-1-of-2\n", "\udcff\udcfe", "a" * 200, "file:x?mode=memory", ":memory:",
                "\u202egvs", "a.svg", "#", "{a,b}", "a\\", "$HOME", "!!", "-"]
NUMBERS = [None, 0, 0.5, -1, 1, 2**31, 2**53 + 1, 2**63 - 1, -2**63, 1e308, -1e308,
           float("inf"), 5e-324, b"", b"\x00" * 8, "-11", "1e999", "18446744073709551616",
           "nan", "0x10", "9" * 400]
FILES = ["sweep.db", "sweep.db-wal", "sweep.db-shm", "sweep.db-journal", "sweep.lock",
         "run.log", "table.tsv", "report.html", "grid.yaml", "plot.gp", "plot.svg", "data",
         "data/points.svm", "old.part", "sweep-host-1.db", "shard-1-of-2"]
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
KINDS = []


def kind(weight=1, same=False):
    """same: the results are as they were, and the table must be."""
    def add(function):
        KINDS.extend([(function, same)] * weight)
        return function

    return add


class Folder:
    def __init__(self, rng, path, beside, sort):
        self.rng, self.path, self.beside, self.sort = rng, path, beside, sort
        self.db, self.notes = path / "sweep.db", []

    def note(self, *words):
        self.notes.append(" ".join(repr(w)[:80] if not isinstance(w, str) else
                                   ascii(w)[1:-1][:120] for w in words))

    def sql(self, *statements):
        """One after another; a schema edited before is read anew."""
        for statement, *values in statements:
            connection = sqlite3.connect(self.db, isolation_level=None)
            try:
                connection.execute("PRAGMA writable_schema = ON")
                connection.execute(statement, values)
            except (sqlite3.Error, OverflowError, UnicodeError) as error:
                self.note("refused:", str(error))
            finally:
                connection.close()


def value(rng):
    return rng.choice(NUMBERS if rng.random() < 0.5 else TEXTS)


# Databases: their schemas, values, bytes and journals.
@kind(3)
def schema_text(f):
    old, new = f.rng.choice([
        (" REAL", " BLOB"), (" INTEGER", " TEXT"), (" NOT NULL", ""), (" UNIQUE", ""),
        (" WITHOUT ROWID", ""), (", PRIMARY KEY(cell_id, replicate)", ""), ('"psi"', '"PSI"'),
        ('"psi" REAL', '"psi" REAL AS (phi)'), ('"psi" REAL', '"psi" REAL DEFAULT (random())'),
        ('"psi" REAL', '"psi" REAL CHECK(length(hex(zeroblob(1000000000))))'),
        ("replicate", "replicates"), ("CREATE", "create"), ("CREATE TABLE", "CREATE  TABLE"),
        ("REFERENCES cells", "REFERENCES nothing ON DELETE CASCADE"), (")", ") STRICT"),
        ("TEXT", "TEXT COLLATE NOCASE"), ("CREATE", "CREATE\x1b["), ("status)", "status DESC)")])
    f.note("schema", old, "->", new)
    f.sql(("UPDATE sqlite_schema SET sql = replace(sql, ?, ?)", old, new))


@kind(2)
def schema_row(f):
    statement = f.rng.choice([
        "UPDATE sqlite_schema SET sql = NULL WHERE name = 'trials'",
        "UPDATE sqlite_schema SET rootpage = abs(random() % 9) WHERE name = 'trials'",
        "UPDATE sqlite_schema SET rootpage = 2147483647 WHERE name = 'cells'",
        "UPDATE sqlite_schema SET rootpage = (SELECT min(rootpage) FROM sqlite_schema)",
        "UPDATE sqlite_schema SET type = 'view'", "UPDATE sqlite_schema SET name = 'x'",
        "UPDATE sqlite_schema SET tbl_name = 'cells'", "DELETE FROM sqlite_schema",
        "INSERT INTO sqlite_schema SELECT * FROM sqlite_schema",
        "INSERT INTO sqlite_schema VALUES('table', 'x', 'x', 0, 'CREATE VIRTUAL TABLE x "
        "USING fts5(y)')"])
    f.note(statement)
    f.sql((statement,))


@kind(3)
def schema_more(f):
    table = f.rng.choice(["meta", "cells", "trials"])
    source = f.rng.choice(["trials", "cells", "meta", "sqlite_schema", "hidden"])
    statements = f.rng.choice([
        [f"CREATE TABLE copy AS SELECT * FROM {table}", "INSERT INTO copy SELECT * FROM copy",
         f"DROP TABLE {table}", f"ALTER TABLE copy RENAME TO {table}"],
        [f"ALTER TABLE {table} RENAME TO hidden",
         f"CREATE VIEW {table} AS SELECT * FROM {source}"],
        [f"DROP TABLE {table}", f"CREATE VIEW {table} AS {ENDLESS} SELECT i AS cell, i AS "
         "replicate, i AS cell_id, 'ok' AS status, 'name' AS name, i AS value FROM n"],
        [f"CREATE VIEW x AS SELECT load_extension('CANARY'), * FROM {table}"],
        [f"CREATE TRIGGER x AFTER INSERT ON {table} BEGIN DELETE FROM {table}; END"],
        [f"CREATE TRIGGER x BEFORE UPDATE ON {table} BEGIN INSERT INTO meta {ENDLESS} "
         "SELECT i, i FROM n; END"],
        ["CREATE VIRTUAL TABLE x USING fts5(y)"], ["CREATE VIRTUAL TABLE x USING rtree(a, b, c)"],
        [f"DROP TABLE {table}", f"CREATE VIRTUAL TABLE {table} USING fts5(name, value, cell)"],
        [f"CREATE INDEX x ON {table}(hex(zeroblob(1000)))"], [f"DROP TABLE {table}"],
        [f"ALTER TABLE {table} ADD COLUMN extra DEFAULT 'x'"], [f"DELETE FROM {table}"],
        ["ANALYZE", "UPDATE sqlite_stat1 SET stat = '0 -1 99999999999999999999 unordered'"],
        ["PRAGMA user_version = -1"], ["PRAGMA application_id = 7"],
        ["PRAGMA auto_vacuum = 1", "VACUUM"], ["PRAGMA page_size = 65536", "VACUUM"],
        ["PRAGMA journal_mode = WAL"], ["PRAGMA journal_mode = DELETE"]])
    f.note(*statements)
    f.sql(*((s,) for s in statements))


@kind(5)
def values(f):
    table = f.rng.choice(["meta", "cells", "trials", "trials"])
    connection = sqlite3.connect(f.db)
    try:
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        names = [row[0] for row in connection.execute("SELECT name FROM meta")]
        schema = connection.execute("SELECT name, sql FROM sqlite_schema").fetchall()
    except sqlite3.Error:
        columns, names = [], []
    connection.close()
    if not columns or not names:
        return
    column = f.rng.choice(columns[:5] if f.rng.random() < 0.5 else columns)
    where, new = f"abs(random() % {f.rng.choice([1, 2])}) = 0", value(f.rng)
    if table == "meta":
        where, column = f"name = '{f.rng.choice(names)}'", f.rng.choice(["value", "value", "name"])
    f.note("value", f"{table}.{column}", "=", new)
    # Without NOT NULL while it is done, so that NULL fits.
    f.sql(("UPDATE sqlite_schema SET sql = replace(sql, ' NOT NULL', '')",),
          (f'UPDATE OR REPLACE {table} SET "{column}" = ? WHERE {where}', new),
          *(("UPDATE sqlite_schema SET sql = ? WHERE name = ?", text, name)
            for name, text in schema))


@kind(5)
def damage(f):
    content = bytearray(f.db.read_bytes())
    how = f.rng.choice(["flip", "flip", "flip", "cut", "zero", "swap", "header", "grow", "noise"])
    size, at = 4096, f.rng.randrange(max(len(content), 1))
    page = at // size * size
    if not content:
        how = "grow"
    if how == "flip":
        # A page's header and its table of cells are where it hurts most.
        for _ in range(f.rng.choice([1, 2, 8, 64])):
            at = page + f.rng.randrange(f.rng.choice([16, 200, size]))
            content[min(at, len(content) - 1)] ^= 1 << f.rng.randrange(8)
    elif how == "cut":
        del content[at:]
    elif how == "zero":
        content[page:page + size] = bytes(size)
    elif how == "swap":
        content[page:page + size], content[-size:] = content[-size:], content[page:page + size]
    elif how == "header":
        content[f.rng.randrange(16, 100)] = f.rng.randrange(256)
    elif how == "grow":
        content += f.rng.randbytes(size)
    else:
        content = f.rng.randbytes(at)
    f.note("bytes", how, at)
    f.db.write_bytes(content)


@kind(2)
def journal(f):
    how = f.rng.choice(["super", "super", "noise", "wal", "shm"])
    f.note("journal", how)
    victim = os.fsencode(f.beside / f.rng.choice(["victim", "sweep.db", "grid.yaml"]))
    magic = bytes.fromhex("d9d505f920a163d7")
    if how == "super":
        head = magic + struct.pack(">IIIII", f.rng.choice([0, 1, 2**32 - 1]), 7, 1, 512, 4096)
        tail = struct.pack(">I", 2**30 // 4096 + 1) + victim
        tail += struct.pack(">II", len(victim), sum(victim)) + magic
        (f.path / "sweep.db-journal").write_bytes(head.ljust(512, b"\0") + tail)
    elif how == "noise":
        (f.path / "sweep.db-journal").write_bytes(magic + f.rng.randbytes(5000))
    else:
        head = struct.pack(">IIII", 0x377F0682, 3007000, f.rng.choice([512, 4096, 7]), 0)
        (f.path / f"sweep.db-{how}").write_bytes(head + f.rng.randbytes(33000))


# Files: links, pipes, folders, locks, leftovers.
@kind(6)
def other_kind(f):
    name = f.rng.choice(FILES)
    path = f.path / name
    how = f.rng.choice(["link", "link", "new", "loop", "hard", "pipe", "folder", "full", "empty",
                        "endless", "sparse", "noise"])
    f.note(how, "as", name)
    path.parent.mkdir(exist_ok=True)
    if path.parent.is_symlink() or not path.parent.is_dir():
        return
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    elif os.path.lexists(path):
        path.unlink()
    target = f.beside / (name if (f.beside / name).exists() else "victim")
    if how == "link":
        path.symlink_to(f.rng.choice([target, os.path.relpath(target, path.parent), f.beside]))
    elif how == "new":
        path.symlink_to(f.beside / "new")
    elif how == "loop":
        path.symlink_to(path.name)
    elif how == "hard" and target.is_file():
        os.link(target, path)
    elif how == "pipe":
        os.mkfifo(path)
    elif how in ("folder", "full"):
        path.mkdir()
        if how == "full":
            shutil.copy(f.beside / "sweep.db", path)
            (path / "x").symlink_to(f.beside)
    elif how == "endless":
        path.symlink_to("/dev/zero")
    elif how == "sparse":
        with open(path, "wb") as file:
            file.truncate(2**36)
    else:
        path.write_bytes(b"" if how == "empty" else f.rng.randbytes(3000))


@kind(2, same=True)
def lock(f):
    host = f.rng.choice([os.uname().nodename, "elsewhere", *TEXTS])
    boot = pathlib.Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    words = [host, f.rng.choice([1, 0, -1, os.getpid(), 2**31, 2**80]),
             f.rng.choice([0, 5, -1, 2**80]), f.rng.choice([boot, "x" * 60]),
             f.rng.choice(["2026-11-26T10:00:00Z", *TEXTS]), f.rng.choice([0, 1, 2**80]),
             f.rng.choice([0, 1, 7])]
    text = " ".join(map(str, words[:f.rng.choice([7, 7, 7, 5, 3])])) + "\n"
    f.note("lock", text)
    path = f.path / "sweep.lock"
    if os.path.lexists(path):
        return
    path.write_bytes(text.encode() if f.rng.random() < 0.8 else f.rng.randbytes(100000))
    now = path.stat().st_mtime + f.rng.choice([0, -1000, 10**9])
    os.utime(path, (now, now))


@kind(1, same=True)
def leftover(f):
    name = f.rng.choice(["table.tsv", "grid.yaml", "plot.svg", "plot.gp"]) + ".7-0.tmp"
    path = f.path / name
    how = f.rng.choice(["file", "link", "pipe", "folder"])
    f.note("leftover", how, name)
    if os.path.lexists(path):
        return
    if how == "link":
        path.symlink_to(f.beside / "victim")
    elif how == "pipe":
        os.mkfifo(path)
    elif how == "folder":
        path.mkdir()
    else:
        path.write_bytes(b"x")


@kind(1)
def aside(f):
    path = f.path / "old.part"
    f.note("old.part")
    if os.path.lexists(path):
        return
    path.mkdir()
    name = f.rng.choice(["sweep.db", "grid.yaml", "x"])
    (path / name).symlink_to(f.beside / "sweep.db")


# Grids.
def grid_text(f, data):
    rng, text = f.rng, DATA_GRID % json.dumps(data)
    deep = rng.choice([100, 5000, 200000])
    anchors = "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9) if i else 'x'}]\n"
                      for i in range(12))
    number = rng.choice(["1e999", "-1", "9" * 400, "18446744073709551615", ".nan", "1e18", "0x1",
                         "1e-400", "{linspace: [0, 1, 1e12]}", "{range: [0, 1e18, 1e-9]}",
                         "{logspace: [1e-300, 1e300, 1e9]}", "[" + "1, " * 20000 + "2]"])
    query = rng.choice([f"({ENDLESS} SELECT max(i) FROM n)", "load_extension('CANARY')",
                        "writefile('CANARY', 'x')", "length(hex(zeroblob(1000000000)))", "1; DROP",
                        "(SELECT count(*) FROM sqlite_schema)", "randomblob(1e18)",
                        "(" * 5000 + "1" + ")" * 5000, "printf('%.*c', 2000000000, 'x') > ''",
                        "replace(hex(zeroblob(100000)), '0', hex(zeroblob(100000))) > ''"])
    word = json.dumps(rng.choice(TEXTS))
    return rng.choice([
        text, text, text,
        text.replace("name: points", "name: " + word),
        text.replace("3 vs 8", word), text.replace("leaky_relu", word),
        text.replace("scaled_eps", word), text.replace("[n]", f"[{word}]"),
        text.replace("width: 4", "width: " + number), text.replace("[3, 4]", number),
        text.replace("replicates: 1", "replicates: " + number),
        text.replace("seed: 1", "seed: " + number),
        text + "where: " + json.dumps(query) + "\n",
        text.replace("  samples: 3\n", "") + "derive: {samples: " + json.dumps(query) + "}\n",
        text + f"success: {{eps: {number if number[0] not in '[{' else 1}}}\n",
        anchors + text, text + anchors, "[" * deep, "{a: " * deep, "- " * deep, "a: &a [*a]\n",
        text + "? " * deep, "--- x\n" * deep, text + word + ": 1\n", "&" + "a" * deep + " x",
        text + "x: !!python/object/apply:os.system ['touch CANARY']\n", "\ufeff" + text,
        text + "%TAG ! x\n", text + "\x00", text + "x: \"\\x1b[2J\\0\"\n", text + '\udc80\udcff'])


@kind(3)
def kept_grid(f):
    data = f.rng.choice(["points.svm"] * 6 + ["/dev/zero", "/proc/self/mem", "-", ".", "~/x",
                                              str(f.beside), *CODE])
    text = grid_text(f, data)
    path = f.path / "grid.yaml"
    f.note("grid", text if len(text) < 600 else text[:60] + f"... ({len(text)})")
    if not path.is_symlink() and path.is_file():
        path.write_bytes(text.encode(errors="surrogateescape"))


@kind(2)
def data_file(f):
    path = f.path / "data" / "points.svm"
    if f.sort != "points" or path.is_symlink() or not path.is_file():
        return
    new = f.rng.choice([b"", b"\x1f\x8b" + f.rng.randbytes(500), f.rng.randbytes(500),
                        b"\x93NUMPY" + f.rng.randbytes(200), b"3 1:1e999\n8 1:nan\n",
                        b"3 99999999999:1\n8 1:2\n", b"\x1b[2J 1:1\n" * 9, b"3 1:1\n" * 10000])
    f.note("data", new[:20])
    path.write_bytes(new)
