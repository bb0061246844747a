/* train.h - full-batch gradient descent in span coordinates.
 *
 *     W <- W + eta sum_i c_i y_i grad N(x_i),    c from loss_weights
 *
 * Row j moves by sum_i b_ji x_i with b_ji = eta u_j phi'(z_ji) y_i c_i (phi'(0) = g), so
 * W = W(0) + C X and Z = W X^T = Z(0) + C G with the Gram matrix G = X X^T: a step
 * updates Z and C and never touches W. It costs n m^2 / 4 additions (see step.h), whatever
 * d is, m^2 multiply-adds while no activation state changes (see pattern.h), and little
 * more while few do (from 32 points on, see drift.h). Z is recomputed from C every TRAIN_REFRESH_STEPS, so rounding does not pile up. Where there are
 * to be no squares of m (network_slim), as for a linear model of very many points, a step
 * forms W = W(0) + C X and Z = W X^T anew: 2 n m r multiply-adds.
 *
 * `growing_gd` is normalized_gd whose step grows with the sum t of the steps before it,
 *
 *     eta_k = max(eta, min(eta x^(5/4), 0.3 / max_i |dq_i/dt|)),   x = t / (600 eta).
 *
 * Weights and margins grow in proportion to t, so a step is at first 1/600 of what has
 * been reached, as it was with 600 steps of eta, and slowly becomes more, as fewer
 * and fewer gates are still to move. The second bound, with dq_i/dt of the last step,
 * keeps the weights c_i stable.
 *
 * INITIALIZE: W(0). ITERATE: the step. TEST, every TRAIN_CHECK_STEPS steps: stop when
 *     alignment = |theta/|theta| + grad/|grad|| <= tolerance,
 * the distance between the directions of theta and of minus the loss gradient. It bounds
 * the relative KKT residual eps/|theta| from above and is zero in the limit of training
 * (Lyu & Li 2020; Ji & Telgarsky 2020), except on kinks, where the gradient never settles.
 * Within a pattern alignment is first taken from margins and products alone, and from theta
 * only where it may be down to the tolerance.
 * Or, when an exact solver takes over afterwards (kkt.h), stop when the points are separated
 * and no gate, the activation state of a same-class pair (y_i u_j > 0), has changed for
 * `stable_steps` steps of length eta: the exact point depends on the gates alone.
 *
 * Two ends are looked for at every step and found at the first one: with STOP_SEPARATED
 * that every margin is positive (no training error), and with a loss that is 0 from some
 * margin on that all are there (zero loss: no step moves anything any more, and
 * alignment, of a gradient that is 0, is undefined).
 * Or, with `watched` points, as soon as the smallest q_i of these is at least target |theta|.
 */
#ifndef SWEEP_TRAIN_H
#define SWEEP_TRAIN_H

#include "sweep/loss.h"
#include "sweep/memory.h"
#include "sweep/network.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    TRAIN_CHECK_STEPS = 128,
    TRAIN_REFRESH_STEPS = 8 * TRAIN_CHECK_STEPS,
    TRAIN_GROWTH_STEPS = 600
};

/* In the order of stop_reason_words. */
enum train_stop {
    TRAIN_TOLERANCE,
    TRAIN_STEP_LIMIT,
    TRAIN_NON_FINITE,
    TRAIN_CANCELLED,
    TRAIN_GATES_STABLE,
    TRAIN_SEPARATED,
    TRAIN_ZERO_LOSS
};

/* What ends training beside the rest: nothing, or that the points are separated. */
enum stop_rule { STOP_STEPS, STOP_SEPARATED };

struct train_options {
    enum loss_kind loss;
    enum optimizer optimizer;
    double learning_rate; /* eta */
    uint64_t max_steps;
    double tolerance;      /* 0: not a reason to stop */
    uint64_t stable_steps; /* 0: not a reason to stop; counted in whole checks */
    enum stop_rule stop;
    const size_t *watched; /* (watched_count) points; none: not a reason to stop */
    size_t watched_count;
    double target;
};

struct train_result {
    enum train_stop stop;
    uint64_t steps;
    double alignment; /* at the end; NAN if undefined */
    double margin;    /* smallest at the end */
    bool back;        /* the watched points ended it; `stop` has no word for that */
    double loss_sum;  /* over the steps taken, of the loss before each */
};

struct step_state;
struct pattern;
struct drift;
struct descent;

struct train_workspace {
    struct step_state *step; /* pre-activations, coefficients and states in tiles */
    struct pattern *pattern; /* steps in which no state changes */
    struct drift *drift;     /* steps in which few do */
    double *G;               /* (m, m); NULL if slim */
    double *Z0;              /* (n, m) pre-activations of W(0) */
    double *Z;               /* (n, m) */
    double *C;               /* (n, m) coefficients or increments, row-major */
    double *direction;       /* (n, r) minus the gradient */
    double *margin;          /* (m) */
    double *weight;          /* (m) */
    double *loss;            /* (2, m) of the steps since they were last summed */
    double *loss_before;     /* (2, m) the same where a chunk of the pattern starts */
    size_t size;             /* bytes of all this, from `step` on */
};

/* What a training kept for one with more steps: its state where the two part. */
struct train_history {
    bool begun; /* false: nothing is kept, train_on starts from W0 */
    bool over;  /* it ended before its max_steps: one with more is the same */
    struct train_result result;
    struct descent *descent;
    char *state; /* of the workspace */
    double *W;   /* (n, r) where it is over */
};

/* Memory: 3 m^2 + 7 n m doubles and some 100 m, from 32 points on 4 m^2 + 10 n m; if slim
 * 5 n m and some 40 m. */
void train_layout(struct train_workspace *w, size_t n, size_t m, size_t r,
                  struct arena *a);

/* theta (output) starts from W0 (n, r), perp_norm. On TRAIN_NON_FINITE and
 * TRAIN_CANCELLED (see cancel.h) theta is what it was then. */
void train_run(const struct network *net, const struct points *p, const double *W0,
               double perp_norm, const struct train_options *o,
               struct train_workspace *w, struct weights *theta,
               struct train_result *result);

/* Of a workspace just laid out; as large as that and n r doubles. */
void train_layout_history(struct train_history *h, const struct train_workspace *w,
                          size_t n, size_t r, struct arena *a);

/* train_run, bit for bit. With h->begun it goes on from what the last train_on with `h`
 * kept of the same training with fewer max_steps: less than TRAIN_CHECK_STEPS steps are
 * taken twice, as from its last test on a training knows that it is to end. In between the
 * workspace may serve others. */
void train_on(const struct network *net, const struct points *p, const double *W0,
              double perp_norm, const struct train_options *o,
              struct train_workspace *w, struct train_history *h, struct weights *theta,
              struct train_result *result);

#endif
