/* Exact points with a pattern that is not theirs, for check_proofs.py.
 *
 *     sabotage_proof FOLDER FIRST COUNT
 *
 * Prints a line "NUMBER KIND OUTCOME" for each of the patterns FIRST, FIRST + 1, ...; what
 * is proved all the same goes to FOLDER/NUMBER, as sweep trial --proof --export writes it.
 */
#include "fixture.h"
#include "sweep/kkt.h"
#include "sweep/npy.h"
#include "sweep/outfile.h"
#include "sweep/proof.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const kinds[] = {"sign",     "kink_added", "kink_removed", "dropped",
                                    "negative", "last_bit",   "share",        "none"};
enum { KINDS = sizeof kinds / sizeof kinds[0], LAST_BIT = 5, SHARE = 6 };

struct victim {
    struct arena arena;
    struct instance in;
    struct model model;
    struct kkt_workspace kkt;
    struct kkt_point point;
    struct proof_workspace proof;
};

/* Every kink of one depends on the same of the other. */
static void make_opposite(struct instance *in)
{
    for (size_t k = 0; k < in->span.r; k++)
        in->span.X[in->span.r + k] = -in->span.X[k];
    in->span.y[1] = in->span.y[0];
}

static void draw(struct victim *v, gsl_rng *rng, uint64_t number)
{
    static const double leaks[] = {0.0, 0.0, 0.1, 0.5};
    size_t n = 2 * fixture_between(rng, 2, 12), m = fixture_between(rng, 2, 9);
    double d = (double)fixture_between(rng, 1, 3) * 40.0;
    bool linear = fixture_between(rng, 0, 7) == 0;
    struct recipe recipe = {.sampler = d > 80.0 ? SAMPLER_BARTLETT : SAMPLER_AMBIENT,
                            .m = m,
                            .n = linear ? 1 : n,
                            .d =
                                fixture_between(rng, 0, 3) == 0 ? (double)m / 2 + 2 : d,
                            .leak = linear ? 1.0 : leaks[fixture_between(rng, 0, 3)],
                            .signal = fixture_between(rng, 0, 1) ? 0.0 : 1.0,
                            .seed = number};
    if (recipe.d <= (double)m + 2)
        recipe.sampler = SAMPLER_AMBIENT;
    if (number % KINDS == SHARE) {
        recipe.n = n;
        recipe.leak = 0.0;
    }
    instance_draw(&v->in, &recipe);
    if (number % KINDS == SHARE)
        make_opposite(&v->in);
    model_train(&v->model, &v->in, 500);
    size_t r = v->in.points.r;
    n = v->in.net.n;
    FIXTURE_LAYOUT(&v->arena)
    {
        kkt_layout(&v->kkt, n, m, r, &v->arena);
        proof_layout(&v->proof, n, m, r, &v->arena);
        v->point.W = arena_doubles(&v->arena, n, r);
        v->point.lambda = arena_doubles(&v->arena, m, 1);
        v->point.v = arena_doubles(&v->arena, n, m);
    }
    kkt_solve(&v->in.net, &v->in.points, v->model.theta.W, NULL, &v->kkt, &v->point);
}

/* A pair of these slopes on the support, or off it, at random; all pairs: none has. */
static size_t choose(const struct proof_pattern *q, unsigned slopes, bool support,
                     gsl_rng *rng)
{
    size_t k = q->points.m, pairs = q->groups->count * k;
    size_t start = fixture_between(rng, 0, pairs - 1);
    for (size_t a = 0; a < pairs; a++) {
        size_t pair = (start + a) % pairs;
        if (q->support[pair % k] == support && slopes >> q->slope[pair] & 1)
            return pair;
    }
    return pairs;
}

