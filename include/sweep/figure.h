/* figure.h - what a figure shows: chosen from a grid and a request, filled from trials.
 *
 * A figure is a set of panels, one for each result and facet. In a panel a statistic of
 * the result stands against one parameter, x: a line (with a band) for each combination
 * of the `by` parameters, or, as a map, a coloured field for each value of one of them.
 * A facet is a combination of the `facet` parameters.
 *
 * Decisions, when nothing is asked for: x is `step_scale` if it takes three values,
 * else the number with most values, if these are three, else the axis with most. `by`
 * is the first axis left that makes no more than FIGURE_LINES lines, and the other axes
 * make facets; where every axis left makes more lines, the first of them makes a map.
 * Axes left out of facets that were asked for are pooled. Results are those of the
 * grid's table, as far as there is room. Nothing is dropped in silence: what was asked
 * for and does not fit is an error that says what to do.
 *
 * A result that others are held against, such as a bound, may be drawn into every panel:
 * its line, without a band, for each of the panel's lines.
 *
 * A line on which x has no effect (the step of `method: none`) has one row, and its x
 * is no value of the axis.
 *
 * A scale is logarithmic where the numbers ask for it: for a parameter when all values
 * are positive and evenly spaced as powers, or span two decades (0 may then be among
 * them); for a result when its statistic is nowhere negative and spans more than two
 * decades. What is 0 or lies more than six decades below the bulk stands on the floor
 * of a log scale, and is counted; where that is most of it, or where 0 is a count, the
 * scale is linear. A request may say otherwise.
 *
 * A fit is the power law y = factor x^exponent of least squares through the logarithms
 * of a line's points, for those with positive x and y that do not stand on a floor. Its
 * interval is Student's for the slope of a regression, with n - 2 degrees of freedom:
 * what the points' distances from the law say, taken as independent.
 *
 * Several folders make one figure: each is chosen and placed as a figure of its own, with
 * equal axes, and figure_join puts their lines beside each other.
 */
#ifndef SWEEP_FIGURE_H
#define SWEEP_FIGURE_H

#include "sweep/aggregate.h"
#include "sweep/grid.h"
#include "sweep/status.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Most lines that can be distinguished in a panel, most panels, most results. */
enum { FIGURE_LINES = 14, FIGURE_PANELS = 24, FIGURE_RESULTS = 8 };

/* Names as the user wrote them. Not given: chosen. The one word "none" asks for no `by`
 * or no facets. */
struct figure_words {
    char **word;
    size_t count;
};

/* Whether a scale is logarithmic. */
enum figure_log { LOG_AUTO, LOG_NO, LOG_YES };

struct figure_request {
    const char *x;
    struct figure_words y, by, facet;
    const char *statistic;    /* of the lines: median (default), mean, ... */
    struct figure_words band; /* two statistics; sem or sd; none. Default: quartiles for
                                 the median, Student's 95 % interval for the mean */
    bool map;
    double level;        /* a line or contour at this value; NAN: at 1 for a *_ratio */
    const char *against; /* a result to draw into every panel, dashed; NULL: none */
    enum figure_log log_x, log_y; /* along x; of results, or of a map up it */
    bool bars;                    /* error bars, not bands */
    bool fit;                     /* power laws */
    bool loose; /* one of several folders: x, by and facet may have one value here */
};

/* Cells of a grid to look at, ascending. */
struct figure_cells {
    const struct grid *grid;
    const char *where; /* the expression they were chosen by; NULL: all */
    size_t *cell;
    size_t count;
};

struct figure_scale {
    bool log;
    double low, high; /* ends of the axis */
    double floor;     /* log: smaller values stand here; else 0 */
    size_t floored;   /* how many do */
};

struct figure_result {
    const char *name, *symbol, *unit, *meaning;
    char key[72]; /* the name in scripts: letters, digits, _ */
    bool is_rate; /* a success rate, with its Wilson interval */
    enum success_kind kind;
    enum column column;             /* of a result that is none */
    const struct audit_info *audit; /* NULL: it has statistics */
    size_t index;  /* its place in the aggregate, among audits if it is one */
    bool is_ratio; /* NAME_ratio: 1 is as good as what it is divided by */
    double level;  /* NAN: none */
    /* After figure_fill. */
    struct figure_scale scale;
    bool has_band;
    size_t least_n, most_n; /* defined values behind a point */
};

/* The values of a parameter that stand along an axis. */
struct figure_axis {
    enum parameter parameter;
    bool words; /* not numbers: value k stands at position k */
    size_t count;
    double *value; /* ascending for numbers, in the order of the grid for words */
    struct figure_scale scale;
};

