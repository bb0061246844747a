"""A data file for the command-line tests: data.py FILE [ROW VALUE].

60 points with 30 features, of the classes 3, 5 and 8; with ROW, one value of that point
is VALUE.
"""

import random
import sys

chance = random.Random(1)
row, value = (int(sys.argv[2]), sys.argv[3]) if len(sys.argv) > 2 else (None, None)
with open(sys.argv[1], "w", encoding="utf-8") as file:
    for i in range(60):
        fields = [f"{k}:{chance.gauss(0, 1):.6g}" for k in range(1, 31)]
        if i == row:
            fields[7] = f"8:{value}"
        print((3, 5, 8, 3)[i % 4], *fields, file=file)
