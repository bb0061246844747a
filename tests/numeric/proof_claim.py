"""A file of `sweep trial --proof` and the exported arrays it is about, as exact rationals."""
import ast
import json
import os
import struct
from fractions import Fraction


class Refused(Exception):
    """The claim does not follow from the file; why."""


def need(condition, why):
    if not condition:
        raise Refused(why)


def read_array(path):
    """A .npy file of float64 or int64 as a list, of lists if it has two dimensions."""
    with open(path, "rb") as file:
        data = file.read()
    need(data[:6] == b"\x93NUMPY", f"{path} is no NumPy file")
    start = 10 + struct.unpack("<H", data[8:10])[0]
    header = ast.literal_eval(data[10:start].decode())
    kind = {"<f8": "d", "<i8": "q"}[header["descr"]]
    need(not header["fortran_order"], f"{path} is in another order")
    flat = struct.unpack(f"<{(len(data) - start) // 8}{kind}", data[start:])
    if len(header["shape"]) == 1:
        return list(flat)
    rows, columns = header["shape"]
    return [flat[i * columns:(i + 1) * columns] for i in range(rows)]


class Export:
    """What a proof is about: points, labels, weights, in the trial's own coordinates."""

    def __init__(self, folder):
        with open(os.path.join(folder, "record.json"), encoding="utf-8") as file:
            record = json.load(file)
        span = "_span" if "X_span" in record["arrays"] else ""

        def array(name):
            return read_array(os.path.join(folder, name + ".npy"))

        self.X, self.y = array("X" + span), array("y")
        self.sign = [1 if u > 0 else -1 for u in array("u")]
        self.leak = Fraction(record["parameters"]["leak"])
        self.retain = array("retain")
        self.W = array("W_unlearned" + span)
        self.perp = Fraction(record["scalars"].get("perp_unlearned" + span, 0.0))


def dyadic_scale(numbers):
    """The least s so that each number (a Fraction or a float) times 2^s is whole."""
    return max((f.as_integer_ratio()[1].bit_length() - 1 for f in numbers), default=0)


def whole(f, scale):
    top, bottom = f.as_integer_ratio()
    return top << scale - (bottom.bit_length() - 1)


def number(mantissa, exponent):
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


class Row:
    """A group of neurons: their slopes are 1, g (the leak) or v on kinks (k); '.' where
    there is no multiplier."""

    def __init__(self, sign, size, slopes):
        self.sign, self.size, self.slopes = int(sign), int(size), slopes
        self.neurons = []
        self.v = {}  # of kinks
        self.share = {}  # v / lambda of kinks that depend on the others


class Neuron:
    """A row of weights near those given: theirs, projected on z = 0 at kinks ('k'), or 0."""

    def __init__(self, index, kinks):
        self.index, self.zero = int(index), kinks == "zero"
        self.kinks = "" if self.zero else kinks
        self.v = {}  # where z is 0


class Claim:
    def __init__(self, name):
        self.name = name
        self.undecided = self.eps = self.delta = self.tau = None
        self.point, self.lam, self.support = [], [], []
        self.rows, self.neurons = [], []
        self.width = self.leak = self.within = None

    def take(self, words):
        if words[0] == "undecided":
            self.undecided = words[1]
        elif words[0] == "network":
            self.width, self.leak = int(words[1]), number(*words[3:])
        elif words[0] in ("within", "eps", "delta", "tau"):
            setattr(self, words[0], number(*words[1:]))
        elif words[0] == "point":
            self.point.append(int(words[1]))
            self.support.append(words[2] == "lambda")
            self.lam.append(number(*words[3:]))
        elif words[0] == "row":
            self.rows.append(Row(*words[1:]))
        elif words[0] == "neurons":
            self.rows[-1].neurons = [int(j) for j in words[1:]]
        elif words[0] == "neuron":
            self.neurons.append(Neuron(*words[1:]))
        elif words[0] == "kink" and self.neurons:
            self.neurons[-1].v[int(words[1])] = number(*words[3:])
        elif words[0] == "kink":
            kinks = self.rows[-1].v if words[2] == "v" else self.rows[-1].share
            kinks[int(words[1])] = number(*words[3:])
        else:
            raise Refused(f"'{words[0]}' is no word of a proof")


def read_claims(path):
    claims = []
    with open(path, encoding="utf-8") as file:
        lines = [line.split() for line in file]
    need(lines and lines[0] == ["sweep-proof", "1"], "not a proof")
    whole = True
    for words in lines[1:]:
        if words[0] == "claim":
            need(whole, "a claim has no end")
            claims.append(Claim(words[1]))
            whole = False
        elif words[0] == "end":
            whole = True
        elif claims:
            claims[-1].take(words)
            whole |= words[0] == "undecided"
    need(whole, "a claim has no end")
    return claims
