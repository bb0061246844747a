#include "sweep/unlearn.h"
#include <string.h>

static void copy(const struct unlearn_problem *q, const struct weights *from,
                 struct weights *out)
{
    memcpy(out->W, from->W, q->net->n * q->points->r * sizeof *out->W);
    out->perp = from->perp;
}

static void none(const struct unlearn_problem *q, struct weights *out)
{
    copy(q, q->theta, out);
}

static void retrain(const struct unlearn_problem *q, struct weights *out)
{
    copy(q, q->retrained, out);
}

/* Row j of h_l times lambda_l is y_l u_j v_jl x_l. */
static void ascent(const struct unlearn_problem *q, struct weights *out)
{
    size_t m = q->points->m, r = q->points->r;
    copy(q, q->theta, out);
    for (size_t f = 0; f < q->forget_count; f++) {
        size_t l = q->forget[f];
        const double *x = q->points->X + l * r;
        for (size_t j = 0; j < q->net->n; j++) {
            double u = network_sign(q->net, j) * q->net->u;
            double step = q->step_scale * q->points->y[l] * u * q->v[j * m + l];
            for (size_t k = 0; k < r; k++)
                out->W[j * r + k] -= step * x[k];
        }
    }
}

const struct unlearn_method unlearn_methods[METHOD_COUNT] = {
    [METHOD_ASCENT] = {"ascent", 0, ascent},
    [METHOD_NONE] = {"none", 0, none},
    [METHOD_RETRAIN] = {"retrain", 1, retrain},
};
