#include "sweep/dataset.h"
#include "sweep/cancel.h"
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdbool.h>

void dataset_labels(gsl_rng *rng, size_t m, double *y)
{
    double odd = gsl_rng_get(rng) & 1 ? 1.0 : -1.0;
    for (size_t i = 0; i < m; i++)
        y[i] = i % 2 ? -odd : odd;
    gsl_ran_shuffle(rng, y, m, sizeof *y);
}

void dataset_coin_labels(gsl_rng *rng, size_t count, double *y)
{
    for (size_t i = 0; i < count; i++)
        y[i] = gsl_rng_get(rng) & 1 ? 1.0 : -1.0;
}

void dataset_flip_labels(gsl_rng *rng, double eta, const double *y, size_t m,
                         double *observed)
{
    for (size_t i = 0; i < m; i++)
        observed[i] = gsl_rng_uniform(rng) < eta ? -y[i] : y[i];
}

void dataset_mixture(gsl_rng *rng, const struct mixture *p, const double *common,
                     const double *y, size_t count, double *X)
{
    size_t d = (size_t)p->dimension;
    double own = sqrt(1.0 - p->correlation), shared = sqrt(p->correlation);
    double noise = own * p->noise / sqrt(p->dimension);
    for (size_t i = 0; i < count && !cancel_asked(); i++) {
        double *x = X + i * d;
        rng_normals(rng, x, d);
        for (size_t k = 0; k < d; k++)
            x[k] *= noise;
        x[0] += own * y[i] * p->signal;
        for (size_t k = 0; p->correlation > 0.0 && k < d; k++)
            x[k] += shared * common[k];
    }
}

void dataset_near_orthogonality(const double *gram, size_t first, size_t rows,
                                double *psi, double *phi)
{
    size_t columns = first + rows;
    for (size_t i = 0; i < rows; i++) {
        for (size_t k = 0; k <= first + i; k++) {
            double product = gram[i * columns + k];
            double *largest = k == first + i ? psi : phi;
            double size = fabs(k == first + i ? product - 1.0 : product);
            if (size > *largest || isnan(size)) /* NaN stays */
                *largest = size;
        }
    }
}

void dataset_places(gsl_rng *rng, enum forget_which which, const double *y_true,
                    const double *y, size_t m, size_t *place)
{
    size_t turn = 0;
    if (which == FORGET_RANDOM) {
        rng_permutation(rng, place, m);
        return;
    }
    for (size_t i = 0; i < m; i++) {
        bool candidate = which == FORGET_FIRST      ? true
                         : which == FORGET_POSITIVE ? y[i] > 0
                         : which == FORGET_NEGATIVE ? y[i] < 0
                                                    : y[i] != y_true[i];
        place[i] = candidate ? turn++ : m;
    }
}

/* How many points come before point i when multipliers times `sign` fall. */
static size_t rank_of(const double *lambda, double sign, size_t i, size_t m)
{
    size_t before = 0;
    for (size_t k = 0; k < m; k++) {
        double more = sign * (lambda[k] - lambda[i]);
        before += more > 0 || (more == 0 && k < i);
    }
    return before;
}

void dataset_places_of(enum forget_which which, const double *lambda, size_t index,
                       size_t m, size_t *place)
{
    size_t turn = 0;
    for (size_t i = 0; i < m; i++) {
        if (which == FORGET_LARGEST)
            place[i] = rank_of(lambda, 1, i, m);
        else if (which == FORGET_SMALLEST)
            place[i] = rank_of(lambda, -1, i, m);
        else if (which == FORGET_SUPPORT)
            place[i] = lambda[i] > 0 ? turn++ : m;
        else
            place[i] = i == index ? 0 : m;
    }
}

size_t dataset_split(const size_t *place, size_t m, size_t k, size_t *forget,
                     size_t *retain)
{
    size_t forgotten = 0;
    for (size_t i = 0; i < m; i++) {
        if (place[i] < k)
            forget[forgotten++] = i;
        else
            retain[i - forgotten] = i;
    }
    return forgotten;
}