/* False where the pattern has nothing of that kind. */
static bool sabotage(struct victim *v, uint64_t number, size_t kind, gsl_rng *rng)
{
    struct proof_pattern *q = &v->proof.pattern;
    size_t k = q->points.m, R = q->groups->count, pairs = R * k;
    static const unsigned wanted[] = {1u << SLOPE_LEAK | 1u << SLOPE_ONE,
                                      1u << SLOPE_LEAK | 1u << SLOPE_ONE,
                                      1u << SLOPE_KINK,
                                      7,
                                      7,
                                      7,
                                      1u << SLOPE_KINK,
                                      7};
    size_t pair = choose(q, wanted[kind], kind != 4, rng);
    if (pair == pairs || kind == KINDS - 1)
        return false;
    switch (kind) {
    case 0:
        q->slope[pair] = q->slope[pair] == SLOPE_ONE ? SLOPE_LEAK : SLOPE_ONE;
        break;
    case 1:
        q->slope[pair] = SLOPE_KINK;
        q->share[pair] = (1.0 + v->in.net.leak) / 2.0;
        break;
    case 2:
        q->slope[pair] = q->share[pair] > 0.5 ? SLOPE_ONE : SLOPE_LEAK;
        break;
    case LAST_BIT:
        pair = fixture_between(rng, 0, k * q->points.r - 1);
        v->proof.X[pair] = nextafter(v->proof.X[pair], 1.0);
        break;
    case SHARE: /* of the kinks of point 1, which depend on those of point 0 */
        for (size_t g = 0; g < R; g++)
            if (q->slope[g * k] == SLOPE_KINK) {
                q->slope[g * k + 1] = SLOPE_KINK;
                q->share[g * k + 1] = number / KINDS % 2 == 0 ? 1.05 : -0.05;
            }
        break;
    default:
        q->support[pair % k] = kind == 4;
        for (size_t g = 0; g < R; g++) {
            size_t j = q->groups->first[g] * v->in.points.m + q->first[pair % k];
            bool on = kind == 4 && v->kkt.Z[j] > 0.0;
            q->slope[g * k + pair % k] = on ? SLOPE_ONE : SLOPE_LEAK;
        }
    }
    return true;
}

static void export(const struct victim *v, const char *folder)
{
    const struct points *p = &v->in.points;
    struct diagnostics log = {0};
    struct outfile record;
    size_t n = v->in.net.n, X[] = {p->m, p->r}, W[] = {n, p->r};
    double *u = memory_array(n, sizeof *u);
    size_t *retain = memory_array(p->m, sizeof *retain);
    for (size_t j = 0; j < n; j++)
        u[j] = network_sign(&v->in.net, j);
    for (size_t i = 0; i < p->m; i++)
        retain[i] = i;
    npy_write_real(folder, "X", v->proof.X, X, 2, &log);
    npy_write_real(folder, "y", p->y, X, 1, &log);
    npy_write_real(folder, "u", u, W, 1, &log);
    npy_write_real(folder, "W_unlearned", v->model.theta.W, W, 2, &log);
    npy_write_index(folder, "retain", retain, p->m, &log);
    fixture_need(outfile_open_in(&record, folder, "record.json", &log) == SWEEP_OK,
                 "record.json");
    fprintf(record.stream,
            "{\"arrays\": [], \"parameters\": {\"leak\": %.17g}, \"scalars\": "
            "{\"perp_unlearned\": %.17g}}\n",
            v->in.net.leak, v->model.theta.perp);
    fixture_need(outfile_commit(&record, &log) == SWEEP_OK, "export");
    memory_free(u);
    memory_free(retain);
}

static enum proof_outcome prove(struct victim *v, const char *folder)
{
    struct diagnostics log = {0};
    struct outfile text;
    struct proof proof;
    fixture_need(outfile_folder(folder, &log) == SWEEP_OK &&
                     outfile_open_in(&text, folder, "proof", &log) == SWEEP_OK,
                 "folder");
    fputs("sweep-proof 1\nclaim exact\n", text.stream);
    proof_exact(&v->in.net, &v->model.theta, &v->proof, text.stream, &proof);
    if (proof.outcome == PROOF_PROVED) {
        fixture_need(outfile_commit(&text, &log) == SWEEP_OK, "proof");
        export(v, folder);
    } else {
        outfile_discard(&text);
        remove(folder);
    }
    return proof.outcome;
}

int main(int argc, char **argv)
{
    fixture_main();
    fixture_need(argc == 4 && proof_available(), "FOLDER FIRST COUNT, and FLINT");
    uint64_t first = strtoull(argv[2], NULL, 10), count = strtoull(argv[3], NULL, 10);
    for (uint64_t number = first; number < first + count; number++) {
        struct victim v = {0};
        char folder[4096];
        gsl_rng *rng = fixture_rng("sabotage", number);
        size_t kind = number % KINDS;
        draw(&v, rng, number);
        struct proof_claim point = {v.point.W, v.point.terms, v.point.lambda,
                                    v.point.v};
        snprintf(folder, sizeof folder, "%s/%llu", argv[1], (unsigned long long)number);
        int outcome = -1;
        if (v.point.stop == KKT_EXACT) {
            proof_pattern_of(&v.in.net, &v.in.points, &point, &v.proof);
            kind = sabotage(&v, number, kind, rng) ? kind : KINDS - 1;
            outcome = (int)prove(&v, folder);
        }
        printf("%llu %s %d\n", (unsigned long long)number, kinds[kind], outcome);
        gsl_rng_free(rng);
        model_release(&v.model);
        instance_release(&v.in);
        arena_release(&v.arena);
    }
    return 0;
}
