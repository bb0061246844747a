#include "sweep/cancel.h"
#include "sweep/loss.h"
#include "train_private.h"
#include <gsl/gsl_cblas.h>
#include <math.h>
#include <string.h>

_Static_assert((int)LOSS_STEPS >= (int)TRAIN_CHECK_STEPS,
               "losses are summed at every test");

/* Margins move by at most so much in a step that is longer than the first ones. */
static const double LARGEST_CHANGE = 0.3;

void train_layout(struct train_workspace *w, size_t n, size_t m, size_t r,
                  struct arena *a)
{
    bool slim = network_slim(n, m, r);
    size_t before = a->used;
    struct step_state measured;
    struct pattern unused;
    struct drift unused_drift;
    w->step = arena_carve(a, 1, 1, sizeof *w->step);
    (slim ? step_layout_slim : step_layout)(w->step ? w->step : &measured, n, m, a);
    w->pattern = arena_carve(a, 1, 1, sizeof *w->pattern);
    if (!slim)
        pattern_layout(w->pattern ? w->pattern : &unused, n, m, a);
    w->drift = arena_carve(a, 1, 1, sizeof *w->drift);
    if (!slim && m >= DRIFT_POINTS)
        drift_layout(w->drift ? w->drift : &unused_drift, n, m, a);
    w->G = slim ? NULL : arena_doubles(a, m, m);
    w->Z0 = arena_doubles(a, n, m);
    w->Z = arena_doubles(a, n, m);
    w->C = arena_doubles(a, n, m);
    w->direction = arena_doubles(a, n, r);
    w->margin = arena_doubles(a, m, 1);
    w->weight = arena_doubles(a, m, 1);
    w->loss = arena_doubles(a, 2 * m, 1);
    w->loss_before = arena_doubles(a, 2 * m, 1);
    w->size = a->used - before;
}

/* to = from + A K, A (n, m), K (m, columns). */
static void add_product(size_t n, size_t m, size_t columns, const double *A,
                        const double *K, const double *from, double *to)
{
    memcpy(to, from, n * columns * sizeof *to);
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)n, (int)columns, (int)m,
                1.0, A, (int)m, K, (int)columns, 1.0, to, (int)columns);
}

static void load_gram(const struct points *p, struct train_workspace *w)
{
    if (p->gram)
        memcpy(w->G, p->gram, p->m * p->m * sizeof *w->G);
    else
        network_gram(p, w->G);
    step_load_gram(w->step, w->G);
}

void train_start(struct descent *d)
{
    const struct network *net = d->net;
    const struct points *p = d->p;
    struct train_workspace *w = d->w;
    struct step_state *s = w->step;
    network_preactivations(net->n, d->W0, p, w->Z0);
    step_shape(s, net->n, p->m);
    s->positive = net->n == 1 ? 1 : net->n / 2;
    s->leak = net->leak;
    step_reset(s);
    memset(s->watch, 0, s->n * s->tiles);
    for (size_t j = 0; j < s->n; j++) /* same-class pairs: y_i u_j > 0 */
        for (size_t i = 0; i < p->m; i++)
            if (network_sign(net, j) * p->y[i] > 0.0)
                s->watch[j * s->tiles + i / STEP_TILE] |=
                    (unsigned char)(1u << i % STEP_TILE);
    if (w->G)
        load_gram(p, w);
    step_load(s, w->Z0);
    w->pattern->active = false;
    drift_reset(w->drift, w->G, w->C);
    memset(w->loss, 0, 2 * p->m * sizeof *w->loss);
    d->wait = FIRST_WAIT;
    d->drift_wait = FIRST_DRIFT_WAIT;
    d->square = NAN;
}

/* The length of the next step; `change` is the largest of a margin since they were last
 * measured. */
static void set_pace(struct descent *d, double change)
{
    struct pace *pace = &d->pace;
    if (pace->stepped)
        pace->speed = change / pace->step;
    pace->stepped = false;
    pace->step = 1.0;
    if (d->o->optimizer != OPTIMIZER_GROWING_GD)
        return;
    double passed = pace->time / TRAIN_GROWTH_STEPS;
    double longer = passed * sqrt(sqrt(passed));
    pace->step = fmax(1.0, fmin(longer, LARGEST_CHANGE / pace->speed));
}

void train_note_step(struct descent *d)
{
    loss_add(d->o->loss, d->w->margin, d->w->weight, d->factor, d->p->m, d->w->loss);
    d->pace.time += d->pace.step;
    d->pace.stepped = true;
}

/* Margins, weights and the next step of the present state. False when they are not
 * finite. */
