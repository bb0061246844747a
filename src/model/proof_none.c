/* A build without Arb: no proofs. */
#include "sweep/proof.h"
#include <math.h>

const char *proof_library(void)
{
    return "none: no proofs";
}

static const struct proof NO_PROOF = {PROOF_UNAVAILABLE, NAN, NAN, NAN, NAN, 0};

double proof_bytes(size_t n, size_t m, size_t r)
{
    (void)n, (void)m, (void)r;
    return 0.0;
}

bool proof_available(void)
{
    return false;
}

void proof_exact(const struct network *net, const struct weights *theta,
                 struct proof_workspace *w, FILE *text, struct proof *out)
{
    (void)net, (void)theta, (void)w, (void)text;
    *out = NO_PROOF;
}

void proof_near(const struct network *net, const struct points *p,
                const struct weights *theta, const struct proof_claim *near,
                struct proof_workspace *w, FILE *text, struct proof *out)
{
    (void)net, (void)p, (void)theta, (void)near, (void)w, (void)text;
    *out = NO_PROOF;
}
