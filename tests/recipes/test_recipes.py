"""The recipes of src/README.md, "How to add", followed in a copy of the tree.

    test_recipes.py ROOT

Every recipe adds a dummy to the copy. All are built together, without optimisation, and
then each is used and must show. The paragraph of a recipe must name each file that it
touches: a recipe that lacks a step is a failure, and so is a step that does not work.
"""

import csv
import gzip
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

COPIED = ["meson.build", "meson_options.txt", "README.md", "COPYING", "include", "src",
          "sweeps", "plots"]

# Of each recipe: a file, a text that is in it once, and what is put before that.
RECIPES = {
    "A parameter": [
        ("include/sweep/parameters.h", "    PARAMETER_COUNT\n",
         "    P_DUMMY,\n    P_DUMMY_TEXT,\n"),
        ("src/experiment/parameters.c", "};\n/* clang-format on */",
         """    [P_DUMMY] = {.name = "dummy_parameter", .symbol = "", .type = REAL,
        .stage = EVALUATE, .low = 0, .high = 10, .preset = 0, .unit = "",
        .meaning = "half of dummy_column"},
    [P_DUMMY_TEXT] = {.name = "dummy_text", .symbol = "", .type = TEXT,
        .stage = EVALUATE, .low = 0, .high = INFINITY, .preset = NAN, .unit = "",
        .meaning = "any text"},
"""),
    ],
    "A column": [
        ("include/sweep/columns.h", "    COLUMN_COUNT,\n", "    C_DUMMY,\n"),
        ("src/experiment/columns.c", "};\n/* clang-format on */",
         """    [C_DUMMY] = {.name = "dummy_column", .symbol = "", .type = COLUMN_REAL,
        .unit = "", .in_table = 1, .scale = SCALE_VALUE,
        .meaning = "twice dummy_parameter"},
"""),
        ("src/experiment/trial_evaluate.c", "    value[C_LAMBDA_FORGET] = 0.0;\n",
         "    value[C_DUMMY] = 2.0 * s->value[P_DUMMY];\n"),
    ],
    "An unlearning method": [
        ("include/sweep/unlearn.h", "    METHOD_COUNT\n", "    METHOD_DUMMY,\n"),
        ("src/model/unlearn.c",
         "const struct unlearn_method unlearn_methods[METHOD_COUNT] = {\n",
         """static int dummy(const struct unlearn_problem *q, struct unlearn_workspace *w,
                 struct weights *out, double *flops)
{
    (void)w;
    unlearn_copy(q, q->theta, out);
    *flops = 4711.0;
    return SWEEP_OK;
}

"""),
        ("src/model/unlearn.c", "    [METHOD_NONE] =",
         '    [METHOD_DUMMY] = {.name = "dummy_method", .apply = dummy},\n'),
    ],
    "A loss": [
        ("include/sweep/loss.h", "LOSS_COUNT };\n", "LOSS_DUMMY, "),
        ("src/model/loss.c", "const struct loss loss_table[LOSS_COUNT] = {\n",
         """static double dummy_value(double q)
{
    return exp(-2.0 * q);
}

static double dummy_slope(double q)
{
    return -2.0 * exp(-2.0 * q);
}

static double dummy_weight(double q, double low, double scale)
{
    (void)scale;
    return 2.0 * exp(2.0 * (low - q));
}

"""),
        ("src/model/loss.c", "    [LOSS_LOGISTIC] =",
         """    [LOSS_DUMMY] = {.name = "dummy_loss",
                    .value = dummy_value,
                    .slope = dummy_slope,
                    .weight = dummy_weight},
"""),
    ],
    "A data source": [
        ("src/meson.build", "'data_reader'", "'dummy_reader', "),
        ("src/model/data_reader.c", '#include "sweep/gunzip.h"\n',
         '#include "sweep/dummy_reader.h"\n'),
        ("src/model/data_reader.c", "    {.name = NULL",
         '    {.name = "dummy", .ending = ".dummy", .read = dummy_read},\n'),
    ],
    "A statistic": [
        ("src/base/statistic.c", "static const struct statistic_info statistic_table[] = {\n",
         """static double compute_dummy(double *values, size_t count, const struct clusters *of,
                            double p)
{
    (void)of;
    return values[0] - values[0] + 40 * (double)count + p;
}

"""),
        ("src/base/statistic.c", '    {"n_failed",',
         '    {"dummy_statistic", "forty per value, and two", compute_dummy, 2},\n'),
    ],
    "A table format": [
        ("src/report/table.c", "const struct table_format table_formats[] = {\n",
         """static int write_dummy(FILE *stream, const struct aggregate *a, const struct grid *g,
                       const struct table_style *style)
{
    (void)style;
    fprintf(stream, "%zu rows of %s\\n", a->row_count, g->name);
    return SWEEP_OK;
}

"""),
        ("src/report/table.c", '    {.name = "md",',
         '    {.name = "dummy_format", .write = write_dummy},\n'),
    ],
}

NEW_FILES = {
    "include/sweep/dummy_reader.h": """\
#ifndef SWEEP_DUMMY_READER_H
#define SWEEP_DUMMY_READER_H

#include "sweep/labelled.h"

int dummy_read(struct labelled *out, const char *name, const char *text, size_t length,
               struct diagnostics *log);

#endif
""",
    # "LABEL VALUE VALUE ...", one point per line.
    "src/model/dummy_reader.c": """\
#include "sweep/dummy_reader.h"
#include "sweep/parse.h"

static const char *read_point(struct labelled *out, const char *c)
{
    size_t from = out->start[out->rows], count = 0;
    double label = 0.0;

    if (parse_leading(c, &c, &label) != PARSE_OK)
        return c;
    for (; *c == ' '; count++) {
        out->index[from + count] = (uint32_t)count;
        if (parse_leading(c + 1, &c, &out->value[from + count]) != PARSE_OK)
            return c;
    }
    return labelled_add(out, label, count) ? c : c - 1;
}

int dummy_read(struct labelled *out, const char *name, const char *text, size_t length,
               struct diagnostics *log)
{
    const char *c = text;

    if (labelled_reserve(out, length, length) != SWEEP_OK)
        return SWEEP_NO_MEMORY;
    while (c < text + length) {
        c = read_point(out, c);
        if (*c++ != '\\n') {
            diagnostics_add(log, name, out->rows + 1, 0, "not a point");
            return SWEEP_INPUT;
        }
    }
    labelled_finish(out, 0);
    return SWEEP_OK;
}
""",
}

