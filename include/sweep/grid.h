/* grid.h - a grid: axes, cells, and the point of the parameter space each cell stands
 * for.
 *
 * Axes are in the order of the file; the last one advances fastest. `zip` makes several
 * parameters one axis, and so does `design`, which makes the first one. `derive` computes a
 * parameter from others, `where` drops cells. Cells that canonicalise to the same setting
 * are kept once (the first). Cells are numbered 0 .. cell_count-1 in that order.
 */
#ifndef SWEEP_GRID_H
#define SWEEP_GRID_H

#include "sweep/columns.h"
#include "sweep/grid_data.h"
#include "sweep/grid_text.h"
#include "sweep/parameters.h"
#include "sweep/results.h"
#include "sweep/rng.h"
#include "sweep/status.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The number that is raised whenever the results of a trial change for equal input.
 * Part of the identity of a trial. */
enum { MODEL_VERSION = 6 };

/* Most cells a grid may have, before `where` drops some. */
enum { GRID_CELL_LIMIT = 10000000 };

/* One axis: `count` positions, each setting `width` parameters at once (more than one
 * only for zip and a design). values[position * width + k] belongs to parameter[k]. */
struct axis {
    size_t count;
    size_t width;
    enum parameter *parameter;
    double *values;
};

/* What `design:` asks for: points of the first axis, those equal to an earlier one merged
 * into it. */
enum design_kind { DESIGN_NONE, DESIGN_SOBOL, DESIGN_LATIN_HYPERCUBE };

struct design {
    enum design_kind kind;
    size_t points; /* asked for */
    size_t merged;
};

/* A derived parameter. Its value at a position of every axis is
 * value[sum over the axes of position * stride], once the cells are numbered. */
struct derived {
    enum parameter parameter;
    char *text;                     /* the expression */
    size_t line, column;            /* of the expression */
    size_t stride[PARAMETER_COUNT]; /* (axis_count); 0: does not depend on that axis */
    double *value;
};

/* What `success:` has thresholds for; relative ones are of eps over the norm and delta
 * over its square. `proved`, 1 or not given, is none: the others are for proved bounds. */
enum threshold {
    THRESHOLD_EPS,
    THRESHOLD_DELTA,
    THRESHOLD_TAU,
    THRESHOLD_RELATIVE_EPS,
    THRESHOLD_RELATIVE_DELTA,
    THRESHOLD_PROVED,
    THRESHOLD_COUNT
};

/* What `success: {audits: ...}` asks for: the most an audit of a row may be (audit_size). */
struct audit_limit {
    enum column audit;
    double most;
};

/* What `table:` asks for; counts of 0 mean the default. */
struct table_request {
    enum parameter *rows;
    size_t row_count;
    enum column *columns;
    size_t column_count;
    char **statistics; /* "mean", "sem", "q05", ... as written */
    size_t statistic_count;
    const char *where; /* keep only these cells; NULL: all. Not from the grid file */
    bool alone; /* read of a trial only what is asked for: the rest is not checked */
};

/* Parameters that are set from outside (grid_read_with). */
struct grid_set {
    const char *line;         /* "set: {width: 6}" */
    const char *const *words; /* what its keys are reported as, such as "width=6" */
};

/* What `until:` asks for: a cell has replicates enough when half the width of Student's
 * interval of the mean of a column is small enough (until.h). */
struct until_rule {
    size_t least; /* replicates before the first look; 0: there is no rule */
    enum column column;
    double level;     /* of the interval */
    double halfwidth; /* small enough */
    bool relative;    /* as a share of |mean| */
};

/* Letters of a note, and bytes of one with its end. */
enum { GRID_NOTE_LIMIT = 300, GRID_NOTE_SIZE = 4 * GRID_NOTE_LIMIT + 1 };

