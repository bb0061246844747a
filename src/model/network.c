#include "sweep/network.h"
#include "vector.h"
#include <gsl/gsl_cblas.h>
#include <math.h>
#include <string.h>

/* Columns of a symmetric product at once, and points up to which it is one product. */
enum { BLOCK = 128, BLOCKED = 256 };

struct network network_make(enum model_kind kind, size_t width, double leak)
{
    if (kind == MODEL_LINEAR)
        return (struct network){.n = 1, .leak = 1.0, .u = 1.0};
    return (struct network){.n = width,
                            .leak = kind == MODEL_RELU ? 0.0 : leak,
                            .u = 1.0 / sqrt((double)width)};
}

double network_sign(const struct network *net, size_t j)
{
    return net->n == 1 || j < net->n / 2 ? 1.0 : -1.0;
}

bool network_slim(size_t n, size_t m, size_t r)
{
    return m > NETWORK_SQUARE && n < (m - 1) / r;
}

double network_factor(const struct network *net, const struct points *p, size_t j,
                      size_t i)
{
    return p->y[i] * network_sign(net, j) * net->u;
}

void network_preactivations(size_t n, const double *W, const struct points *p,
                            double *Z)
{
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)n, (int)p->m, (int)p->r,
                1.0, W, (int)p->r, p->X, (int)p->r, 0.0, Z, (int)p->m);
}

/* Coordinates of `rows` points from x on up to the last that is not 0 in all of them. */
static size_t extent(size_t rows, size_t r, const double *x)
{
    size_t most = 0;
    for (size_t i = 0; i < rows && most < r; i++, x += r)
        for (size_t k = r; k > most; k--)
            if (x[k - 1] != 0.0)
                most = k;
    return most;
}

void network_gram(const struct points *p, double *G)
{
    size_t m = p->m, r = p->r;
    if (m <= BLOCKED) {
        network_preactivations(m, p->X, p, G);
        return;
    }
    for (size_t c = 0; c < m; c += BLOCK) {
        size_t wide = m - c < BLOCK ? m - c : BLOCK;
        const double *x = p->X + c * r;
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)(m - c), (int)wide,
                    (int)extent(wide, r, x), 1.0, x, (int)r, x, (int)r, 0.0,
                    G + c * m + c, (int)m);
        for (size_t i = c + wide; i < m; i++)
            for (size_t k = c; k < c + wide; k++)
                G[k * m + i] = G[i * m + k];
    }
}

double network_margins(const struct network *net, const double *Z, const double *y,
                       size_t m, double *margin)
{
    for (size_t i = 0; i < m; i++)
        margin[i] = 0.0;
    for (size_t j = 0; j < net->n; j++) {
        const double *z = Z + j * m;
        double u = network_sign(net, j) * net->u;
        double leak = net->leak;
        for (size_t i = 0; i < m; i++)
            margin[i] += u * (z[i] > 0.0 ? z[i] : leak * z[i]);
    }
    double smallest = INFINITY;
    for (size_t i = 0; i < m; i++) {
        margin[i] *= y[i];
        if (!(margin[i] >= smallest))
            smallest = margin[i];
        if (isnan(margin[i]))
            return NAN;
    }
    return smallest;
}

void network_combine(const struct network *net, const struct points *p, const double *v,
                     double *scratch, double *H)
{
    for (size_t j = 0; j < net->n; j++)
        for (size_t i = 0; i < p->m; i++)
            scratch[j * p->m + i] = network_factor(net, p, j, i) * v[j * p->m + i];
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)net->n, (int)p->r,
                (int)p->m, 1.0, scratch, (int)p->m, p->X, (int)p->r, 0.0, H, (int)p->r);
}

double weights_terms(const struct weights *a, size_t r, size_t j)
{
    return a->terms ? a->terms[j] : vector_length(r, a->W + j * r);
}

void weights_drop_cancelled(size_t n, size_t r, struct weights *a)
{
    for (size_t j = 0; j < n; j++)
        if (vector_length(r, a->W + j * r) <= CANCELLED * weights_terms(a, r, j))
            memset(a->W + j * r, 0, r * sizeof *a->W);
}

void network_states(size_t n, const struct weights *theta, const double *Z,
                    const struct points *p, signed char *state)
{
    double longest = 0.0;
    for (size_t i = 0; i < p->m; i++)
        longest = fmax(longest, vector_length(p->r, p->X + i * p->r));
    for (size_t j = 0; j < n; j++) {
        double w = KINK_TOLERANCE * weights_terms(theta, p->r, j);
        for (size_t i = 0; i < p->m; i++) {
            double z = Z[j * p->m + i];
            /* |x_i| is only needed where the coarse test does not decide. */
            int kink = fabs(z) <= w * longest &&
                       fabs(z) <= w * vector_length(p->r, p->X + i * p->r);
            state[j * p->m + i] = (signed char)(kink ? 0 : z > 0.0 ? 1 : -1);
        }
    }
}

double weights_norm(size_t n, size_t r, const struct weights *a)
{
    return hypot(vector_length(n * r, a->W), a->perp);
}

void weights_scale(size_t n, size_t r, const struct weights *from, double scale,
                   struct weights *to)
{
    for (size_t k = 0; k < n * r; k++)
        to->W[k] = scale * from->W[k];
    to->perp = scale * from->perp;
    for (size_t j = 0; to->terms && j < n; j++)
        to->terms[j] = fabs(scale) * weights_terms(from, r, j);
}

double weights_square_between(size_t n, size_t r, const struct weights *a,
                              double scale_a, const struct weights *b, double scale_b,
                              double cosine)
{
    double sum = 0.0;
    for (size_t k = 0; k < n * r; k++) {
        double difference = scale_a * a->W[k] - scale_b * b->W[k];
        sum += difference * difference;
    }
    double perp_a = scale_a * a->perp, perp_b = scale_b * b->perp;
    double difference = perp_a - perp_b;
    return sum + difference * difference + 2.0 * (1.0 - cosine) * perp_a * perp_b;
}

double weights_start_distance(size_t n, size_t r, const struct weights *a,
                              const struct weights *b, double cosine)
{
    double norm_a = weights_norm(n, r, a), norm_b = weights_norm(n, r, b);
    if (!(norm_a > 0.0) || !(norm_b > 0.0))
        return NAN;
    return 0.5 * weights_square_between(n, r, a, 1.0 / norm_a, b, 1.0 / norm_b, cosine);
}

double weights_cosine_distance(size_t n, size_t r, const struct weights *a,
                               const struct weights *b)
{
    return weights_start_distance(n, r, a, b, 1.0);
}
