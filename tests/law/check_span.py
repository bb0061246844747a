"""Trials in span coordinates against the same trials in all d coordinates: the same data,
every result column to 1e-9 relative.

usage: check_span.py SWEEP SWEEP_UNPROJECTED
"""
import sys

from runs import columns, trials

TOLERANCE = 1e-9
# Residuals of exact points are rounding, and compared as such: absolutely.
ROUNDING = 2e-14

GRID = """
name: span
seed: 5
replicates: 3
grid:
  sampler: ambient
  dimension: 60
  samples: 8
  width: 20
  test_samples: 200
  max_steps: 600
  init_scale: 0.1
  step_scale: [0, 0.5, 1, 2]
  forget: [0, 1, 3]
"""
VARIANTS = [
    "  model: relu\n  signal: 0.5\n  polish: false\n",
    "  model: relu\n  signal: 0\n  polish: false\n",
    "  model: relu\n  signal: 0\n",
    "  model: leaky_relu\n  leak: 0.3\n  signal: 0.3\n  correlation: 0.2\n"
    "  polish: false\n",
    "  model: leaky_relu\n  leak: 0.3\n  signal: 0\n",
    "  model: relu\n  optimizer: gd\n  loss: exponential\n  learning_rate: 0.2\n"
    "  signal: 0.5\n  label_noise: 0.1\n  polish: false\n",
    "  model: linear\n  signal: 0.3\n  correlation: 0.3\n  polish: false\n",
]


def main():
    compared = 0
    worst = (0.0, "", "")
    for variant in VARIANTS:
        grid = GRID + variant
        if "linear" in variant:
            grid = grid.replace("  width: 20\n", "")
        span = trials(sys.argv[1], grid)
        ambient = trials(sys.argv[2], grid)
        assert len(span) == len(ambient) == 36, (len(span), len(ambient))
        for a, b in zip(span, ambient):
            assert a["status"] == b["status"], (variant, a["message"], b["message"])
            for name in columns(span):
                x, y = a[name], b[name]
                assert (x is None) == (y is None), (variant, name, x, y)
                if x is None:
                    continue
                compared += 1
                error = abs(x - y)
                if error <= ROUNDING:
                    continue
                error /= max(abs(x), abs(y))
                worst = max(worst, (error, name, variant))
                assert error <= TOLERANCE, (variant, name, x, y)
    print(f"{compared} results agree, worst {worst}")
    assert compared > 5000, compared


main()
