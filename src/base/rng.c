#include "sweep/rng.h"

#include <gsl/gsl_randist.h>
#include <math.h>
#include <string.h>

#include <Random123/philox.h>

/* The key of the hash: the first 128 bits behind the point of pi. */
static const philox4x64_key_t HASH_KEY = {{0x243f6a8885a308d3, 0x13198a2e03707344}};

/* Stands where bytes have their number: no string is as long. */
static const uint64_t LENGTH_OF_WORD = UINT64_MAX;

static struct rng_key key_mix(struct rng_key key, uint64_t word, uint64_t length)
{
    philox4x64_ctr_t counter = {{key.word[0], key.word[1], word, length}};

    counter = philox4x64(counter, HASH_KEY);
    return (struct rng_key){{counter.v[0], counter.v[1]}};
}

struct rng_key rng_key_start(void)
{
    return (struct rng_key){{0, 0}};
}

struct rng_key rng_key_word(struct rng_key key, uint64_t word)
{
    return key_mix(key, word, LENGTH_OF_WORD);
}

/* The length is that of what is left, so that the first word says how many
 * come after it and no two sequences of strings absorb the same words. */
struct rng_key rng_key_bytes(struct rng_key key, const void *bytes, size_t count)
{
    const unsigned char *byte = bytes;

    do {
        size_t taken = count < 8 ? count : 8;
        uint64_t word = 0;

        for (size_t i = 0; i < taken; i++) /* little-endian on every machine */
            word |= (uint64_t)byte[i] << (8 * i);
        key = key_mix(key, word, count);
        byte += taken;
        count -= taken;
    } while (count > 0);
    return key;
}

struct rng_key rng_key_text(struct rng_key key, const char *text)
{
    return rng_key_bytes(key, text, strlen(text));
}

struct rng_key rng_key_real(struct rng_key key, double value)
{
    uint64_t bits;

    if (value == 0.0)
        value = 0.0; /* drops a sign */
    memcpy(&bits, &value, sizeof bits);
    return rng_key_word(key, bits);
}

/* Block n of a stream is philox(counter = (n, 0, 0, 0)) under its key. */
struct stream {
    philox4x64_key_t key;
    philox4x64_ctr_t block; /* the current one */
    uint64_t next;          /* number of the block after it */
    uint64_t used;          /* 32-bit halves taken of the block, 0..8; low half first */
};

enum { HALVES = 8 };

static void stream_start(struct stream *s, uint64_t low, uint64_t high)
{
    *s = (struct stream){.key = {{low, high}}, .used = HALVES};
}

static void stream_set(void *state, unsigned long seed)
{
    stream_start(state, seed, 0);
}

static unsigned long stream_get(void *state)
{
    struct stream *s = state;
    uint64_t word;

    if (s->used == HALVES) {
        philox4x64_ctr_t counter = {{s->next++, 0, 0, 0}};

        s->block = philox4x64(counter, s->key);
        s->used = 0;
    }
    word = s->block.v[s->used / 2] >> (s->used % 2 ? 32 : 0);
    s->used++;
    return word & 0xffffffff;
}

static double stream_get_double(void *state)
{
    uint64_t low = stream_get(state);
    uint64_t high = stream_get(state);

    return (double)((high << 32 | low) >> 11) * 0x1p-53;
}

static const gsl_rng_type philox_type = {
    .name = "philox",
    .max = 0xffffffff,
    .min = 0,
    .size = sizeof(struct stream),
    .set = stream_set,
    .get = stream_get,
    .get_double = stream_get_double,
};

const gsl_rng_type *const rng_philox = &philox_type;

void rng_start(gsl_rng *rng, struct rng_key key)
{
    stream_start(gsl_rng_state(rng), key.word[0], key.word[1]);
}

void rng_normals(gsl_rng *rng, double *out, size_t count)
{
    for (size_t i = 0; i < count; i++)
        out[i] = gsl_ran_gaussian_ziggurat(rng, 1.0);
}

double rng_chi(gsl_rng *rng, double freedom)
{
    return freedom > 0.0 ? sqrt(gsl_ran_chisq(rng, freedom)) : 0.0;
}

void rng_permutation(gsl_rng *rng, size_t *order, size_t count)
{
    for (size_t i = 0; i < count; i++)
        order[i] = i;
    if (count > 1) /* of 0 things the shuffle would not end */
        gsl_ran_shuffle(rng, order, count, sizeof *order);
}
