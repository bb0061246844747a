/* figure_parts.h - the parts of `figure`. */
#ifndef SWEEP_FIGURE_PARTS_H
#define SWEEP_FIGURE_PARTS_H

#include "sweep/figure.h"

/* The results and statistics of a request. SWEEP_OK, SWEEP_INPUT, SWEEP_NO_MEMORY. */
int figure_results(struct figure *f, const struct figure_request *request,
                   struct diagnostics *log);
int figure_statistics(struct figure *f, const struct figure_request *request,
                      struct diagnostics *log);

/* How many different combinations of the parameters the cells have. SWEEP_NO_MEMORY. */
int figure_combinations(const struct figure_cells *cells,
                        const struct figure_list *list, size_t *count);

/* Choose the scale of an axis from its values (ascending); `fields`: each is the middle
 * of a part of it. SWEEP_OK; SWEEP_INPUT: no log axis can show it. */
int figure_axis_scale(struct figure_axis *axis, enum figure_log kind, bool fields,
                      struct diagnostics *log);

/* The scale of the numbers in `value`, which it sorts; some may be NaN, but not all.
 * `low` and `high` are the ends of the bands; `integers`: 0 is one of the counts. With
 * LOG_YES one must be positive. */
struct figure_scale figure_value_scale(double *value, size_t count, double low,
                                       double high, bool integers,
                                       enum figure_log kind);

/* The fits of all lines. SWEEP_NO_MEMORY. */
int figure_fits(struct figure *f);

/* Ascending, each once. */
void figure_sort_axis(struct figure_axis *axis);

/* Where a value stands on the axis; axis->count: nowhere. */
size_t figure_find(const struct figure_axis *axis, double value);

/* That of a ratio on a map: as far below 1 as above. */
struct figure_scale figure_ratio_scale(double *value, size_t count);

#endif
