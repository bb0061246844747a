#include "proof_ball.h"
#include "sweep/cancel.h"
#include <math.h>

/* One attempt, at one precision. Legend: k points, s of them with a multiplier, R rows. */
struct attempt {
    struct balls b;
    const struct network *net;
    const struct proof_pattern *q;
    size_t s;
    size_t *support; /* (s) */
    arb_t leak, t;
    arb_mat_t M, one, solved; /* (s, s), (s, 1) */
    arb_ptr lambda;           /* (k) 0 off the support */
    arb_ptr slope;            /* (k) y_i sign(u) slope of a row's pairs but pivots */
    arb_ptr coefficient;      /* (k) y_i sign(u) v_i of a row */
    arb_ptr z;                /* (k) of a row, over |u| */
    arb_ptr margin;           /* (k) n q_i, complete off the support only */
    bool flat;                /* the row's weights are 0 */
    enum proof_outcome outcome;
    double gap, most; /* most: the largest multiplier */
    mag_t radius;     /* the largest of multipliers and slopes */
};

/* The worst so far; what fails for certain is worse than what is undecided. */
static void note(struct attempt *e, enum proof_outcome outcome)
{
    if (e->outcome == PROOF_PROVED || outcome == PROOF_REFUTED)
        e->outcome = outcome;
}

static void need_nonnegative(struct attempt *e, const arb_t x)
{
    if (!arb_is_nonnegative(x))
        note(e, arb_is_negative(x) ? PROOF_REFUTED : PROOF_GAP);
}

static double middle(const arb_t x)
{
    return arf_get_d(arb_midref(x), ARF_RND_NEAR);
}

static void begin(struct attempt *e, const struct network *net,
                  const struct proof_pattern *q, slong bits)
{
    slong k = (slong)q->points.m;
    *e = (struct attempt){.net = net, .q = q, .outcome = PROOF_PROVED, .gap = INFINITY};
    balls_init(&e->b, &q->points, bits);
    e->support = flint_calloc(q->points.m, sizeof *e->support);
    for (size_t i = 0; i < q->points.m; i++)
        if (q->support[i])
            e->support[e->s++] = i;
    arb_init(e->leak);
    arb_init(e->t);
    arb_set_d(e->leak, net->leak);
    arb_mat_init(e->M, (slong)e->s, (slong)e->s);
    arb_mat_init(e->one, (slong)e->s, 1);
    arb_mat_init(e->solved, (slong)e->s, 1);
    e->lambda = _arb_vec_init(k);
    e->slope = _arb_vec_init(k);
    e->coefficient = _arb_vec_init(k);
    e->z = _arb_vec_init(k);
    e->margin = _arb_vec_init(k);
    mag_init(e->radius);
}

static void end(struct attempt *e)
{
    slong k = (slong)e->q->points.m;
    _arb_vec_clear(e->lambda, k);
    _arb_vec_clear(e->slope, k);
    _arb_vec_clear(e->coefficient, k);
    _arb_vec_clear(e->z, k);
    _arb_vec_clear(e->margin, k);
    arb_mat_clear(e->M);
    arb_mat_clear(e->one);
    arb_mat_clear(e->solved);
    arb_clear(e->leak);
    arb_clear(e->t);
    flint_free(e->support);
    mag_clear(e->radius);
    balls_clear(&e->b);
}

static double sign_of(const struct attempt *e, size_t g, size_t i)
{
    return e->q->groups->sign[g] * e->q->points.y[i];
}

/* Kinks and slopes of row g. A kink that depends on the others keeps the slope it has. */
static void take_row(struct attempt *e, size_t g)
{
    const struct proof_pattern *q = e->q;
    struct kinks *kinks = &e->b.kinks;
    size_t k = q->points.m, wanted = 0;
    for (size_t a = 0; a < e->s; a++)
        if (q->slope[g * k + e->support[a]] == SLOPE_KINK)
            kinks->index[wanted++] = e->support[a];
    if (!kinks_factor(&e->b, wanted))
        note(e, PROOF_SINGULAR_KINKS);
    e->flat = true;
    for (size_t a = 0; a < e->s; a++) {
        size_t i = e->support[a];
        double slope = q->slope[g * k + i] == SLOPE_ONE ? 1.0 : e->net->leak;
        if (kinks->kink[i])
            slope = q->share[g * k + i];
        e->flat &= !kinks->kink[i] && slope == 0.0;
        arb_set_d(e->slope + i, sign_of(e, g, i) * slope);
    }
    for (size_t a = 0; a < kinks->count; a++)
        arb_zero(e->slope + kinks->index[a]);
    e->flat |= kinks->full;
}

