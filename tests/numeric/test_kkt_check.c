/* A hand-made exact point with one condition broken at a time; and points that nearly
 * repeat each other, where nothing may be certified that is not exact. */
#include "sweep/certificate.h"

#include "check.h"
#include "fixture.h"
#include <float.h>

/* Four neurons, slope g. Points 0 and 1 at cosine c with opposite labels, each on the
 * kink of the neurons of the other's sign; point 2 orthogonal to both, positive; point
 * 3 is a multiple of another. The fourth coordinate belongs to no point. */
enum { N = 4, M = 4, R = 4 };
static const double G = 0.3, U = 0.5;

struct hand {
    double X[M * R], y[M], W[N * R], lambda[M], v[N * M], terms[N];
    struct points points;
    struct network net;
    struct kkt_point point;
    struct arena arena;
    struct kkt_workspace w;
};

static double sign_of(int j)
{
    return j < N / 2 ? 1.0 : -1.0;
}

static void hand_make(struct hand *h, double c)
{
    double s = sqrt(1.0 - c * c), first = 2.0 / (1.0 - c * c), third = 2 / (1 + G * G);
    *h = (struct hand){.net = network_make(MODEL_LEAKY_RELU, N, G),
                       .X = {1, 0, 0, 0, c, s, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0},
                       .y = {1, -1, 1, 1},
                       .lambda = {first, first, third, 0}};
    for (int j = 0; j < N; j++) {
        double v[M] = {first, c * first, third, 0};
        if (j >= N / 2) {
            v[0] = c * first;
            v[1] = first;
            v[2] = G * third;
        }
        memcpy(h->v + j * M, v, sizeof v);
    }
    FIXTURE_LAYOUT(&h->arena) kkt_layout(&h->w, N, M, R, &h->arena);
}

/* Weights and their terms from the multipliers. */
static void hand_weights(struct hand *h)
{
    for (int j = 0; j < N; j++) {
        h->terms[j] = 0.0;
        for (int i = 0; i < M; i++)
            h->terms[j] += U * h->v[j * M + i] * direct_norm(h->X + i * R, R);
        for (int k = 0; k < R; k++) {
            long double sum = 0.0L;
            for (int i = 0; i < M; i++)
                sum += (long double)(h->y[i] * sign_of(j) * U * h->v[j * M + i]) *
                       h->X[i * R + k];
            h->W[j * R + k] = (double)sum;
        }
    }
}

static void hand_check(struct hand *h, struct kkt_defects *out)
{
    h->points = (struct points){M, R, h->X, h->y, NULL};
    h->point = (struct kkt_point){
        .W = h->W, .lambda = h->lambda, .v = h->v, .terms = h->terms};
    kkt_check(&h->net, &h->points, &h->point, &h->w, out);
}

/* |h_i| |theta| of a point that is like number 2. */
static double scale_of(const struct hand *h, int i)
{
    double square = N / 2 * U * U * (1.0 + G * G);
    return sqrt(square) * direct_norm(h->X + i * R, R) * direct_norm(h->W, N * R);
}

enum member { MARGIN, SLACKNESS, SLOPE, GATE, RESIDUAL, MEMBERS };

static void spread(const struct kkt_defects *d, double *member)
{
    const double all[MEMBERS] = {d->margin, d->slackness, d->slope, d->gate,
                                 d->residual};
    memcpy(member, all, sizeof all);
}

/* The defect is seen in its member and in no other, and refused. */
static void expect(struct hand *h, enum member broken, double size)
{
    struct kkt_defects defects;
    double member[MEMBERS];
    hand_check(h, &defects);
    spread(&defects, member);
    for (int k = 0; k < MEMBERS; k++) {
        double want = k == (int)broken ? size : 0.0;
        check_true(fabs(member[k] - want) <= 1e-6 * want + 3e-15,
                   "defect %d is %g, not %g", k, member[k], want);
    }
    check_true(kkt_accepts(&defects) == (broken == MEMBERS), "%g in %d", size, broken);
    arena_release(&h->arena);
}

