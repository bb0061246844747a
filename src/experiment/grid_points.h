/* What a setting makes of the points of its data files. */
#ifndef GRID_POINTS_H
#define GRID_POINTS_H

#include "sweep/grid_data.h"
#include "sweep/rng.h"
#include "sweep/transform.h"

/* What is done to them. */
struct transform grid_points_transform(const struct setting *s);

/* What they are known by: their content, as far as it matters in this setting. `data` is
 * the value of P_DATA or P_TEST_DATA, and no mixture. */
const struct rng_key *grid_points_digest(const struct grid_data *d,
                                         const struct setting *s, double data);

/* Rules between a setting, its data file and that of its test points, where
 * grid_data_check has nothing to say. As setting_check. */
int grid_points_check(const struct grid_data *d, const struct grid_texts *t,
                      const struct setting *s, enum parameter *blame, char *buffer,
                      size_t size);

#endif