/* n M_ab += size slope_i slope_k (G - U V^T)_ik, the upper half. */
static void add_row(struct attempt *e, size_t g)
{
    const struct kinks *kinks = &e->b.kinks;
    size_t k = e->q->points.m;
    ulong size = (ulong)e->q->groups->size[g];
    for (size_t a = 0; a < e->s && !e->flat && !cancel_asked(); a++) {
        size_t i = e->support[a];
        if (kinks->kink[i] || arb_is_zero(e->slope + i))
            continue;
        for (size_t c = a; c < e->s; c++) {
            size_t j = e->support[c];
            if (kinks->kink[j] || arb_is_zero(e->slope + j))
                continue;
            arb_dot(e->t, e->b.G + i * k + j, 1, kinks->U + i * k, 1, kinks->V + j * k,
                    1, (slong)kinks->count, e->b.bits);
            arb_mul(e->t, e->t, e->slope + i, e->b.bits);
            arb_mul(e->t, e->t, e->slope + j, e->b.bits);
            arb_addmul_ui(arb_mat_entry(e->M, a, c), e->t, size, e->b.bits);
        }
    }
}

/* lambda from M lambda = 1, and whether all are positive. */
static void solve(struct attempt *e)
{
    for (size_t a = 0; a < e->s; a++) {
        arb_set_ui(arb_mat_entry(e->one, a, 0), (ulong)e->net->n);
        for (size_t c = 0; c < a; c++)
            arb_set(arb_mat_entry(e->M, a, c), arb_mat_entry(e->M, c, a));
    }
    if (!arb_mat_spd_solve(e->solved, e->M, e->one, e->b.bits)) {
        note(e, PROOF_SINGULAR_MARGINS);
        return;
    }
    for (size_t a = 0; a < e->s; a++) {
        arb_ptr lambda = e->lambda + e->support[a];
        arb_set(lambda, arb_mat_entry(e->solved, a, 0));
        need_nonnegative(e, lambda);
        e->most = fmax(e->most, middle(lambda));
        mag_max(e->radius, e->radius, arb_radref(lambda));
    }
    for (size_t a = 0; a < e->s; a++)
        e->gap = fmin(e->gap, middle(e->lambda + e->support[a]) / e->most);
}

/* Coefficients and pre-activations of row g, which was taken. */
static void find_row(struct attempt *e)
{
    struct kinks *kinks = &e->b.kinks;
    size_t k = e->q->points.m;
    for (size_t i = 0; i < k; i++)
        arb_mul(e->coefficient + i, e->slope + i, e->lambda + i, e->b.bits);
    for (size_t a = 0; a < kinks->count; a++)
        arb_dot(kinks->y + a, NULL, 1, e->b.G + kinks->index[a] * k, 1, e->coefficient,
                1, (slong)k, e->b.bits);
    kinks_solve(&e->b, kinks->y);
    for (size_t a = 0; a < kinks->count; a++)
        arb_set(e->coefficient + kinks->index[a], kinks->y + a);
    for (size_t i = 0; i < k; i++)
        if (e->flat || kinks->kink[i] || kinks_imply(&e->b, i))
            arb_zero(e->z + i);
        else
            arb_dot(e->z + i, NULL, 0, e->b.G + i * k, 1, e->coefficient, 1, (slong)k,
                    e->b.bits);
}

