/* twoclass_fixture.h - data files in memory with so many points of two classes and some
 * of others. The point of row i has 1 at its own feature: all points differ. */
#ifndef TWOCLASS_FIXTURE_H
#define TWOCLASS_FIXTURE_H

#include "sweep/data_reader.h"
#include "sweep/rng.h"
#include "sweep/twoclass.h"
#include <stdio.h>
#include <stdlib.h>

static inline gsl_rng *stream(uint64_t number)
{
    gsl_rng *rng = gsl_rng_alloc(rng_philox);

    rng_start(rng, rng_key_word(rng_key_start(), number));
    return rng;
}

static inline void file_of(struct labelled *l, const char *text)
{
    struct diagnostics log = {0};

    if (data_read(l, "fixture", text, strlen(text), &log) != SWEEP_OK)
        abort();
}

/* Classes 3 (minus points), 8 (plus points) and 5 (others), well mixed. */
static inline void file_of_counts(struct labelled *l, size_t minus, size_t plus,
                                  size_t others)
{
    size_t total = minus + plus + others, left[3] = {minus, plus, others};
    char *text = malloc(64 * total + 1), *at = text;

    if (!text)
        abort();
    *text = '\0';
    for (size_t i = 0, k = 0; i < total; k++)
        if (left[k % 3] > 0) {
            left[k % 3]--;
            at += sprintf(at, "%d %zu:1 %zu:-0.5\n", (int[]){3, 8, 5}[k % 3], i + 1,
                          total + 1);
            i++;
        }
    file_of(l, text);
    free(text);
}

#endif