GRID = """\
name: recipes
seed: 1
replicates: 2
grid:
  data: [mixture, points.dummy.gz]
  dimension: 12
  samples: 4
  width: 32
  model: leaky_relu
  test_samples: 4
  loss: [exponential, dummy_loss]
  method: [none, dummy_method]
  dummy_parameter: 3
  dummy_text: whatever it is
where: dummy_text = 'whatever it is'
table:
  rows: [data, loss, method]
  columns: [dummy_column, step_flops, trained_margin]
  statistics: [mean, dummy_statistic]
"""

POINTS = "".join(
    f"{1 + i % 2} {' '.join(str((i * 7 + k * k * (i + 3)) % 11 - 5) for k in range(12))}\n"
    for i in range(8))


def fail(message):
    sys.exit(f"test_recipes.py: {message}")


def run(command, **options):
    done = subprocess.run([str(word) for word in command], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
    if done.returncode != 0:
        fail(f"{' '.join(map(str, command))}\n{done.stdout}")
    return done.stdout


def paragraph(readme, title):
    found = re.search(rf"^\*\*{title}\*\*.*?(?=\n\n|\Z)", readme, re.DOTALL | re.MULTILINE)
    return found[0] if found else fail(f"src/README.md has no recipe '{title}'")


def follow(root, readme, title, edits):
    recipe = paragraph(readme, title)
    for name, text, added in edits:
        path = root / name
        if f"`{path.name}`" not in recipe:
            fail(f"the recipe '{title}' does not name {path.name}")
        old = path.read_text(encoding="utf-8")
        if old.count(text) != 1:
            fail(f"{name} has {old.count(text)} times: {text!r}")
        path.write_text(old.replace(text, added + text), encoding="utf-8")


def build(root):
    options = ["--buildtype=plain", "-Dtests=disabled", "-Dwerror=true"]
    environment = dict(os.environ, CFLAGS="-O0", CCACHE_DISABLE="1")
    run(["meson", "setup", *options, root / "build", root], env=environment)
    run(["ninja", "-C", root / "build", "-j2", "src/sweep"], env=environment)
    return root / "build" / "src" / "sweep"


def check_results(sweep, folder):
    """What each dummy leaves in a table."""
    (folder / "grid.yaml").write_text(GRID, encoding="utf-8")
    (folder / "points.dummy.gz").write_bytes(gzip.compress(POINTS.encode()))
    plan = run([sweep, "plan", folder / "grid.yaml"])
    if "points.dummy.gz: 8 points, 12 features, 2 classes" not in plan:
        fail(f"the plan says nothing of the points:\n{plan}")
    run([sweep, "run", folder / "grid.yaml", "-o", folder / "out"])
    table = run([sweep, "table", folder / "out", "--format", "csv"])
    rows = list(csv.DictReader(table.splitlines()))
    margins = {}
    for row in rows:
        if float(row["dummy_column_mean"]) != 6:
            fail(f"dummy_column is not twice dummy_parameter: {row}")
        if float(row["dummy_column_dummy_statistic"]) != 82:
            fail(f"dummy_statistic is not forty per value, and two: {row}")
        flops = 4711 if row["method"] == "dummy_method" else 0
        if float(row["step_flops_mean"]) != flops:
            fail(f"step_flops is not {flops}: {row}")
        margins.setdefault(row["data"], set()).add(row["trained_margin_mean"])
    if len(rows) != 8 or sorted(margins) != ["mixture", "points.dummy.gz"]:
        fail(f"not the rows that were asked for: {rows}")
    if any(len(values) != 2 for values in margins.values()):
        fail(f"the dummy loss trains like the exponential one: {margins}")
    table = run([sweep, "table", folder / "out", "--format", "dummy_format"])
    if table != "8 rows of recipes\n":
        fail(f"not the dummy format: {table}")


def check_manual(sweep):
    """What the program says of itself."""
    for command, words in {
        "parameters": ["dummy_parameter", "dummy_text", "dummy_loss", "dummy_method",
                       "half of dummy_column"],
        "columns": ["dummy_column", "twice dummy_parameter"],
        "help table": ["dummy_statistic", "dummy_format"],
        "help bash": ["dummy_statistic", "dummy_format"],
    }.items():
        text = run([sweep, *command.split()])
        for word in words:
            if word not in text:
                fail(f"'{word}' is not in what 'sweep {command}' prints")


def main(source):
    readme = (source / "src" / "README.md").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory(prefix="sweep recipes ") as folder:
        root = pathlib.Path(folder) / "tree"
        root.mkdir()
        for name in COPIED:
            path = source / name
            (shutil.copytree if path.is_dir() else shutil.copy)(path, root / name)
        for title, edits in RECIPES.items():
            follow(root, readme, title, edits)
        for name, text in NEW_FILES.items():
            (root / name).write_text(text, encoding="utf-8")
        sweep = build(root)
        check_manual(sweep)
        check_results(sweep, pathlib.Path(folder))
    print(f"{len(RECIPES)} recipes work")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
