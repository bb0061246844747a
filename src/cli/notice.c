#include "notice.h"

#include "sweep/escape.h"

#include <stdbool.h>

static bool leaves_kinks(const struct grid *g)
{
    for (size_t cell = 0; cell < g->cell_count; cell++) {
        struct setting s;
        grid_cell(g, cell, &s);
        if (s.value[P_POLISH] == 0 && s.value[P_LEAK] < 1) /* linear has leak 1 */
            return true;
    }
    return false;
}

void print_notice(FILE *stream, const struct grid *g)
{
    const struct design *d = &g->design;
    if (d->merged > 0)
        fprintf(stream,
                "note: %zu of the %zu points of 'design' are equal to others, as "
                "values are rounded, and merged with them: %zu are left\n",
                d->merged, d->points, d->points - d->merged);
    if (leaves_kinks(g))
        fputs("note: with polish: false training ends beside the kinks, not on them: "
              "'kinks' is about 0 and eps keeps a part that more steps do not remove; "
              "polish: true moves the model to the exact point\n",
              stream);
}

void print_note(FILE *stream, const struct grid *g)
{
    if (g->note)
        escape_print(stream, "note: %s\n", g->note);
}

void print_model_notice(FILE *stream, const char *directory, struct store *s)
{
    if (store_model(s) != MODEL_VERSION)
        escape_print(
            stream,
            "'%s' holds results of model version %zu, this sweep computes version "
            "%d: its numbers may differ\n",
            directory, store_model(s), MODEL_VERSION);
}
