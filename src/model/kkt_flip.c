/* Which gates flip: those that the exact point of the present gates contradicts, all of them
 * or in the order of a walk.
 *
 * Late in training the weights c_i are those of the limit, lambda_i / sum lambda, so W moves on
 * by the exact point of the present gates, up to a factor, and margins grow by 1 in a unit of
 * time. A pair's pre-activation z moves on by its z* there, and is at its kink after -z / z*.
 * Only then does its gate flip and the exact point change: gates that are reached later may
 * no longer be contradicted. */
#include "kkt_private.h"
#include <gsl/gsl_cblas.h>
#include <math.h>
#include <string.h>

/* Gates that are reached before the walk has become longer by this factor flip together. */
static const double STRIDE = 1.2;

/* w->Z becomes the pre-activations of the rows, the means of their neurons. */
void kkt_walk_start(const struct network *net, const struct points *p, const double *Z,
                    struct kkt_workspace *w)
{
    size_t m = p->m;
    w->time = network_margins(net, Z, p->y, m, w->margin);
    memset(w->Z, 0, w->groups.count * m * sizeof *w->Z);
    for (size_t j = 0; j < net->n; j++) {
        size_t g = w->groups.of[j];
        cblas_daxpy((int)m, 1.0 / w->groups.size[g], Z + j * m, 1, w->Z + g * m, 1);
    }
}

/* Whether pair k of row g, of point i, contradicts its gate. */
static bool contradicted(const struct kkt_workspace *w, size_t g, size_t i, size_t k)
{
    double zero = KINK_TOLERANCE * w->row_terms[g] * w->length[i];
    return (w->pair[k] == PAIR_LEAK && w->row_Z[k] > zero) ||
           (w->pair[k] == PAIR_ONE && w->row_Z[k] < -zero);
}

/* When the walk is at the kink of pair k. */
static double arrival(const struct kkt_workspace *w, size_t k)
{
    return w->walks ? fmax(0.0, -w->Z[k] / w->row_Z[k]) : 0.0;
}

/* How far the walk goes now. */
static double stride(const struct points *p, const struct kkt_workspace *w)
{
    double first = INFINITY;
    for (size_t g = 0; g < w->groups.count; g++)
        for (size_t i = 0; i < p->m; i++)
            if (contradicted(w, g, i, g * p->m + i))
                first = fmin(first, arrival(w, g * p->m + i));
    return first + (STRIDE - 1.0) * fmax(0.0, w->time + first);
}

size_t kkt_flip(const struct network *net, const struct points *p,
                struct kkt_workspace *w)
{
    double flips = 0.0, walked = 0.0;
    if (net->leak == 1.0)
        return 0;
    double most = w->walks ? stride(p, w) : 0.0;
    memset(w->changed, 0, w->groups.count * sizeof *w->changed);
    for (size_t g = 0; g < w->groups.count; g++)
        for (size_t i = 0; i < p->m; i++) {
            size_t k = g * p->m + i;
            if (!contradicted(w, g, i, k) || arrival(w, k) > most)
                continue;
            walked = fmax(walked, arrival(w, k));
            w->pair[k] = w->pair[k] == PAIR_LEAK ? PAIR_ONE : PAIR_LEAK;
            w->changed[g] = true;
            flips += w->groups.size[g];
        }
    if (w->walks) {
        w->time += walked;
        cblas_daxpy((int)(w->groups.count * p->m), walked, w->row_Z, 1, w->Z, 1);
    }
    return (size_t)flips;
}