bool train_measure(struct descent *d)
{
    const struct points *p = d->p;
    struct train_workspace *w = d->w;
    double sum = 0.0, smallest = INFINITY, change = 0.0;
    for (size_t i = 0; i < p->m; i++) {
        double before = w->margin[i], moved;
        w->margin[i] = p->y[i] * d->net->u * w->step->sum[i];
        moved = fabs(w->margin[i] - before);
        change = moved > change ? moved : change;
        if (!(w->margin[i] >= smallest))
            smallest = w->margin[i];
    }
    d->result->margin = smallest;
    set_pace(d, change);
    d->factor = loss_weights(d->o->loss, d->o->optimizer, w->margin, p->m, w->weight);
    double rate = d->o->learning_rate * d->pace.step;
    for (size_t i = 0; i < p->m; i++) {
        sum += w->weight[i] + 0.0 * w->margin[i];
        w->step->beta[i] = rate * d->net->u * p->y[i] * w->weight[i];
    }
    return isfinite(sum);
}

/* theta = W(0) + C X. */
static void form_weights(const struct descent *d)
{
    struct train_workspace *w = d->w;
    step_coefficients(w->step, w->C);
    add_product(d->net->n, d->p->m, d->p->r, w->C, d->p->X, d->W0, d->theta->W);
}

/* One step with s->beta. */
static void take_step(const struct descent *d)
{
    struct train_workspace *w = d->w;
    if (w->G) {
        step_run(w->step);
        return;
    }
    step_record(w->step);
    form_weights(d);
    network_preactivations(d->net->n, d->theta->W, d->p, w->Z);
    step_arrive(w->step, w->Z);
}

/* Z afresh from C; without G it is at every step. */
static void synchronise(const struct descent *d)
{
    struct train_workspace *w = d->w;
    if (!w->G)
        return;
    if (w->pattern->active)
        pattern_leave(w->pattern, w->step);
    step_coefficients(w->step, w->C);
    add_product(d->net->n, d->p->m, d->p->m, w->C, w->G, w->Z0, w->Z);
    step_load(w->step, w->Z);
    w->drift->formed = false;
}

static double square_length(const struct descent *d)
{
    double length = weights_norm(d->net->n, d->p->r, d->theta);
    return length * length;
}

/* |theta/|theta| - D/|D||, D = sum_i weight_i h_i. */
static double alignment(const struct descent *d)
{
    const struct network *net = d->net;
    const struct points *p = d->p;
    struct train_workspace *w = d->w;
    struct weights direction = {.W = w->direction, .perp = 0.0};
    size_t m = p->m;
    network_preactivations(net->n, d->theta->W, p, w->Z);
    for (size_t j = 0; j < net->n; j++) {
        double u = network_sign(net, j) * net->u;
        for (size_t i = 0; i < m; i++)
            w->C[j * m + i] =
                (w->Z[j * m + i] > 0.0 ? u : net->leak * u) * p->y[i] * w->weight[i];
    }
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)net->n, (int)p->r,
                (int)m, 1.0, w->C, (int)m, p->X, (int)p->r, 0.0, w->direction,
                (int)p->r);
    return sqrt(2.0 * weights_cosine_distance(net->n, p->r, d->theta, &direction));
}

/* Whether the watched points are where they are to be. A step of rows D makes |theta|^2
 * larger by 2 <theta, D> + |D|^2, and <theta, D> is a sum over margins: theta is only formed
 * where what is left out may decide. */
static bool watched_back(struct descent *d)
{
    const struct train_options *o = d->o;
    struct step_state *s = d->w->step;
    double smallest = INFINITY;
    if (o->watched_count == 0)
        return false;
    double coming = 2.0 * cblas_ddot((int)s->m, s->beta, 1, s->sum, 1);
    for (size_t k = 0; k < o->watched_count; k++)
        smallest = fmin(smallest, d->w->margin[o->watched[k]]);
    bool back = smallest >= o->target * sqrt(fmax(0.0, d->least));
    if (back) {
        form_weights(d);
        d->least = square_length(d);
        back = smallest >= o->target * sqrt(d->least);
    }
    d->least += coming;
    return back;
}

/* Whether the alignment may be down to the tolerance. Within a pattern it follows from
 * <theta, h_i> = q_i and |theta|^2 where the pattern began, up to the rounding of cos.
 */
