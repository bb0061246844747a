"""Claims that were tampered with: each change makes a claim false, or its numbers those of
another one. False: there is nothing to change."""
from fractions import Fraction


def change_tau(claim, _):
    if not claim.tau:
        return False
    claim.tau *= 1 - Fraction(1, 1 << 40)
    return claim.tau > Fraction(1, 10 ** 20)


def change_lambda(claim, _):
    claim.lam[0] += 2 * claim.within
    return True


def change_support(claim, _):
    i = claim.support.index(True)
    if sum(claim.support) == 1:
        return False
    claim.support[i], claim.lam[i] = False, Fraction(0)
    for row in claim.rows:
        row.slopes = row.slopes[:i] + "." + row.slopes[i + 1:]
        row.v.pop(i, None)
        row.share.pop(i, None)
    return True


def change_sign(claim, _):
    """The slope of a pair that is on, where another row stays on for the point."""
    for row in claim.rows:
        i = row.slopes.find("1")
        if i >= 0 and claim.leak < 1:
            row.slopes = row.slopes[:i] + "g" + row.slopes[i + 1:]
            return True
    return False


def change_kink(claim, _):
    for row in claim.rows:
        for i in row.v:
            row.slopes = row.slopes[:i] + "1" + row.slopes[i + 1:]
            del row.v[i]
            return True
    return False


def change_neurons(claim, _):
    claim.rows[0].neurons = claim.rows[0].neurons[1:]
    claim.rows[0].size -= 1
    return True


def change_points(claim, _):
    del claim.point[-1], claim.support[-1], claim.lam[-1]
    for row in claim.rows:
        row.slopes = row.slopes[:-1]
        row.v.pop(len(row.slopes), None)
        row.share.pop(len(row.slopes), None)
    return True


def supported(claim, export):
    """The exported index of a point with a multiplier."""
    point = claim.point[claim.support.index(True)]
    return export.retain[point] if claim.name == "exact" else point


def change_data(claim, export):
    """By far more than the numbers could bear."""
    i = supported(claim, export)
    export.X[i] = tuple(x * (1 + 2.0 ** -20) for x in export.X[i])
    return True


def change_label(claim, export):
    i = supported(claim, export)
    export.y[i] = -export.y[i]
    return True


def near_eps(claim, _):
    claim.eps *= 1 - Fraction(1, 1 << 40)
    return claim.eps > Fraction(1, 10 ** 6)


def near_delta(claim, _):
    claim.delta *= 1 - Fraction(1, 1 << 40)
    return claim.delta > Fraction(1, 10 ** 9)


def near_tau(claim, _):
    claim.tau *= 1 - Fraction(1, 1 << 40)
    return claim.tau > Fraction(1, 10 ** 15)


def near_negative(claim, _):
    claim.lam[0] = Fraction(-1, 10 ** 9)
    return True


def first_slope(claim):
    """A neuron, a point where its z is 0, and v."""
    return next(((neuron, i, v) for neuron in claim.neurons
                 for i, v in neuron.v.items()), (None, None, None))


def near_slope_above(claim, _):
    neuron, i, _ = first_slope(claim)
    if neuron:
        neuron.v[i] = claim.lam[i] * (1 + Fraction(1, 1 << 60))
    return neuron


def near_slope_below(claim, _):
    neuron, i, _ = first_slope(claim)
    if neuron:
        neuron.v[i] = claim.leak * claim.lam[i] - Fraction(1, 1 << 60)
    return neuron


def near_kink(claim, export):
    """A slope in between where z is not 0."""
    for neuron in claim.neurons:
        for i in neuron.v:
            z = sum(w * x for w, x in zip(export.W[neuron.index],
                                          export.X[export.retain[i]]))
            if neuron.kinks.count("k") == 1 and z != 0:
                neuron.kinks = neuron.kinks.replace("k", ".")
                return True
    return False


def near_zero(claim, export):
    """The longest row is not that of theta~ any more."""
    lengths = [sum(w * w for w in row) for row in export.W]
    neuron = claim.neurons[[n.index for n in claim.neurons].index(
        lengths.index(max(lengths)))]
    if neuron.zero or claim.tau > Fraction(1, 10 ** 3) or claim.width > 100:
        return False
    neuron.zero = True
    return True


def near_neurons(claim, _):
    claim.neurons[0] = claim.neurons[-1]
    return len(claim.neurons) > 1


def near_points(claim, _):
    if len(claim.point) == 1:
        return False
    del claim.point[-1], claim.lam[-1]
    for neuron in claim.neurons:
        neuron.kinks = neuron.kinks[:-1]
        neuron.v.pop(len(claim.point), None)
    return True


def near_label(claim, export):
    i = export.retain[claim.lam.index(max(claim.lam))]
    export.y[i] = -export.y[i]
    return True


def named(start):
    return {name: function for name, function in globals().items()
            if name.startswith(start)}


CHANGES = {"trained": named("change_"), "exact": named("change_"),
           "scaled": named("near_"), "restored": named("near_")}
