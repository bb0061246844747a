/* A second start of the same points: in all d coordinates with the ambient sampler, and in
 * law with the other; the first start is left as it is. */
#include "sweep/span.h"

#include "check.h"
#include "fixture.h"
#include <stdlib.h>
#include <string.h>

enum { DRAWS = 1200, STATISTICS = 7 };

struct two {
    struct instance in;
    struct arena arena;
    struct span other;
    struct span_workspace drawing;
};

static void draw(struct two *t, const struct recipe *recipe)
{
    gsl_rng *rng = fixture_rng("start", 0);
    struct rng_key key;

    instance_draw(&t->in, recipe);
    t->arena = (struct arena){0};
    FIXTURE_LAYOUT(&t->arena)
    {
        span_start_layout(&t->other, &t->drawing, &t->in.span, &t->in.drawing,
                          &t->in.request, &t->arena);
    }
    key = rng_key_text(t->in.request.train_key, "another");
    span_start_draw(&t->other, &t->drawing, &t->in.request, key, rng);
    gsl_rng_free(rng);
}

static void release(struct two *t)
{
    arena_release(&t->arena);
    instance_release(&t->in);
}

static double cosine(const struct two *t)
{
    return span_start_cosine(&t->in.span, &t->in.drawing, &t->other, &t->drawing,
                             &t->in.request);
}

static bool same(const double *a, const double *b, size_t count)
{
    return memcmp(a, b, count * sizeof *a) == 0;
}

/* Lifted to d coordinates every inner product is that of the coordinates. */
static void test_ambient(void **state)
{
    (void)state;
    for (size_t k = 0; k < 3; k++) {
        struct recipe r = {.m = 4,
                           .n = 5,
                           .d = 11.0,
                           .signal = 0.6,
                           .tests = 66,
                           .correlation = k == 1 ? 0.3 : 0.0,
                           .seed = k};
        struct instance alone;
        struct two t;
        struct arena a = {0};
        double *X = NULL, *test = NULL, *W[2] = {NULL};
        size_t n = r.n, d = (size_t)r.d, c;

        instance_draw(&alone, &r);
        draw(&t, &r);
        const struct span *s = &t.in.span, *o = &t.other;
        c = s->r;
        check_true(same(s->X, alone.span.X, r.m * c) &&
                       same(s->W0, alone.span.W0, n * c) &&
                       same(s->test_X, alone.span.test_X, s->tests * c) &&
                       same(s->test_perp, alone.span.test_perp, n * s->tests),
                   "the second start changed the first");
        FIXTURE_LAYOUT(&a)
        {
            X = arena_doubles(&a, r.m, d);
            test = arena_doubles(&a, s->tests, d);
            W[0] = arena_doubles(&a, n, d);
            W[1] = arena_doubles(&a, n, d);
        }
        gsl_rng *rng = fixture_rng("lift", k);
        span_redraw(s, &t.in.request, &t.in.drawing, rng, X, test);
        span_lift(s, &t.in.request, &t.in.drawing, s->W0, s->perp_norm, W[0]);
        span_lift(o, &t.in.request, &t.drawing, o->W0, o->perp_norm, W[1]);
        double inside = (double)direct_dot(s->W0, o->W0, n * c);
        check_close(inside + cosine(&t) * s->perp_norm * o->perp_norm,
                    (double)direct_dot(W[0], W[1], n * d), 1e-13);
        for (size_t j = 0; j < n; j++) {
            const double *w = W[1] + j * d, *v = o->W0 + j * c;

            for (size_t q = 0; q < r.tests; q++)
                check_close((double)direct_dot(v, s->test_X + q * c, c) +
                                o->test_perp[j * s->tests + q],
                            (double)direct_dot(w, test + q * d, d), 1e-13);
            check_close((double)direct_dot(v, s->mean, c) + o->mean_perp[j],
                        r.signal * w[0], 1e-13);
        }
        gsl_rng_free(rng);
        arena_release(&a);
        release(&t);
        instance_release(&alone);
    }
}

/* What depends on both starts, of neuron 1, the last one and a test point. */
static void statistics(const struct recipe *r, double *out)
{
    struct two t;
    const struct span *s = &t.in.span, *o = &t.other;
    double a[2], b[2];

    draw(&t, r);
    size_t c = s->r, j = r->n - 1;
    for (size_t k = 0; k < 2; k++) {
        size_t row = k ? j : 0;
        a[k] = (double)direct_dot(s->W0 + row * c, s->test_X, c) +
               s->test_perp[row * s->tests];
        b[k] = (double)direct_dot(o->W0 + row * c, s->test_X, c) +
               o->test_perp[row * s->tests];
    }
    out[0] = (double)direct_dot(s->W0, o->W0, r->n * c) +
             cosine(&t) * s->perp_norm * o->perp_norm;
    out[1] = (double)direct_dot(o->W0, o->W0, r->n * c) + o->perp_norm * o->perp_norm;
    out[2] = a[0] * b[0];
    out[3] = b[0] * b[1];
    out[4] = a[0] * b[1];
    out[5] = out[0] * out[2];
    double last = (double)direct_dot(o->W0, s->test_X + (r->tests - 1) * c, c) +
                  o->test_perp[r->tests - 1];
    out[6] = (b[0] * b[0] + last * last) / out[1];
    release(&t);
}

/* Dimensions outside the span for less than the first start, less than both, and more. */
static void test_law(void **state)
{
    static double value[2][STATISTICS][DRAWS];
    const double dimensions[] = {8.0, 12.0, 30.0};

    (void)state;
    for (size_t k = 0; k < 3; k++) {
        for (size_t sampler = 0; sampler < 2; sampler++)
            for (size_t draw = 0; draw < DRAWS; draw++) {
                struct recipe r = {.sampler = (enum sampler)sampler,
                                   .m = 3,
                                   .n = 6,
                                   .d = dimensions[k],
                                   .signal = 0.5,
                                   .tests = 65,
                                   .seed = 7000 * (sampler + 2 * k) + draw};
                double out[STATISTICS];

                statistics(&r, out);
                for (size_t l = 0; l < STATISTICS; l++)
                    value[sampler][l][draw] = out[l];
            }
        for (size_t l = 0; l < STATISTICS; l++)
            check_true(direct_gap(value[0][l], value[1][l], DRAWS) <= 2.47,
                       "statistic %zu, d %g: gap %g", l, dimensions[k],
                       direct_gap(value[0][l], value[1][l], DRAWS));
    }
}

static void test_cases(void **state)
{
    (void)state;
    check_cases(3 * (2 + 5 * 67) + 3 * STATISTICS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ambient),
        cmocka_unit_test(test_law),
        cmocka_unit_test(test_cases),
    };

    fixture_main();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
