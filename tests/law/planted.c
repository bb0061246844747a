/* The bartlett sampler with a planted error: one degree of freedom too many in every chi
 * of the triangular factor. The test of its law must see it. */
#include "sweep/rng.h"

static double wrong_chi(gsl_rng *rng, double freedom)
{
    return rng_chi(rng, freedom + 1.0);
}

#define rng_chi wrong_chi
#include "../../src/model/bartlett.c"