static const double sizes[] = {0.1, 1e-4, 1e-8, 1e-12};
enum { SIZES = sizeof sizes / sizeof sizes[0] };

static void whole(void **state)
{
    (void)state;
    for (int k = 0; k < 7; k++) {
        struct hand h;
        hand_make(&h, 0.35 + 0.1 * k);
        hand_weights(&h);
        expect(&h, MEMBERS, 0.0);
    }
}

static void margin_below_one(void **state)
{
    (void)state;
    for (int k = 0; k < SIZES; k++) {
        struct hand h;
        hand_make(&h, 0.5);
        h.X[3 * R + 2] = 1.0 - sizes[k];
        hand_weights(&h);
        expect(&h, MARGIN, (1.0 - h.X[3 * R + 2]) / scale_of(&h, 3));
    }
}

/* Point 3 takes over a part of the multiplier of point 2, but its margin is above 1. */
static void support_off_the_margin(void **state)
{
    (void)state;
    for (int k = 0; k < SIZES; k++) {
        struct hand h;
        double times = 1.0 + sizes[k];
        hand_make(&h, 0.5);
        h.X[3 * R + 2] = times;
        h.lambda[3] = 0.25;
        h.lambda[2] -= 0.25 * times;
        for (int j = 0; j < N; j++) {
            h.v[j * M + 2] = h.lambda[2] * (j < N / 2 ? 1.0 : G);
            h.v[j * M + 3] = h.lambda[3] * (j < N / 2 ? 1.0 : G);
        }
        hand_weights(&h);
        expect(&h, SLACKNESS, (times - 1.0) / scale_of(&h, 3));
    }
}

/* Point 1 twice. On the kink of a neuron one share is beyond its bounds, the other
 * makes up for it. */
static void slope_out_of_bounds(void **state)
{
    (void)state;
    for (int k = 0; k < 2 * SIZES; k++) {
        struct hand h;
        double c = k % 2 ? 0.8 : 0.5, off = sizes[k / 2];
        hand_make(&h, c);
        memcpy(h.X + 3 * R, h.X + R, R * sizeof *h.X);
        h.y[3] = h.y[1];
        double half = h.lambda[1] / 2.0;
        h.lambda[1] = h.lambda[3] = half;
        for (int j = 0; j < N; j++)
            h.v[j * M + 1] = h.v[j * M + 3] = h.v[j * M + 1] / 2.0;
        h.v[1] = half * (k % 2 ? 1.0 + off : G - off);
        h.v[3] = half * (k % 2 ? 2 * c - 1.0 - off : 2 * c - G + off);
        hand_weights(&h);
        expect(&h, SLOPE, off);
    }
}

/* Two pre-activations that should be on the kink leave it on either side, such that no
 * margin changes. The slopes stay between g and 1. */
static void gate_against_the_sign(void **state)
{
    static const double by[] = {0.1, 1e-4, 1e-8, 1e-10};
    (void)state;
    for (int k = 0; k < SIZES; k++) {
        struct hand h;
        double c = 0.6, a = -by[k] * (1.0 - G) / (1.0 + G);
        hand_make(&h, c);
        h.lambda[0] = h.v[0] = h.v[M] = (2.0 - c * a) / (1.0 - c * c);
        h.v[1] = h.lambda[0] * c - a + by[k];
        h.v[M + 1] = h.lambda[0] * c - a - by[k];
        hand_weights(&h);
        expect(&h, GATE,
               fmax(U * fabs(a - by[k]) / h.terms[0], U * (a + by[k]) / h.terms[1]));
    }
}

static void residual_left(void **state)
{
    (void)state;
    for (int k = 0; k < SIZES; k++) {
        struct hand h;
        hand_make(&h, 0.5);
        hand_weights(&h);
        h.W[3] += sizes[k];
        expect(&h, RESIDUAL, sizes[k] / direct_norm(h.terms, N));
    }
}