static bool may_be_aligned(const struct descent *d)
{
    struct pattern *q = d->w->pattern;
    struct step_state *s = d->w->step;
    if (!q->active || isnan(d->square))
        return true;
    double inner = cblas_ddot((int)s->m, s->beta, 1, s->sum, 1);
    double lengths = (d->square + pattern_growth(q, s)) * pattern_square(q, s, s->beta);
    double square = 2.0 * (1.0 - inner / sqrt(lengths));
    return !(square > 4.0 * d->o->tolerance * d->o->tolerance + 1e-10);
}

/* Whether there is an end that no test has to look for. */
bool train_arrived(const struct descent *d)
{
    double margin = d->result->margin, flat = loss_table[d->o->loss].flat;
    return (d->o->stop == STOP_SEPARATED && margin > 0.0) ||
           (flat > 0.0 && margin >= flat);
}

/* TEST. Whether to stop, and why. */
static bool ended(struct descent *d, bool finite)
{
    const struct train_options *o = d->o;
    struct train_result *result = d->result;
    struct step_state *s = d->w->step;
    bool moved = s->moved || result->steps == 0, pattern = d->w->pattern->active;
    d->stable = moved ? 0.0 : d->stable + (d->pace.time - d->tested);
    d->tested = d->pace.time;
    s->moved = 0;
    bool last = result->steps == o->max_steps;
    bool settled = o->stable_steps > 0 && d->stable >= (double)o->stable_steps &&
                   result->margin > 0.0;
    bool cancelled = cancel_asked();
    bool looked_at = !finite || last || settled || cancelled || train_arrived(d) ||
                     (o->tolerance > 0.0 && may_be_aligned(d));
    bool afresh = looked_at || result->steps % TRAIN_REFRESH_STEPS == 0;
    if (afresh) {
        synchronise(d);
        finite = train_measure(d) && finite;
    }
    if (looked_at) {
        form_weights(d);
        result->alignment = finite ? alignment(d) : NAN;
    }
    if (!finite)
        result->stop = TRAIN_NON_FINITE;
    else if (train_arrived(d))
        result->stop = o->stop == STOP_SEPARATED ? TRAIN_SEPARATED : TRAIN_ZERO_LOSS;
    else if (o->tolerance > 0.0 && result->alignment <= o->tolerance)
        result->stop = TRAIN_TOLERANCE;
    else if (settled)
        result->stop = TRAIN_GATES_STABLE;
    else if (cancelled)
        result->stop = TRAIN_CANCELLED;
    else if (afresh && pattern && !last) {
        pattern_enter(d->w->pattern, d->net, s);
        d->square = looked_at ? square_length(d) : NAN;
    }
    return last || result->stop != TRAIN_STEP_LIMIT;
}

/* One that looks at every pre-activation, now and then to see how fast they move. */
static void full_step(struct descent *d)
{
    struct drift *q = d->w->drift;
    bool looks =
        train_has_chunks(d) && d->p->m >= DRIFT_POINTS && ++d->full >= d->drift_wait;
    if (looks)
        drift_before(q, d->w->step);
    take_step(d);
    if (looks) {
        drift_after(q, d->w->step);
        d->drift_length = DRIFT_SHORTEST;
    }
}

static uint64_t steps_to_test(const struct descent *d)
{
    uint64_t steps = d->result->steps;
    uint64_t check = TRAIN_CHECK_STEPS - steps % TRAIN_CHECK_STEPS;
    return check < d->o->max_steps - steps ? check : d->o->max_steps - steps;
}

/* All that a step reads or changes is in the descent and in the workspace. */
static void keep_state(const struct descent *d)
{
    struct train_history *h = d->history;
    h->begun = true;
    h->result = *d->result;
    *h->descent = *d;
    memcpy(h->state, d->w->step, d->w->size);
}

void train_descend(struct descent *d)
{
    struct train_result *result = d->result;
    for (;;) {
        if (d->history && result->steps == train_last_common(d->o))
            keep_state(d);
        bool finite = train_measure(d);
        result->back = finite && watched_back(d);
        if (result->back)
            break;
        bool tested = !finite || result->steps == d->o->max_steps || cancel_asked() ||
                      train_arrived(d) || result->steps % TRAIN_CHECK_STEPS == 0;
        if (result->steps % TRAIN_CHECK_STEPS == 0)
            d->loss += loss_added(d->o->loss, d->p->m, d->w->loss);
        if (tested && ended(d, finite))
            break;
        uint64_t quick = train_quick_steps(d, steps_to_test(d));
        result->steps += quick;
        if (quick > 0)
            continue;
        full_step(d);
        train_note_step(d);
        result->steps++;
    }
    result->loss_sum = d->loss + loss_added(d->o->loss, d->p->m, d->w->loss);
}
