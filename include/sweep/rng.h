/* rng.h - counter-based random streams keyed by meaning, behind a gsl_rng_type.
 *
 * A stream is Philox4x64-10 (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as
 * easy as 1, 2, 3", SC 2011; packaged as librandom123-dev) under a 128-bit key. The key
 * is a hash of what the stream is for: the grid's seed, a purpose, the replicate and
 * the parameters it may depend on. No thread number, position or time enters, so the
 * same meaning gives the same numbers on any machine, and two meanings give independent
 * ones.
 *
 * The hash is Philox itself: every absorbed 64-bit word w turns the state (a, b) into
 * the first two words of philox(counter = (a, b, w, length), key = fixed), which is one
 * keyed permutation a word. Names enter as their bytes, eight a word, each word with
 * the number of bytes not yet absorbed, so "ab", "c" differs from "a", "bc"; a number
 * enters as one word with length 2^64 - 1. The order matters.
 */
#ifndef SWEEP_RNG_H
#define SWEEP_RNG_H

#include <gsl/gsl_rng.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rng_key {
    uint64_t word[2];
};

static inline bool rng_key_same(const struct rng_key *a, const struct rng_key *b)
{
    return a->word[0] == b->word[0] && a->word[1] == b->word[1];
}

/* The key of nothing yet absorbed. */
struct rng_key rng_key_start(void);

struct rng_key rng_key_word(struct rng_key key, uint64_t word);
struct rng_key rng_key_text(struct rng_key key, const char *text);
struct rng_key rng_key_bytes(struct rng_key key, const void *bytes, size_t count);

/* The exact bits of a double; -0.0 counts as 0.0. */
struct rng_key rng_key_real(struct rng_key key, double value);

/* 32-bit words in [0, 2^32-1], doubles in [0, 1) with 53 random bits. A stream holds
 * 2^67 words. */
extern const gsl_rng_type *const rng_philox;

/* Start the stream of `key` at its beginning. rng must be of type rng_philox.
 * gsl_rng_set(rng, s) starts the stream of key (s, 0): use this function instead. */
void rng_start(gsl_rng *rng, struct rng_key key);

/* count independent N(0, 1) numbers: the bits of gsl_ran_gaussian_ziggurat at half its
 * cost. rng must be of type rng_philox. */
void rng_normals(gsl_rng *rng, double *out, size_t count);

/* chi-distributed with `freedom` > 0 degrees of freedom: the length of a standard
 * normal vector with that many entries. freedom 0 gives 0. */
double rng_chi(gsl_rng *rng, double freedom);

/* 0..count-1 in a uniformly random order (Fisher-Yates, unbiased). count < 2^32. */
void rng_permutation(gsl_rng *rng, size_t *order, size_t count);

#endif
