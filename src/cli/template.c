#include "template.h"

static const char body[] =
    "note: what it is for              # optional, shown with the results\n"
    "seed: 1                           # of all random numbers\n"
    "replicates: 10                    # independent trials in every cell; or, until "
    "the\n"
    "                                  # mean of a result is known well enough:\n"
    "# until: {column: exact_tau, relative_halfwidth: 0.05, min: 20, max: 1000}\n"
    "\n"
    "# A value is fixed; a list or a range makes an axis, and the cells are all\n"
    "# combinations. What is not here has its default: see 'sweep parameters'.\n"
    "grid:\n"
    "  model: relu                     # or linear, leaky_relu\n"
    "  dimension: {logspace: [1e2, 1e4, 3]}  # d: 100, 1000, 10000\n"
    "  samples: [10, 20]               # m, training points\n"
    "  width: 100                      # n, hidden neurons\n"
    "  signal: 1                       # |mu|, length of the cluster mean\n"
    "  forget: 1                       # k, points to forget\n"
    "  method: ascent                  # how to unlearn them\n"
    "  step_scale: {linspace: [0, 2, 5]}     # s; 1 is the step of the theory\n"
    "  # data: points.csv              # a file, LIBSVM, CSV or NumPy, in the place\n"
    "  #                               # of dimension, noise and signal\n"
    "\n"
    "# zip: [[dimension, width]]       # axes that advance together\n"
    "# design: {sobol: 64, over: {width: {logspace: [10, 1000]}, noise: [0.5, 2]}}\n"
    "#                                 # points spread over ranges, beside the "
    "product\n"
    "# derive: {width: \"10 * samples\"} # a parameter computed from others\n"
    "# results: {bound: \"trained_eps + 3 * phi * sqrt(samples)\"}  # of your own\n"
    "where: \"samples * 5 <= dimension\" # only cells for which it holds\n"
    "success: {relative_eps: 0.1, tau: 0.01}  # adds success rates to tables\n"
    "\n"
    "# What 'sweep table' shows unasked: see 'sweep columns' for all results.\n"
    "table:\n"
    "  rows: [dimension, samples, step_scale]\n"
    "  columns: [restored_relative_eps, restored_tau, exact_tau, retrain_tau]\n"
    "  statistics: [mean, sem]\n";

void print_template(FILE *stream, const char *name)
{
    fprintf(stream,
            "# A grid file. Try it: sweep plan %s.yaml, then sweep run %s.yaml\n"
            "name: %s  # names the folder results/%s\n%s",
            name, name, name, name, body);
}
