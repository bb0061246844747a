"""Counts of checks, and a line for each that fails."""

import collections
import math

from oracle_cone import WIDE


class Tally:
    """Counts of checks by name: made, failed, left open; the worst of each."""

    def __init__(self):
        self.made, self.failed, self.open = (collections.Counter() for _ in range(3))
        self.worst = {}
        self.lines = []
        self.where = ""

    def add(self, name, good, column, printed, expected, tolerance):
        self.made[name] += 1
        if good:
            return
        self.failed[name] += 1
        off = math.inf
        if printed is not None and expected is not None and tolerance:
            off = abs(float(printed) - float(expected)) / float(tolerance)
        if name not in self.worst or off > self.worst[name][0]:
            self.worst[name] = off, self.where
        self.lines.append(f"{self.where} {column} {printed!r} "
                          f"{None if expected is None else float(expected)!r} "
                          f"{float(tolerance):.3g} [{name}]")

    def close(self, name, column, printed, expected, tolerance):
        if printed is None or expected is None:
            good = printed is None and expected is None
        else:
            good = abs(WIDE(printed) - WIDE(expected)) <= tolerance
        self.add(name, good, column, printed, expected, tolerance)

    def true(self, name, column, good, printed=0.0, expected=1.0):
        self.add(name, bool(good), column, printed, expected, 0.0)

    def skip(self, name):
        self.open[name] += 1

    def merge(self, other):
        for mine, its in ((self.made, other.made), (self.failed, other.failed),
                          (self.open, other.open)):
            mine.update(its)
        for name, worst in other.worst.items():
            if name not in self.worst or worst[0] > self.worst[name][0]:
                self.worst[name] = worst
        self.lines += other.lines


def summary(tally):
    """The table of checks; returns the number that failed."""
    print(f"{'check':20} {'made':>7} {'failed':>7} {'open':>7}  worst/tolerance at")
    for name in sorted(set(tally.made) | set(tally.open)):
        off, where = tally.worst.get(name, (0.0, ""))
        worst = f"{off:.3g} at {where}" if where else ""
        print(f"{name:20} {tally.made[name]:7} {tally.failed[name]:7} "
              f"{tally.open[name]:7}  {worst}")
    return sum(tally.failed.values())
