/* span.h - the coordinates in which a trial costs the same in every dimension.
 *
 * Every gradient lies in span(x_1 .. x_m), so W(t) = W(0) + C(t) X for all t: training
 * happens in the coordinates of the span, and the part of W(0) outside it never changes.
 * With an orthonormal basis Q (d x r) of the span: X becomes X Q, W becomes W Q, and the
 * rest of W(0) enters only through its length and its inner products with test points.
 * Everything computed there is equal to the ambient computation, not an approximation.
 *
 * Two samplers fill a span. `ambient` draws d-dimensional points and projects (thin QR,
 * cost m^2 d + n m d). `bartlett` draws the coordinates from their law: the triangular
 * factor of m Gaussian vectors has independent normal and chi entries (Bartlett 1933), so
 * it costs m^2 numbers whatever d is. They agree in law. The points of a data file
 * (twoclass.h) are in ambient coordinates.
 */
#ifndef SWEEP_SPAN_H
#define SWEEP_SPAN_H

#include "sweep/dataset.h"
#include "sweep/memory.h"
#include "sweep/rng.h"
#include "sweep/transform.h"
#include "sweep/twoclass.h"
#include <stdbool.h>
#include <stddef.h>

/* Test points come in blocks of this many; a span holds whole blocks. */
enum { SPAN_TEST_BLOCK = 64 };

/* Rows of inner products at once where not all are kept. */
enum { SPAN_ROWS = 256 };

struct span {
    size_t m, n, r;
    size_t tests;        /* test points held: those asked for, in whole blocks */
    double *X;           /* (m, r) training points */
    double *y;           /* (m) labels as trained on */
    double *y_true;      /* (m) labels before noise */
    bool all_products;   /* unless network_slim */
    double *gram;        /* (m, m) X X^T; without all_products (SPAN_ROWS, m) scratch */
    double *W0;          /* (n, r) initial weights */
    double perp_norm;    /* |W(0)_perp|: length of what lies outside the span */
    double *mean;        /* (r) coordinates of mu */
    double *mean_perp;   /* (n) <w_j(0)_perp, mu> */
    double *common;      /* (r) coordinates of the common direction c; 0 without one */
    double *common_perp; /* (n) <w_j(0)_perp, c> */
    double *test_X;      /* (tests, r) coordinates of the test points */
    double *test_y;      /* (tests) true labels */
    double *test_perp;   /* (n, tests) <w_j(0)_perp, x_t>; NULL unless asked for */
};

enum sampler { SAMPLER_AMBIENT, SAMPLER_BARTLETT };

/* What to draw. */
struct span_request {
    struct mixture mixture;           /* with a file its m, dimension and label_noise */
    const struct twoclass *file;      /* the points are in it; NULL: the mixture */
    const struct twoclass *test_file; /* the test points; NULL: what `file` has left */
    struct transform transform;       /* of the points of a file; with a bias
                                       * mixture.dimension is 1 more than what is taken
                                       * from the file */
    enum sampler sampler;
    size_t n;
    double init_scale; /* W(0) ~ N(0, init_scale^2 / d) */
    size_t tests;
    bool outside;             /* test_perp and the factor of W(0)_perp are wanted */
    struct rng_key data_key;  /* of the points, labels and test points */
    struct rng_key train_key; /* of W(0) */
};

/* Number of coordinates: min(m, d) for ambient; 1 + m, plus 1 with a common direction,
 * for bartlett. */
size_t span_rank(const struct span_request *q);

/* Columns of a factor A (n, columns) with A A^T = W(0)_perp W(0)_perp^T, which the workspace
 * holds as `weights` after drawing with `outside`: d for ambient, min(n, d - rank) for
 * bartlett. */
size_t span_outside_rank(const struct span_request *q);

struct span_workspace {
    double *points;  /* ambient: (block, d), or the points where there is no basis;
                        bartlett: (block, k) */
    double *basis;   /* ambient with m < d: (m, d), row k is basis vector k */
    double *weights; /* with `outside` a factor of W(0)_perp; ambient else: (1, d) */
    double *common;  /* ambient: (d) the common direction */
    double *lapack;  /* scratch of the QR factorisation */
    size_t lapack_size;
    size_t *order;        /* file: (size of t) the points, in training or for tests */
    double *projected;    /* file, with a projection: (m + tests, d); else NULL */
    double *direction;    /* the same: (features) scratch */
    size_t *test_order;   /* file of test points: (size of it) */
    double *feature_mean; /* file, with a transform: (features) */
    double *feature_deviation; /* the same */
    double *row;               /* the same, scratch */
};

/* Carve the arrays of a span and of its drawing for this request; see memory.h. */
void span_layout(struct span *s, struct span_workspace *w, const struct span_request *q,
                 struct arena *a);

/* Draw. Four streams, so that more test points or another width change no other number:
 * points, W(0), the common direction and the test points. SWEEP_OK, SWEEP_NUMERIC (a
 * training point is not finite, or 0 and to be scaled), SWEEP_STOPPED (cancel.h). */
int span_draw(struct span *s, const struct span_request *q, struct span_workspace *w,
              gsl_rng *rng);

/* Back to all d coordinates, after span_draw with the ambient sampler: the points X
 * (m, d) and the test points test_X (tests, d; NULL: not wanted), bit for bit as they
 * were drawn. */
void span_redraw(const struct span *s, const struct span_request *q,
                 const struct span_workspace *w, gsl_rng *rng, double *X,
                 double *test_X);

/* And weights, where there is a basis and `outside` was asked for: lifted (n, d) =
 * W Q^T + (perp / |W(0)_perp|) W(0)_perp. */
void span_lift(const struct span *s, const struct span_request *q,
               const struct span_workspace *w, const double *W, double perp,
               double *lifted);

/* Another start W(0) of the same points: `other` and `drawing` are s and w, whose arrays
 * they share, but for W0, perp_norm, mean_perp, common_perp, test_perp and `weights`, which
 * are their own. */
void span_start_layout(struct span *other, struct span_workspace *drawing,
                       const struct span *s, const struct span_workspace *w,
                       const struct span_request *q, struct arena *a);

/* Draw it, after span_draw: W(0) once more, with `key` in the place of q->train_key, and
 * with the first start and all points jointly what it would be in d coordinates. Where
 * `outside` is asked for, the test points are drawn again, to the same bits. */
void span_start_draw(struct span *other, struct span_workspace *drawing,
                     const struct span_request *q, struct rng_key key, gsl_rng *rng);

/* The cosine of what two starts have outside the span, drawn with `outside`; 0 where one
 * has nothing there. */
double span_start_cosine(const struct span *s, const struct span_workspace *w,
                         const struct span *other, const struct span_workspace *drawing,
                         const struct span_request *q);

/* psi = max |1 - |x_i|^2| and phi = max |<x_i, x_k>|, i != k; cost m^2 r / 2 where gram does
 * not hold them. */
void span_near_orthogonality(const struct span *s, double *psi, double *phi);

#endif
