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

/* Whether a parameter has words for values, which have no order and no distance. */
bool figure_has_words(enum parameter p);

/* The scale of an axis with these values (ascending); `fields`: each is the middle of a
 * part of the axis. */
struct figure_scale figure_axis_scale(const double *value, size_t count, bool words,
                                      bool fields);

/* The scale of the numbers in `value`, which it sorts; some may be NaN, but not all.
 * `low` and `high` are the ends of the bands; `integers`: 0 is one of the counts. */
struct figure_scale figure_value_scale(double *value, size_t count, double low,
                                       double high, bool integers);

/* That of a ratio on a map: as far below 1 as above. */
struct figure_scale figure_ratio_scale(double *value, size_t count);

#endif
