"""The points of data.py as tables: tables.py FILE FOLDER."""

import gzip
import sys

import numpy as np

path, folder = sys.argv[1:]
rows = [line.split() for line in open(path, encoding="utf-8")]
y = [fields[0] for fields in rows]
X = [[field.split(":")[1] for field in fields[1:]] for fields in rows]


def save(name, text):
    packed = name.endswith(".gz")
    with (gzip.open if packed else open)(f"{folder}/{name}", "wt", newline="") as file:
        file.write(text)


save("points.csv", "".join(",".join([*x, label]) + "\r\n" for x, label in zip(X, y)))
save("points.data", "".join(";".join([*x, label]) + "\n" for x, label in zip(X, y)))
names = ["class", *(f'"x {k}"' for k in range(30))]
save("first.tsv.gz", "\t".join(names) + "\n" +
     "".join("\t".join([label, *x]) + "\n" for x, label in zip(X, y)))
save("y.csv", "class\n" + "\n".join(y) + "\n")
X, y = np.array(X, dtype=float), np.array(y, dtype="u1")
np.save(f"{folder}/X.npy", X)
np.save(f"{folder}/Xf.npy", np.asfortranarray(X.astype(">f8")))
np.save(f"{folder}/y.npy", y)
np.save(f"{folder}/y_other.npy", np.roll(y, 1).astype(np.float32))
with gzip.open(f"{folder}/all.npy.gz", "wb") as file:
    np.save(file, np.column_stack([X, y]))
np.save(f"{folder}/X_test.npy", X[::-1] + 0.5)
np.save(f"{folder}/y_test.npy", y[::-1])