/* One member at a time: rounding is accepted, more is not, nor what is no number. */
static void accepts(void **state)
{
    static const double member[] = {1e-15, 1e-13, INFINITY, (double)NAN};
    struct kkt_defects none = {0};
    (void)state;
    check_true(kkt_accepts(&none), "no defect");
    for (int k = 0; k < 4; k++) {
        double size = member[k], gate = k == 1 ? 1e-10 : size;
        struct kkt_defects one[MEMBERS] = {
            {.margin = size}, {.slackness = size}, {.slope = size},
            {.gate = gate},   {.residual = size},
        };
        for (int d = 0; d < MEMBERS; d++)
            check_true(kkt_accepts(&one[d]) == (k == 0), "%g in %d", size, d);
    }
}

static void nan_is_refused(void **state)
{
    (void)state;
    for (int k = 0; k < 4; k++) {
        struct hand h;
        struct kkt_defects defects;
        hand_make(&h, 0.5);
        hand_weights(&h);
        double *number[] = {&h.W[5], &h.lambda[1], &h.v[6], &h.X[2]};
        *number[k] = NAN;
        hand_check(&h, &defects);
        check_true(!kkt_accepts(&defects), "NaN in %d", k);
        arena_release(&h.arena);
    }
}

/* Every condition in long double; margins relative to |theta| |x_i|, what else there is
 * to the terms. */
static double worst_defect(const struct network *net, const struct points *p,
                           const struct certificate_workspace *w)
{
    size_t n = net->n, m = p->m, r = p->r;
    double worst = 0.0, T = 0.0, *rho = memory_array(n * r, sizeof *rho);
    fixture_need(rho != NULL, "allocation");
    for (size_t j = 0; j < n; j++) {
        double terms = 0.0;
        for (size_t i = 0; i < m; i++)
            terms += net->u * w->v[j * m + i] * direct_norm(p->X + i * r, r);
        T += terms * terms;
    }
    T = sqrt(T);
    double size = direct_norm(w->W, n * r);
    worst = direct_residual(net, p, w->W, w->v, rho) / T;
    for (size_t i = 0; i < m; i++) {
        double l = w->lambda[i], length = direct_norm(p->X + i * r, r);
        double over = (direct_margin(net, w->W, p, i) - 1.0) / (length * size);
        worst = fmax(worst, l > 0.0 ? fabs(over) : -over);
        worst = l >= 0.0 ? worst : INFINITY;
        for (size_t j = 0; j < n; j++) {
            double z = (double)direct_dot(w->W + j * r, p->X + i * r, r) / (length * T);
            double v = w->v[j * m + i], g = net->leak;
            double off = fabs(z) < 2e-12 ? fmax(g * l - v, v - l)
                         : z > 0.0       ? fabs(v - l)
                                         : fabs(v - g * l);
            worst = fmax(worst, off / (l + DBL_MIN));
        }
    }
    memory_free(rho);
    return worst;
}

/* Pairs of points, the second `gap` from the first; with either label where `apart`. */
static void draw_pairs(gsl_rng *rng, double gap, bool apart, size_t m, size_t r,
                       double *X, double *y)
{
    rng_normals(rng, X, m * r);
    for (size_t i = 0; i < m; i++) {
        double length = direct_norm(X + i * r, r);
        y[i] = i / 2 % 2 ? 1.0 : -1.0;
        if (apart && i % 2)
            y[i] = -y[i];
        for (size_t k = 0; k < r; k++)
            X[i * r + k] = i % 2 ? X[(i - 1) * r + k] + gap * X[i * r + k] / length
                                 : X[i * r + k] / length;
    }
}

struct tally {
    size_t certified;
    double eps, delta; /* largest, over |theta| and its square */
};

