#include "proof_ball.h"
#include "sweep/cancel.h"
#include <math.h>

/* One attempt, at one precision. Everything is over |u| = 1/sqrt(n): margins are n q_i of
 * weights sqrt(n) as long. */
struct attempt {
    struct balls b;
    const struct network *net;
    const struct proof_claim *near;
    const struct groups *groups; /* of neurons with the same kinks */
    const signed char *state;    /* (n, m) 0: a kink */
    arb_t leak, t, x;
    arb_t before, after; /* |theta'|^2, |theta~|^2 */
    arb_t inner, square; /* <theta~, H>, |H|^2, over |u| and u^2 */
    arb_ptr row;         /* (r) w_j */
    arb_ptr z;           /* (m) */
    arb_ptr coefficient; /* (m) y_i sign(u_j) v_ji */
    arb_ptr margin;      /* (m) over |u| */
    bool regular;        /* the group's kinks are */
    bool zero;           /* the row of theta~ at hand is 0 */
    bool moved, decided; /* moved: some row is not that of theta' */
};

static void begin(struct attempt *e, const struct network *net, const struct points *p,
                  slong bits)
{
    slong m = (slong)p->m;
    *e = (struct attempt){.net = net, .decided = true};
    balls_init(&e->b, p, bits);
    arb_init(e->leak);
    arb_init(e->t);
    arb_init(e->x);
    arb_init(e->before);
    arb_init(e->after);
    arb_init(e->inner);
    arb_init(e->square);
    arb_set_d(e->leak, net->leak);
    e->row = _arb_vec_init((slong)p->r);
    e->z = _arb_vec_init(m);
    e->coefficient = _arb_vec_init(m);
    e->margin = _arb_vec_init(m);
}

static void end(struct attempt *e)
{
    slong m = (slong)e->b.p->m;
    arb_clear(e->leak);
    arb_clear(e->t);
    arb_clear(e->x);
    arb_clear(e->before);
    arb_clear(e->after);
    arb_clear(e->inner);
    arb_clear(e->square);
    _arb_vec_clear(e->row, (slong)e->b.p->r);
    _arb_vec_clear(e->z, m);
    _arb_vec_clear(e->coefficient, m);
    _arb_vec_clear(e->margin, m);
    balls_clear(&e->b);
}

/* The kinks that the neurons of group g share. */
static void take_group(struct attempt *e, size_t g)
{
    size_t m = e->b.p->m, wanted = 0;
    const signed char *state = e->state + e->groups->first[g] * m;
    for (size_t i = 0; i < m; i++)
        if (state[i] == 0)
            e->b.kinks.index[wanted++] = i;
    e->regular = kinks_factor(&e->b, wanted);
}

static bool is_zero(const double *row, size_t r)
{
    bool zero = true;
    for (size_t k = 0; k < r; k++)
        zero &= row[k] == 0.0;
    return zero;
}

/* z (m) of w_j projected on z = 0 at its kinks, and its length. */
static void project(struct attempt *e)
{
    const struct kinks *kinks = &e->b.kinks;
    size_t m = e->b.p->m, r = e->b.p->r;
    slong bits = e->b.bits;
    for (size_t i = 0; i < m; i++)
        arb_dot(e->z + i, NULL, 0, e->b.X + i * r, 1, e->row, 1, (slong)r, bits);
    for (size_t a = 0; a < kinks->count; a++)
        arb_set(kinks->y + a, e->z + kinks->index[a]);
    kinks_forward(&e->b, kinks->y);
    for (size_t a = 0; a < kinks->count; a++) {
        arb_div(e->x, kinks->y + a, kinks->D + a, bits);
        arb_submul(e->after, e->x, kinks->y + a, bits);
    }
    for (size_t i = 0; i < m; i++)
        if (kinks->kink[i])
            arb_zero(e->z + i);
        else
            arb_dot(e->z + i, e->z + i, 1, kinks->V + i * m, 1, kinks->y, 1,
                    (slong)kinks->count, bits);
}

