#include "sweep/rng.h"

#include <gsl/gsl_randist.h>
#include <math.h>
#include <pthread.h>
#include <stdbool.h>
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

/* GSL's ziggurat takes one word for 99 of 100 normals: bits 8 .. 31 times a width that
 * bits 0 .. 7 choose, unless that is not below a limit. Both are found by asking it, so
 * that its bits are given without its calls. */
static struct {
    double width[256];
    uint32_t limit[256];
} ziggurat;

enum { WORD_BITS = 32, LAYER_BITS = 8 };

/* A generator that gives one word, and then what ends every search. */
struct probe {
    unsigned long word;
    size_t taken;
};

static unsigned long probe_get(void *state)
{
    struct probe *p = state;
    return p->taken++ == 0 ? p->word : 1 << LAYER_BITS;
}

static double probe_get_double(void *state)
{
    struct probe *p = state;
    p->taken++;
    return 0.5;
}

/* Whether the first word decides; the normal it gives. */
static bool probe_word(unsigned long word, double *normal)
{
    static const gsl_rng_type type = {.name = "probe",
                                      .max = 0xffffffff,
                                      .size = sizeof(struct probe),
                                      .get = probe_get,
                                      .get_double = probe_get_double};
    struct probe p = {.word = word};
    gsl_rng rng = {.type = &type, .state = &p};
    *normal = gsl_ran_gaussian_ziggurat(&rng, 1.0);
    return p.taken == 1;
}

static void learn_ziggurat(void)
{
    for (unsigned long layer = 0; layer < 256; layer++) {
        double normal;
        uint32_t limit = 0;
        for (uint32_t step = 1 << (WORD_BITS - LAYER_BITS); step > 0; step /= 2)
            if ((limit + step - 1) >> (WORD_BITS - LAYER_BITS) == 0 &&
                probe_word((limit + step - 1ul) << LAYER_BITS | layer, &normal))
                limit += step;
        ziggurat.limit[layer] = limit;
        probe_word(1ul << LAYER_BITS | layer, &ziggurat.width[layer]);
    }
}

/* Words of the stream before the next one. */
static uint64_t position_of(const struct stream *s)
{
    return HALVES * s->next - HALVES + s->used;
}

static void move_to(struct stream *s, uint64_t position)
{
    s->next = position / HALVES;
    s->used = HALVES;
    if (position % HALVES > 0) {
        stream_get(s);
        s->used = position % HALVES;
    }
}

/* Blocks from that number on, as words. */
static void fill_words(const struct stream *s, uint64_t block, size_t count,
                       uint32_t *word)
{
    for (size_t i = 0; i < count; i++) {
        philox4x64_ctr_t counter = {{block + i, 0, 0, 0}};
        counter = philox4x64(counter, s->key);
        for (size_t k = 0; k < HALVES; k++)
            word[i * HALVES + k] = (uint32_t)(counter.v[k / 2] >> (k % 2 ? 32 : 0));
    }
}

/* Normals of words that decide alone; returns how many come before one that does not. */
static size_t take_normals(const uint32_t *word, size_t count, double *out)
{
    size_t i = 0;
    for (; i < count; i++) {
        uint32_t layer = word[i] & 255, part = word[i] >> LAYER_BITS;
        if (part >= ziggurat.limit[layer])
            break;
        out[i] = (int32_t)part * ziggurat.width[layer];
    }
    return i;
}

void rng_normals(gsl_rng *rng, double *out, size_t count)
{
    enum { BLOCKS = 32 };
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct stream *s = gsl_rng_state(rng);
    uint32_t word[BLOCKS * HALVES];
    uint64_t at = position_of(s), first = 0, end = 0; /* word: first .. end - 1 */

    pthread_once(&once, learn_ziggurat);
    for (size_t i = 0; i < count;) {
        if (at >= end) {
            size_t blocks = (at % HALVES + (count - i) + HALVES - 1) / HALVES;
            blocks = blocks < BLOCKS ? blocks : BLOCKS;
            first = at - at % HALVES;
            end = first + blocks * HALVES;
            fill_words(s, first / HALVES, blocks, word);
        }
        size_t most = count - i < end - at ? count - i : end - at;
        size_t taken = take_normals(word + (at - first), most, out + i);
        i += taken;
        at += taken;
        if (taken < most) {
            move_to(s, at);
            out[i++] = gsl_ran_gaussian_ziggurat(rng, 1.0);
            at = position_of(s);
        }
    }
    move_to(s, at);
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