/* The certificate of weights that separate the pairs, if there are some. */
static void certify_pairs(gsl_rng *rng, double leak, double gap, bool apart,
                          struct tally *tally)
{
    size_t m = 6, r = fixture_between(rng, 5, 9), n = leak == 1.0 ? 1 : 16;
    struct network net =
        network_make(n == 1 ? MODEL_LINEAR : MODEL_LEAKY_RELU, n, leak);
    struct arena arena = {0};
    struct multipliers_workspace multipliers;
    struct kkt_workspace kkt;
    struct certificate_workspace w;
    struct certificate out;
    struct kkt_point point = {0};
    double *X = NULL, *y = NULL;
    FIXTURE_LAYOUT(&arena)
    {
        multipliers_layout(&multipliers, n, m, r, &arena);
        kkt_layout(&kkt, n, m, r, &arena);
        certificate_layout(&w, n, m, r, &arena);
        X = arena_doubles(&arena, m, r);
        y = arena_doubles(&arena, m, 1);
        point.W = arena_doubles(&arena, n, r);
        point.lambda = arena_doubles(&arena, m, 1);
        point.v = arena_doubles(&arena, n, m);
    }
    w.multipliers = &multipliers;
    w.kkt = &kkt;
    draw_pairs(rng, gap, apart, m, r, X, y);
    struct points p = {m, r, X, y, NULL};
    rng_normals(rng, point.W, n * r);
    kkt_solve(&net, &p, point.W, NULL, &kkt, &point);
    struct weights theta = {.W = point.W};
    certificate_exact(&net, &p, &theta, NULL, &w, &out);
    if (out.stop == CERTIFIED) {
        double worst = worst_defect(&net, &p, &w);
        check_true(worst <= 2e-14, "certified, but off by %g (gap %g)", worst, gap);
        tally->eps = fmax(tally->eps, out.eps / out.norm);
        tally->delta = fmax(tally->delta, out.delta / (out.norm * out.norm));
        tally->certified++;
    } else {
        check_true(isnan(out.eps) && isnan(out.tau), "eps %g without a point", out.eps);
    }
    arena_release(&arena);
}

/* Where the labels of a pair agree its points are as good as one, to which a ReLU
 * network may be dead. Where they do not, pairs nearer than the 1e-8 of kkt.h have none
 * that double precision can resolve. What is certified is exact up to rounding of its
 * terms, which are much longer than theta where the labels differ. */
static void near_duplicates(void **state)
{
    static const double leaks[] = {0.0, 0.3, 1.0};
    gsl_rng *rng = fixture_rng("near duplicates", 0);
    (void)state;
    for (int digits = 3; digits <= 9; digits++) {
        struct tally same = {0}, apart = {0};
        for (int k = 0; k < 30; k++) {
            certify_pairs(rng, leaks[k % 3], pow(10, -digits), false, &same);
            certify_pairs(rng, leaks[k % 3], pow(10, -digits), true, &apart);
        }
        check_true(same.eps <= 1e-14 && same.delta <= 1e-13, "1e-%d: eps %g, delta %g",
                   digits, same.eps, same.delta);
        check_true(same.certified >= 28, "1e-%d: %zu of 30 equal", digits,
                   same.certified);
        check_true(apart.certified >= (digits <= 5 ? 28 : 0), "1e-%d: %zu of 30 apart",
                   digits, apart.certified);
        check_true(digits < 8 || apart.certified == 0, "1e-%d: %zu of 30 apart", digits,
                   apart.certified);
    }
    gsl_rng_free(rng);
}

static void all_cases_ran(void **state)
{
    (void)state;
    check_cases((7 + 4 * 4 + 2 * 4) * 6 + 1 + 4 * 5 + 4 + 7 * (60 + 4));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole),
        cmocka_unit_test(margin_below_one),
        cmocka_unit_test(support_off_the_margin),
        cmocka_unit_test(slope_out_of_bounds),
        cmocka_unit_test(gate_against_the_sign),
        cmocka_unit_test(residual_left),
        cmocka_unit_test(accepts),
        cmocka_unit_test(nan_is_refused),
        cmocka_unit_test(near_duplicates),
        cmocka_unit_test(all_cases_ran),
    };

    fixture_main();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