struct figure_list {
    enum parameter parameter[PARAMETER_COUNT];
    size_t count;
};

/* factor x^exponent; NAN: fewer than two points. */
struct figure_fit {
    double factor, exponent;
    double half; /* of the exponent's 95 % interval; NAN: fewer than three points */
    size_t points;
    double from, to; /* along x */
};

/* The folders of a joined figure. */
struct figure_folder {
    const struct figure *of;
    const char *name; /* in the legend */
};

/* The place of no row. */
#define FIGURE_EMPTY ((size_t)-1)

struct figure {
    const struct figure_cells *cells;
    bool map;
    struct figure_axis x;
    struct figure_axis vertical; /* of a map: by.parameter[0] */
    struct figure_list by, facet, pooled;
    size_t result_count;
    bool has_against; /* a result behind the last one has no panel of its own */
    struct figure_result result[FIGURE_RESULTS + 1];
    enum column
        unshown[COLUMN_COUNT + RESULTS_LIMIT]; /* of the grid's table: no room */
    size_t unshown_count;
    char statistic[3][20];  /* of the line, of the band's ends */
    size_t statistic_count; /* 1: no band; 2: the band is line -+ statistic[1] */
    enum figure_log log_x, log_y;
    bool error_bars, fitted;
    /* gnuplot_write sets these on a copy. */
    bool latex; /* texts are for LaTeX */
    bool sized; /* panels may be narrower than gnuplot's tics need */

    /* What figure_table points to. */
    enum parameter rows[PARAMETER_COUNT];
    enum column columns[FIGURE_RESULTS + 1];
    char *statistics[3];

    /* After figure_fill. */
    const struct aggregate *data;
    bool bars; /* not bands: there is nothing between two values of x */
    size_t lines, facets;
    size_t *line_cell, *facet_cell; /* (lines), (facets): a cell to read labels from */
    size_t folder_count;            /* 0: one, and these are NULL */
    struct figure_folder *folder;
    size_t *line_folder, *facet_folder; /* (lines), (facets): whose cell that is */
    struct aggregate *joined;           /* the rows of all folders */
    struct figure_fit *fit;             /* (results, facets, lines); NULL: none */
    size_t *row;    /* (facets, lines, x.count) of data, or FIGURE_EMPTY; lines of a map
                       are vertical.count */
    bool *constant; /* (facets, lines): x has no effect; its one row is the first */
    const char *missing[FIGURE_RESULTS + 1]; /* results taken out */
    size_t missing_count;
    size_t expected, trials, failed, undefined; /* summed over the rows */
};

/* Decide. SWEEP_OK, SWEEP_INPUT (with a message), SWEEP_NO_MEMORY. `cells` must outlive
 * f. Release f in any case. */
int figure_choose(struct figure *f, const struct figure_cells *cells,
                  const struct figure_request *request, struct diagnostics *log);

/* What to ask the aggregate for; points into f. */
struct table_request figure_table(struct figure *f);

/* Put the rows in their places and choose the scales. `a` was built by figure_table and
 * must outlive f. A result that no trial defines is taken out of the figure; with none
 * left it is an error. SWEEP_OK, SWEEP_INPUT, SWEEP_NO_MEMORY. */
int figure_fill(struct figure *f, const struct aggregate *a, struct diagnostics *log);

/* The two halves of figure_fill: the rows in their places; the scales. */
int figure_place(struct figure *f, const struct aggregate *a, struct diagnostics *log);
int figure_scales(struct figure *f, struct diagnostics *log);

/* f: the lines of `count` placed figures with one x, by, facets and results, told apart
 * by folder; they, and the names, must outlive it. figure_scales is next. SWEEP_OK,
 * SWEEP_INPUT, SWEEP_NO_MEMORY; release f in any case. */
int figure_join(struct figure *f, const struct figure_folder *folder, size_t count,
                struct diagnostics *log);

/* Whether there is more than one line to tell apart. */
bool figure_has_key(const struct figure *f);

enum figure_part { FIGURE_CENTER, FIGURE_LOW, FIGURE_HIGH };

/* A number to draw: the statistic of a result in row `row`, or an end of its band. NAN:
 * nothing there. */
double figure_value(const struct figure *f, size_t row, size_t result,
                    enum figure_part part);

/* What is not drawn: "norm is defined in no trial and not drawn." for each such result,
 * between `before` and `after`; behind `before`, "Not drawn, for want of room: A, B." */
void figure_put_missing(FILE *stream, const struct figure *f, const char *before,
                        const char *after);

void figure_release(struct figure *f);

#endif
