/* Trainings that go on from what one with fewer steps left. */
#include "train_private.h"
#include <math.h>
#include <string.h>

void train_layout_history(struct train_history *h, const struct train_workspace *w,
                          size_t n, size_t r, struct arena *a)
{
    h->descent = arena_carve(a, 1, 1, sizeof *h->descent);
    h->state = arena_carve(a, w->size, 1, 1);
    h->W = arena_doubles(a, n, r);
}

/* A training that ended before the last common test is the same with more steps. */
static void keep_end(struct train_history *h, const struct points *p, size_t n,
                     const struct train_options *o, const struct weights *theta,
                     const struct train_result *result)
{
    h->over = result->steps < train_last_common(o);
    if (!h->over)
        return;
    h->begun = true;
    h->result = *result;
    memcpy(h->W, theta->W, n * p->r * sizeof *h->W);
}

void train_on(const struct network *net, const struct points *p, const double *W0,
              double perp_norm, const struct train_options *o,
              struct train_workspace *w, struct train_history *h, struct weights *theta,
              struct train_result *result)
{
    struct descent d = {0};
    theta->perp = perp_norm;
    *result = h->begun
                  ? h->result
                  : (struct train_result){.stop = TRAIN_STEP_LIMIT, .alignment = NAN};
    if (h->begun && h->over) {
        memcpy(theta->W, h->W, net->n * p->r * sizeof *h->W);
        return;
    }
    if (h->begun) {
        d = *h->descent;
        memcpy(w->step, h->state, w->size);
    }
    d.net = net;
    d.p = p;
    d.W0 = W0;
    d.o = o;
    d.w = w;
    d.theta = theta;
    d.result = result;
    d.history = h->state ? h : NULL;
    if (!h->begun)
        train_start(&d);
    train_descend(&d);
    if (h->state)
        keep_end(h, p, net->n, o, theta, result);
}

void train_run(const struct network *net, const struct points *p, const double *W0,
               double perp_norm, const struct train_options *o,
               struct train_workspace *w, struct weights *theta,
               struct train_result *result)
{
    struct train_history none = {0};
    train_on(net, p, W0, perp_norm, o, w, &none, theta, result);
}