/* Slopes of the kinks: those that were solved for, and those that were chosen. */
static void check_kinks(struct attempt *e, size_t g)
{
    const struct kinks *kinks = &e->b.kinks;
    for (size_t a = 0; a < kinks->count; a++) {
        size_t i = kinks->index[a];
        arb_ptr lambda = e->lambda + i;
        arb_t v;
        arb_init(v);
        mag_max(e->radius, e->radius, arb_radref(e->coefficient + i));
        arb_mul_si(v, e->coefficient + i, sign_of(e, g, i) > 0.0 ? 1 : -1, e->b.bits);
        double share = middle(v) / middle(lambda);
        e->gap = fmin(e->gap, fmin(share - e->net->leak, 1.0 - share));
        arb_sub(e->t, lambda, v, e->b.bits);
        need_nonnegative(e, e->t);
        arb_submul(v, e->leak, lambda, e->b.bits);
        need_nonnegative(e, v);
        arb_clear(v);
    }
    for (size_t a = 0; a < kinks->rest; a++) {
        double share = e->q->share[g * e->q->points.m + kinks->index[kinks->count + a]];
        if (!(share >= e->net->leak && share <= 1.0))
            note(e, PROOF_REFUTED);
    }
}

/* Signs on the support, and the row's part of the margins off it. */
static void check_signs(struct attempt *e, size_t g)
{
    const struct proof_pattern *q = e->q;
    size_t k = q->points.m;
    double square = 0.0, nearest = INFINITY;
    for (size_t i = 0; i < k; i++) {
        double z = middle(e->z + i);
        square += middle(e->coefficient + i) * z;
        if (!q->support[i]) {
            balls_phi(e->t, e->z + i, e->leak, e->b.bits);
            arb_mul_si(e->t, e->t, (slong)sign_of(e, g, i), e->b.bits);
            arb_addmul_ui(e->margin + i, e->t, (ulong)q->groups->size[g], e->b.bits);
        } else if (!e->b.kinks.kink[i] && e->net->leak < 1.0) {
            if (q->slope[g * k + i] == SLOPE_ONE)
                arb_set(e->t, e->z + i);
            else
                arb_neg(e->t, e->z + i);
            need_nonnegative(e, e->t);
            nearest = fmin(nearest, fabs(z) / sqrt(middle(e->b.G + i * k + i)));
        }
    }
    if (!e->flat)
        e->gap = fmin(e->gap, nearest / sqrt(square));
}

static void check_margins(struct attempt *e)
{
    for (size_t i = 0; i < e->q->points.m; i++) {
        if (e->q->support[i])
            continue;
        arb_sub_ui(e->t, e->margin + i, (ulong)e->net->n, e->b.bits);
        need_nonnegative(e, e->t);
        e->gap = fmin(e->gap, middle(e->t) / (double)e->net->n);
    }
}

/* tau; |theta~|^2 is the sum of the multipliers. */
static double measure(struct attempt *e, const struct weights *theta)
{
    const struct groups *groups = e->q->groups;
    size_t R = groups->count, r = e->q->points.r, k = e->q->points.m;
    slong bits = e->b.bits;
    arb_ptr sums = _arb_vec_init((slong)(R * r)), row = _arb_vec_init((slong)r);
    arb_t before, after, inner;
    arb_init(before);
    arb_init(after);
    arb_init(inner);
    arb_set_d(e->t, theta->perp);
    arb_mul(before, e->t, e->t, bits);
    for (size_t j = 0; j < e->net->n; j++) {
        arb_ptr sum = sums + groups->of[j] * r;
        balls_row(row, theta->W + j * r, r);
        arb_dot(before, before, 0, row, 1, row, 1, (slong)r, bits);
        _arb_vec_add(sum, sum, row, (slong)r, bits);
    }
    for (size_t g = 0; g < R && !cancel_asked(); g++) {
        take_row(e, g);
        find_row(e);
        for (size_t i = 0; i < k && !e->flat; i++) {
            if (arb_is_zero(e->coefficient + i))
                continue;
            arb_dot(e->t, NULL, 0, e->b.X + i * r, 1, sums + g * r, 1, (slong)r, bits);
            arb_addmul(inner, e->t, e->coefficient + i, bits);
        }
    }
    for (size_t i = 0; i < k; i++)
        arb_add(after, after, e->lambda + i, bits);
    arb_mul_ui(after, after, (ulong)e->net->n, bits);
    double tau = balls_tau(before, after, inner, bits);
    arb_clear(before);
    arb_clear(after);
    arb_clear(inner);
    _arb_vec_clear(row, (slong)r);
    _arb_vec_clear(sums, (slong)(R * r));
    return cancel_asked() ? NAN : tau;
}

