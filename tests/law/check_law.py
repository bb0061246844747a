"""The bartlett sampler against the ambient one in law: a two-sample Kolmogorov-Smirnov
test on every result column, 1000 seeds each, several (d, m, n). The smallest p-value,
corrected for the number of tests (Bonferroni), must be above 0.001. The same test must
reject a build with one degree of freedom too many.

usage: check_law.py SWEEP SWEEP_PLANTED [SEEDS]
"""
import bisect
import math
import sys

from runs import columns, trials

# Results are rounded to multiples of this: the law of last digits, of a margin that is 1
# or an eps that is 0 but for rounding, is the kernel's.
ROUNDING = 1e-11
SEEDS = int(sys.argv[3]) if len(sys.argv) > 3 else 1000
GRID = """
name: law
seed: {seed}
replicates: {seeds}
grid:
  sampler: {sampler}
  dimension: {d}
  samples: {m}
  width: {n}
  test_samples: 64
  max_steps: {steps}
  {extra}
"""
SHAPES = [
    dict(d=9, m=6, n=6, steps=300, extra="signal: 0.5\n  init_scale: 1\n  polish: false"),
    dict(d=30, m=5, n=10, steps=300, extra="signal: 0\n  init_scale: 0.5\n  polish: false"),
    dict(d=40, m=8, n=6, steps=400, extra="signal: 0.3\n  polish: true\n"
         "  correlation: 0.3\n  label_noise: 0.1"),
    dict(d=10, m=6, n=1, steps=300, extra="model: linear\n  correlation: 0.2\n"
         "  signal: 0.4\n  init_scale: 1\n  polish: false"),
]


def distance(a, b):
    """Largest difference of the two empirical distribution functions."""
    a, b = sorted(a), sorted(b)
    points = set(a) | set(b)
    return max(abs(bisect.bisect_right(a, x) / len(a) -
                   bisect.bisect_right(b, x) / len(b)) for x in points)


def p_value(d, n, m):
    """Kolmogorov's limit law with Stephens' correction."""
    root = math.sqrt(n * m / (n + m))
    x = (root + 0.12 + 0.11 / root) * d
    if x < 0.2:
        return 1.0
    return min(1.0, max(0.0, 2 * sum((-1) ** (k - 1) * math.exp(-2 * k * k * x * x)
                                     for k in range(1, 101))))


def compare(program, shape, planted):
    """(p, column) of every result column: ambient of SWEEP against bartlett of program."""
    shape = dict(shape, seeds=SEEDS)
    if "linear" in shape["extra"]:
        grid = GRID.replace("  width: {n}\n", "")
    else:
        grid = GRID
    ambient = trials(sys.argv[1], grid.format(sampler="ambient", seed=1, **shape))
    bartlett = trials(program, grid.format(sampler="bartlett", seed=2, **shape))
    found = []
    share = [sum(r["status"] == "ok" for r in rows) / len(rows)
             for rows in (ambient, bartlett)]
    if not planted:
        assert min(share) > 0.5, share
        # Shares of two samples of SEEDS trials: five standard deviations.
        assert abs(share[0] - share[1]) < 5 * math.sqrt(0.5 / SEEDS), share
    for name in columns([r for r in ambient if r["status"] == "ok"]):
        a, b = ([round(r[name] / ROUNDING) for r in rows if r[name] is not None]
                for rows in (ambient, bartlett))
        if min(len(a), len(b)) >= SEEDS // 3:
            found.append((p_value(distance(a, b), len(a), len(b)), name))
    return found


def main():
    results = [(p, name, k) for k, shape in enumerate(SHAPES)
               for p, name in compare(sys.argv[1], shape, False)]
    p, name, k = min(results)
    print(f"{len(results)} tests; smallest p {p:.3g} ({name}, shape {k}), corrected "
          f"{min(1.0, p * len(results)):.3g}")
    assert len(results) >= 60, len(results)
    assert p * len(results) > 0.001, sorted(results)[:5]
    planted = [result for shape in SHAPES for result in compare(sys.argv[2], shape, True)]
    p, name = min(planted)
    print(f"planted error: smallest p {p:.3g} ({name}), corrected "
          f"{min(1.0, p * len(planted)):.3g}")
    assert p * len(planted) <= 0.001, "the planted error was not seen"


main()