/* Row j of theta~ (z and its length) from that of theta'. */
static void take_neuron(struct attempt *e, const struct weights *theta, size_t j)
{
    const struct kinks *kinks = &e->b.kinks;
    size_t r = e->b.p->r;
    slong bits = e->b.bits;
    balls_row(e->row, theta->W + j * r, r);
    arb_dot(e->x, NULL, 0, e->row, 1, e->row, 1, (slong)r, bits);
    arb_add(e->before, e->before, e->x, bits);
    e->zero = is_zero(e->near->W + j * r, r) || kinks->full;
    if (e->zero) {
        _arb_vec_zero(e->z, (slong)e->b.p->m);
        e->moved |= !arb_is_zero(e->x);
        return;
    }
    e->decided &= e->regular;
    e->moved |= kinks->count > 0;
    arb_add(e->after, e->after, e->x, bits);
    project(e);
}

/* v of a kink: what is given, within [g lambda, lambda]. */
static void kink_slope(struct attempt *e, double v, double lambda)
{
    arb_set_d(e->t, fmin(v, lambda));
    arb_set_d(e->x, lambda);
    arb_mul(e->x, e->x, e->leak, e->b.bits);
    if (!arb_ge(e->t, e->x))
        arb_set(e->t, e->x);
}

/* y_i sign(u_j) v_ji: slopes by the signs of z, which have to be decided where there is a
 * multiplier. */
static void find_coefficients(struct attempt *e, size_t j)
{
    size_t m = e->b.p->m;
    double sign = network_sign(e->net, j);
    for (size_t i = 0; i < m; i++) {
        arb_ptr z = e->z + i;
        double lambda = fmax(e->near->lambda[i], 0.0);
        balls_phi(e->t, z, e->leak, e->b.bits);
        arb_mul_si(e->t, e->t, (slong)(sign * e->b.p->y[i]), e->b.bits);
        arb_add(e->margin + i, e->margin + i, e->t, e->b.bits);
        if (arb_is_zero(z))
            kink_slope(e, e->near->v[j * m + i], lambda);
        else
            arb_set_d(e->t, lambda);
        if (arb_is_negative(z))
            arb_mul(e->t, e->t, e->leak, e->b.bits);
        else if (e->net->leak < 1.0 && lambda > 0.0 && !arb_is_nonnegative(z))
            e->decided = false;
        arb_mul_si(e->coefficient + i, e->t, (slong)(sign * e->b.p->y[i]), e->b.bits);
    }
}

static void add_neuron(struct attempt *e, size_t j)
{
    size_t m = e->b.p->m;
    find_coefficients(e, j);
    arb_dot(e->inner, e->inner, 0, e->coefficient, 1, e->z, 1, (slong)m, e->b.bits);
    for (size_t i = 0; i < m; i++) {
        if (arb_is_zero(e->coefficient + i))
            continue;
        arb_dot(e->t, NULL, 0, e->b.G + i * m, 1, e->coefficient, 1, (slong)m,
                e->b.bits);
        arb_addmul(e->square, e->t, e->coefficient + i, e->b.bits);
    }
}

/* |theta~ / gamma - H| from above, gamma = |u| smallest. */
static double bound_eps(struct attempt *e, const arb_t smallest)
{
    slong bits = e->b.bits;
    ulong n = (ulong)e->net->n;
    arb_div(e->t, e->after, smallest, bits);
    arb_mul_ui(e->t, e->t, n, bits);
    arb_mul_2exp_si(e->x, e->inner, 1);
    arb_sub(e->t, e->t, e->x, bits);
    arb_div(e->t, e->t, smallest, bits);
    arb_div_ui(e->x, e->square, n, bits);
    arb_add(e->t, e->t, e->x, bits);
    arb_sqrtpos(e->t, e->t, bits);
    return balls_upper(e->t);
}

/* max_i lambda_i (q_i - 1) from above. */
static double bound_delta(struct attempt *e, const arb_t smallest)
{
    double delta = 0.0;
    for (size_t i = 0; i < e->b.p->m; i++) {
        arb_div(e->t, e->margin + i, smallest, e->b.bits);
        arb_sub_ui(e->t, e->t, 1, e->b.bits);
        arb_set_d(e->x, fmax(e->near->lambda[i], 0.0));
        arb_mul(e->t, e->t, e->x, e->b.bits);
        delta = fmax(delta, balls_upper(e->t));
    }
    return delta;
}