static void write_row(struct attempt *e, size_t g, FILE *text)
{
    static const char letters[] = {
        [SLOPE_LEAK] = 'g', [SLOPE_ONE] = '1', [SLOPE_KINK] = 'k'};
    const struct proof_pattern *q = e->q;
    const struct kinks *kinks = &e->b.kinks;
    size_t k = q->points.m;
    fprintf(text, "row %.0f %.0f ", q->groups->sign[g], q->groups->size[g]);
    for (size_t i = 0; i < k; i++)
        fputc(q->support[i] ? letters[q->slope[g * k + i]] : '.', text);
    fputs("\nneurons", text);
    for (size_t j = 0; j < e->net->n; j++)
        if (q->groups->of[j] == g)
            fprintf(text, " %zu", j);
    fputc('\n', text);
    for (size_t a = 0; a < kinks->count; a++) {
        size_t i = kinks->index[a];
        arb_mul_si(e->t, e->coefficient + i, sign_of(e, g, i) > 0.0 ? 1 : -1,
                   ARF_PREC_EXACT);
        fprintf(text, "kink %zu ", i);
        balls_write(text, "v", arb_midref(e->t));
    }
    for (size_t a = 0; a < kinks->rest; a++) {
        size_t i = kinks->index[kinks->count + a];
        fprintf(text, "kink %zu ", i);
        balls_write_double(text, "share", q->share[g * k + i]);
    }
}

/* The claim, and centres that are within `within` of the exact numbers: of all digits,
 * though another way to bound their errors will not be as tight. */
static void write_proof(struct attempt *e, const struct proof *proof, FILE *text)
{
    const struct proof_pattern *q = e->q;
    double within = ldexp(e->most, -64);
    fprintf(text, "network %zu", e->net->n);
    balls_write_double(text, " leak", e->net->leak);
    balls_write_double(text, "within", fmax(within, mag_get_d(e->radius)));
    if (!isnan(proof->tau))
        balls_write_double(text, "tau", proof->tau);
    for (size_t i = 0; i < q->points.m; i++) {
        fprintf(text, "point %zu ", q->first[i]);
        balls_write(text, q->support[i] ? "lambda" : "off", arb_midref(e->lambda + i));
    }
    for (size_t g = 0; g < q->groups->count; g++) {
        take_row(e, g);
        find_row(e);
        write_row(e, g, text);
    }
    fputs("end\n", text);
}

static void attempt(struct attempt *e, const struct weights *theta, struct proof *out)
{
    size_t R = e->q->groups->count;
    for (size_t g = 0; g < R && e->outcome == PROOF_PROVED && !cancel_asked(); g++) {
        take_row(e, g);
        add_row(e, g);
    }
    if (e->outcome == PROOF_PROVED && !cancel_asked())
        solve(e);
    for (size_t g = 0; g < R && e->outcome == PROOF_PROVED && !cancel_asked(); g++) {
        take_row(e, g);
        find_row(e);
        check_kinks(e, g);
        check_signs(e, g);
    }
    if (e->outcome == PROOF_PROVED)
        check_margins(e);
    if (cancel_asked())
        note(e, PROOF_GAP);
    *out = (struct proof){e->outcome, NAN, NAN, NAN, NAN, (unsigned)e->b.bits};
    if (e->outcome != PROOF_PROVED)
        return;
    out->eps = out->delta = 0.0;
    out->gap = e->gap;
    if (theta)
        out->tau = measure(e, theta);
}

void proof_exact(const struct network *net, const struct weights *theta,
                 struct proof_workspace *w, FILE *text, struct proof *out)
{
    slong bits = PROOF_BITS;
    do {
        struct attempt e;
        begin(&e, net, &w->pattern, bits);
        attempt(&e, theta, out);
        if (text && out->outcome == PROOF_PROVED)
            write_proof(&e, out, text);
        end(&e);
        bits *= 2;
    } while (out->outcome != PROOF_PROVED && out->outcome != PROOF_REFUTED &&
             bits <= PROOF_MOST_BITS && !cancel_asked());
    flint_cleanup();
}
