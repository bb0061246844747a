"""The data of a figure's script against the table of the same rows and statistics.

    check_plot.py SCRIPT TABLE.csv X STATISTICS [Y]

X is the parameter along x, Y that along y of a map, STATISTICS is "median",
"median,q25,q75" or "mean,sem" (that is, the mean less and plus sem). Every number of
the script is looked up in the table, and every row of the table must have its place in
the script.
"""

import csv
import math
import shlex
import sys

PLACES = ("x", "y", "left", "right", "bottom", "top", "place")


def same(shown, expected, digits):
    """Whether two cells of text hold one value, shown to so many digits."""
    try:
        a, b = float(shown), float(expected)
    except ValueError:
        return shown == expected
    return math.isnan(a) and math.isnan(b) or abs(a - b) <= 10**-digits * abs(b)


def blocks(script):
    """Of each block of the data: the values its comments name, x without effect or not,
    and its lines as dictionaries."""
    with open(script, encoding="utf8") as file:
        text = file.read().split("$data << EOD\n")[1].split("\nEOD\n")[0]
    for block in text.split("\n\n\n"):
        keys, rows, constant, names = {}, [], False, None
        for line in block.split("\n"):
            if line.endswith("has no effect here"):
                constant = True
            elif line.startswith("# "):
                keys.update(part.split(" = ") for part in line[2:].split(", "))
            elif names is None:
                names = line.split("\t")
            elif line:
                cells = map(unquoted, line.split("\t"))
                rows.append(dict(zip(names, cells, strict=True)))
        yield keys, constant, rows


def unquoted(cell):
    return shlex.split(cell)[0] if cell.startswith('"') else cell


def expected(row, name, statistics):
    """A number of the script out of a row of the table."""
    if name in row:  # a rate or an end of its interval
        return row[name]
    for part, ending in enumerate(("", "_low", "_high")):
        center = row.get(f"{name.removesuffix(ending)}_{statistics[0]}")
        if center is None or not name.endswith(ending):
            continue
        if part == 0:
            return center
        if len(statistics) == 3:
            return row[f"{name.removesuffix(ending)}_{statistics[part]}"]
        width = float(row[f"{name.removesuffix(ending)}_{statistics[1]}"])
        return str(float(center) + (width if part == 2 else -width))
    sys.exit(f"{name} is not in the table")


def compare(row, place, keys, table, statistics):
    """The row of the table that a line of the script shows, all its numbers compared;
    None where it shows that there is none. And how many numbers."""
    wanted = [
        r
        for r in table
        if all(same(v, r[k], 9) for k, v in place.items())
        and all(same(v, r[k], 3) for k, v in keys.items())
    ]
    numbers = {k: v for k, v in row.items() if k not in PLACES}
    if not wanted and all(math.isnan(float(v)) for v in numbers.values()):
        return None, 0
    if len(wanted) != 1:
        sys.exit(f"{len(wanted)} rows of the table for {place} {keys}")
    for name, shown in numbers.items():
        number = expected(wanted[0], name, statistics)
        if not same(shown, number, 9):
            sys.exit(f"{name} is {shown}, not {number}, at {place} {keys}")
    return wanted[0], len(numbers)


def main(script, table, x, statistics, y=None):
    with open(table, encoding="utf8") as file:
        rows = list(csv.DictReader(file))
    missing, compared = list(rows), 0
    for keys, constant, lines in blocks(script):
        for line in lines:
            place = {x: line["x"], y: line["y"]} if y else {x: line.pop(x)}
            shown, count = compare(
                line, {} if constant else place, keys, rows, statistics.split(",")
            )
            compared += count
            if shown in missing:
                missing.remove(shown)
    if missing:
        sys.exit(f"{len(missing)} rows are not in the figure, such as {missing[0]}")
    if compared == 0:
        sys.exit("nothing was compared")
    print(compared, "numbers compared")


main(*sys.argv[1:])