static void bound(struct attempt *e, struct proof *out)
{
    size_t m = e->b.p->m;
    arb_t smallest;
    arb_init(smallest);
    arb_pos_inf(smallest);
    for (size_t i = 0; i < m; i++)
        arb_min(smallest, smallest, e->margin + i, e->b.bits);
    if (e->decided && arb_is_positive(smallest) && !cancel_asked()) {
        out->outcome = PROOF_PROVED;
        out->eps = bound_eps(e, smallest);
        out->delta = bound_delta(e, smallest);
        out->tau = e->moved ? balls_tau(e->before, e->after, e->after, e->b.bits) : 0.0;
    }
    arb_clear(smallest);
}

/* Kinks of the row at hand, and the slopes that it has where z is 0. */
static void write_neuron(struct attempt *e, size_t j, FILE *text)
{
    size_t m = e->b.p->m;
    fprintf(text, "neuron %zu ", j);
    for (size_t i = 0; i < m && !e->zero; i++)
        fputc(e->b.kinks.kink[i] ? 'k' : '.', text);
    fputs(e->zero ? "zero\n" : "\n", text);
    for (size_t i = 0; i < m; i++) {
        double lambda = fmax(e->near->lambda[i], 0.0);
        if (lambda == 0.0 || !arb_is_zero(e->z + i))
            continue;
        kink_slope(e, e->near->v[j * m + i], lambda);
        fprintf(text, "kink %zu ", i);
        balls_write(text, "v", arb_midref(e->t));
    }
}

/* The claim, and what decides theta~, its multipliers and slopes. */
static void write_proof(struct attempt *e, const struct weights *theta,
                        const struct proof *proof, FILE *text)
{
    fprintf(text, "network %zu", e->net->n);
    balls_write_double(text, " leak", e->net->leak);
    balls_write_double(text, "eps", proof->eps);
    balls_write_double(text, "delta", proof->delta);
    balls_write_double(text, "tau", proof->tau);
    for (size_t i = 0; i < e->b.p->m; i++) {
        fprintf(text, "point %zu ", i);
        balls_write_double(text, "lambda", fmax(e->near->lambda[i], 0.0));
    }
    for (size_t g = 0; g < e->groups->count; g++) {
        take_group(e, g);
        for (size_t j = 0; j < e->net->n; j++) {
            if (e->groups->of[j] != g)
                continue;
            take_neuron(e, theta, j);
            write_neuron(e, j, text);
        }
    }
    fputs("end\n", text);
}

static void attempt(struct attempt *e, const struct weights *theta, struct proof *out)
{
    arb_set_d(e->t, theta->perp);
    arb_mul(e->before, e->t, e->t, e->b.bits);
    arb_set(e->after, e->before);
    for (size_t g = 0; g < e->groups->count && !cancel_asked(); g++) {
        take_group(e, g);
        for (size_t j = 0; j < e->net->n && !cancel_asked(); j++) {
            if (e->groups->of[j] != g)
                continue;
            take_neuron(e, theta, j);
            add_neuron(e, j);
        }
    }
    *out = (struct proof){PROOF_GAP, NAN, NAN, NAN, NAN, (unsigned)e->b.bits};
    bound(e, out);
}

/* States of theta~ in floating point; signs do not matter here. */
static void find_kinks(const struct network *net, const struct points *p,
                       const struct proof_claim *near, struct proof_workspace *w)
{
    struct weights rows = {.W = (double *)near->W, .terms = (double *)near->terms};
    network_preactivations(net->n, near->W, p, w->Z);
    network_states(net->n, &rows, w->Z, p, w->state);
    for (size_t k = 0; k < net->n * p->m; k++)
        w->state[k] = (signed char)(net->leak == 1.0 || w->state[k] != 0);
    groups_find(&w->groups, net, w->state, p->m);
}

void proof_near(const struct network *net, const struct points *p,
                const struct weights *theta, const struct proof_claim *near,
                struct proof_workspace *w, FILE *text, struct proof *out)
{
    slong bits = PROOF_BITS;
    find_kinks(net, p, near, w);
    do {
        struct attempt e;
        begin(&e, net, p, bits);
        e.near = near;
        e.state = w->state;
        e.groups = &w->groups;
        attempt(&e, theta, out);
        if (text && out->outcome == PROOF_PROVED)
            write_proof(&e, theta, out, text);
        end(&e);
        bits *= 2;
    } while (out->outcome != PROOF_PROVED && bits <= PROOF_MOST_BITS &&
             !cancel_asked());
    flint_cleanup();
}