struct grid {
    char *file; /* as named by the user, for messages */
    char *text; /* its bytes, kept in the results folder */
    size_t text_size;
    char *name;
    char *note; /* what it is for; NULL: not said */
    uint64_t seed;
    size_t replicates; /* of every cell; with a rule: at most */
    struct until_rule until;
    struct setting fixed;         /* defaults and scalars */
    bool given[PARAMETER_COUNT];  /* set by the file, as scalar, axis or derived */
    size_t line[PARAMETER_COUNT]; /* where, for messages; 0 if not given */
    size_t column[PARAMETER_COUNT];
    struct axis *axes; /* that of the design, then in file order */
    size_t axis_count;
    struct design design;
    struct derived *derived;
    size_t derived_count;
    char *where; /* NULL: all cells */
    size_t where_line, where_column;
    struct results results;          /* of its own */
    double success[THRESHOLD_COUNT]; /* thresholds; NAN where not given */
    struct expression *condition;    /* what has to hold as well; NULL: nothing */
    struct audit_limit *limits;      /* (limit_count) of audits of a row */
    size_t limit_count;
    struct table_request table;
    struct grid_texts texts;
    struct grid_data data;
    size_t *product;      /* product[cell] = index into the full product of the axes */
    size_t product_count; /* size of the full product */
    size_t cell_count;
};

/* After the fields above `product` are filled: evaluate derive and where, check every
 * cell, drop duplicates, number the cells. Every distinct error is reported once, at
 * the parameter to blame. SWEEP_OK, SWEEP_INPUT, SWEEP_NO_MEMORY. An empty selection is
 * not an error here: cell_count is 0.
 * Cost: one evaluation of an expression per combination of the axes it mentions, one
 * check per cell. */
int grid_number_cells(struct grid *g, struct diagnostics *log);

/* Whether there is a cell: SWEEP_OK, or SWEEP_INPUT reported at `where`. */
int grid_check_selection(const struct grid *g, struct diagnostics *log);

/* The canonical setting of a cell, cell < cell_count. Thread-safe: derived values were
 * computed by grid_number_cells. */
void grid_cell(const struct grid *g, size_t cell, struct setting *out);

/* The canonical setting at one position on each axis, whether or not it is a cell. */
void grid_point(const struct grid *g, const size_t *position, struct setting *out);

/* Text of a PARAMETER_TEXT value; "" when not set. */
const char *grid_string(const struct grid *g, double value);

/* Value of a parameter as a person writes it (grid_text.h). Returns buffer. */
char *grid_format(const struct grid *g, enum parameter p, double value, char *buffer,
                  size_t size);

/* "20 to 1000, until the 95% interval of exact_tau is within 5% of its mean", or "100"
 * without a rule. Returns buffer. */
char *grid_replicates_text(const struct grid *g, char *buffer, size_t size);

/* Absorb the parameters of all stages up to `last` that differ from their default: name
 * and exact value, in the order of their names, so that neither a new parameter with
 * its default nor another order of the table changes a key. P_SIGNAL_EXPONENT is left
 * out: its meaning is in `signal`. */
struct rng_key grid_setting_key(const struct grid *g, const struct setting *s,
                                enum stage last, struct rng_key key);

/* Distinguishes settings of this one grid, up to stage `last`: equal keys where those
 * of grid_setting_key are equal, at a fraction of the cost. Means nothing elsewhere. */
struct rng_key grid_local_key(const struct grid *g, const struct setting *s,
                              enum stage last);

/* Identity of a cell: MODEL_VERSION, seed and every parameter. With the replicate it is
 * the identity of a trial. */
struct rng_key grid_cell_key(const struct grid *g, size_t cell);

/* The same as a sweep of another MODEL_VERSION has it, with the defaults of then. */
struct rng_key grid_cell_key_of(const struct grid *g, size_t cell, uint64_t model);

/* Whether `success:` gives a threshold, a condition or an audit. */
bool grid_has_success(const struct grid *g);

/* Free what the grid holds and clear it. NULL and zero-initialised are allowed. */
void grid_release(struct grid *g);

#endif
