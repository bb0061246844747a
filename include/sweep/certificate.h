/* certificate.h - (eps, delta, tau) of an unlearned model on the retain set.
 *
 * theta' is (eps, delta, tau)-successful if some theta~ with 1 - cos(theta~, theta') <= tau
 * satisfies the KKT conditions on the retain set up to eps (stationarity) and delta
 * (complementary slackness), all margins at least 1. Three choices of theta~:
 *
 *   scaled   theta' / gamma, gamma its smallest margin on R; tau = 0.
 *   restored the nearest point to theta' with the activation states the *trained* model had
 *            on R (kinks kept on the kink), scaled to margin 1; multipliers and slopes
 *            are the trained ones up to one common factor.
 *   exact    the exact KKT point on R from theta''s own gates; eps and delta are
 *            rounding and are measured all the same.
 *
 * Where the smallest margin on R is not positive beyond rounding there is no certificate:
 * all NAN.
 */
#ifndef SWEEP_CERTIFICATE_H
#define SWEEP_CERTIFICATE_H

#include "sweep/kkt.h"
#include "sweep/multipliers.h"
#include "sweep/network.h"

enum certificate_stop {
    CERTIFIED,
    CERTIFICATE_NONE,       /* the model does not separate R */
    CERTIFICATE_UNRESOLVED, /* R's margin is too small for double precision */
    CERTIFICATE_UNSOLVED,   /* the solver behind it ended above rounding level */
    CERTIFICATE_CANCELLED   /* see cancel.h */
};

/* NAN unless CERTIFIED. eps / norm and delta / norm^2 do not depend on the scale of the
 * problem. */
struct certificate {
    double eps, delta, tau;
    double norm;   /* |theta~| */
    double margin; /* gamma, smallest margin on R before scaling; always there */
    double flips;  /* exact: gates flipped on the way */
    bool unique;   /* scaled: whether eps alone decides the multipliers */
    enum certificate_stop stop;
};

/* The trained model's multipliers on R, kept by the restored certificate. */
struct kept {
    const signed char *state; /* (n, m) activation states on R */
    const double *v;          /* (n, m) slope times multiplier on R */
    const double *lambda;     /* (m) */
};

struct certificate_workspace {
    struct multipliers_workspace *multipliers;
    struct kkt_workspace *kkt;
    /* exact may take the point it found last, kkt_again: R and warm stay the same until
     * kkt_forget */
    bool remember;
    double *W;      /* (n, r) theta~ */
    double *Z;      /* (n, m) */
    double *margin; /* (m) */
    double *lambda; /* (m) its multipliers */
    double *v;      /* (n, m) its slopes times multipliers */
    double perp;    /* its part outside the span */
    double *terms;  /* (n) T_j of network.h */
    double *C;      /* (n, m) */
    double *H;      /* (n, r) */
    struct groups groups;
    char *key; /* (n, 8 r + m) weights and states of each neuron */
    struct boxls projection;
    struct boxls_scratch scratch;
    size_t *column;             /* (m) */
    double *low, *high, *value; /* (m) */
    signed char *side;          /* (m) */
};

/* The sub-workspaces are the caller's. */
void certificate_layout(struct certificate_workspace *w, size_t n, size_t m, size_t r,
                        struct arena *a);

/* `retain` holds the points of R only. theta~, lambda and v are left in the workspace.
 * scaled starts from what was kept, if not NULL, and does not depend on it but for rounding. */
void certificate_scaled(const struct network *net, const struct points *retain,
                        const struct weights *theta, const struct kept *kept,
                        struct certificate_workspace *w, struct certificate *out);

void certificate_restored(const struct network *net, const struct points *retain,
                          const struct weights *theta, const struct kept *kept,
                          struct certificate_workspace *w, struct certificate *out);

void certificate_exact(const struct network *net, const struct points *retain,
                       const struct weights *theta, const struct kkt_guess *warm,
                       struct certificate_workspace *w, struct certificate *out);

#endif
