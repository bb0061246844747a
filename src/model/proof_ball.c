#include "proof_ball.h"
#include "sweep/cancel.h"
#include <math.h>

bool proof_available(void)
{
    return true;
}

const char *proof_library(void)
{
#ifdef SWEEP_FLINT_3
    return "FLINT " FLINT_VERSION;
#else
    return "FLINT " FLINT_VERSION ", Arb beside it";
#endif
}

/* The Gram matrix, the three of the kinks, the system, its factor and one to spare are of
 * all digits; points and sums of weights need no more than a double or two has. */
double proof_bytes(size_t n, size_t m, size_t r)
{
    static const double SHORT = sizeof(arb_struct), ALLOCATION = 16;
    double square = (double)m * (double)m;
    double whole = SHORT + PROOF_MOST_BITS / 8 + ALLOCATION;
    return 7.0 * square * whole + ((double)m + (double)n) * (double)r * SHORT;
}

void balls_row(arb_ptr to, const double *from, size_t r)
{
    for (size_t k = 0; k < r; k++)
        arb_set_d(to + k, from[k]);
}

void balls_init(struct balls *b, const struct points *p, slong bits)
{
    size_t m = p->m, r = p->r;
    slong square = (slong)(m * m);
    *b = (struct balls){.bits = bits, .p = p};
    b->X = _arb_vec_init((slong)(m * r));
    b->G = _arb_vec_init(square);
    b->kinks = (struct kinks){.index = flint_calloc(m, sizeof(size_t)),
                              .later = flint_calloc(m, sizeof(size_t)),
                              .kink = flint_calloc(m, sizeof(bool)),
                              .U = _arb_vec_init(square),
                              .V = _arb_vec_init(square),
                              .L = _arb_vec_init(square),
                              .D = _arb_vec_init((slong)m),
                              .y = _arb_vec_init((slong)m)};
    balls_row(b->X, p->X, m * r);
    for (size_t i = 0; i < m && !cancel_asked(); i++)
        for (size_t k = 0; k <= i; k++) {
            arb_dot(b->G + i * m + k, NULL, 0, b->X + i * r, 1, b->X + k * r, 1,
                    (slong)r, bits);
            arb_set(b->G + k * m + i, b->G + i * m + k);
        }
}

void balls_clear(struct balls *b)
{
    slong m = (slong)b->p->m, r = (slong)b->p->r;
    struct kinks *k = &b->kinks;
    _arb_vec_clear(b->X, m * r);
    _arb_vec_clear(b->G, m * m);
    _arb_vec_clear(k->U, m * m);
    _arb_vec_clear(k->V, m * m);
    _arb_vec_clear(k->L, m * m);
    _arb_vec_clear(k->D, m);
    _arb_vec_clear(k->y, m);
    flint_free(k->index);
    flint_free(k->later);
    flint_free(k->kink);
}

/* Whether x_i is x_k or -x_k. */
static bool is_copy(const struct points *p, size_t i, size_t k)
{
    const double *a = p->X + i * p->r, *b = p->X + k * p->r;
    bool same = true, opposite = true;
    for (size_t c = 0; c < p->r && (same || opposite); c++) {
        same &= a[c] == b[c];
        opposite &= a[c] == -b[c];
    }
    return same || opposite;
}

/* Point k becomes the next pivot. False where it is not proved to be independent. */
static bool add_pivot(struct balls *b, size_t k)
{
    struct kinks *s = &b->kinks;
    size_t m = b->p->m, a = s->count;
    arb_ptr D = s->D + a, U = s->U, V = s->V;
    arb_t inverse;
    arb_dot(D, b->G + k * m + k, 1, U + k * m, 1, V + k * m, 1, (slong)a, b->bits);
    if (!arb_is_positive(D))
        return false;
    arb_init(inverse);
    arb_inv(inverse, D, b->bits);
    for (size_t i = 0; i < m; i++) {
        arb_dot(U + i * m + a, b->G + i * m + k, 1, U + i * m, 1, V + k * m, 1,
                (slong)a, b->bits);
        arb_mul(V + i * m + a, U + i * m + a, inverse, b->bits);
    }
    for (size_t c = 0; c < a; c++)
        arb_set(s->L + a * m + c, V + k * m + c);
    arb_clear(inverse);
    s->index[s->count++] = k;
    return true;
}

bool kinks_imply(const struct balls *b, size_t i)
{
    const struct kinks *s = &b->kinks;
    bool copy = s->full;
    for (size_t a = 0; a < s->count && !copy; a++)
        copy = is_copy(b->p, i, s->index[a]);
    return copy;
}

bool kinks_factor(struct balls *b, size_t wanted)
{
    struct kinks *s = &b->kinks;
    bool known = true;
    for (size_t i = 0; i < b->p->m; i++)
        s->kink[i] = false;
    s->count = s->rest = 0;
    for (size_t a = 0; a < wanted && !cancel_asked(); a++) {
        size_t k = s->index[a];
        s->kink[k] = true;
        if (s->count == b->p->r || !add_pivot(b, k))
            s->later[s->rest++] = k;
    }
    s->full = s->count == b->p->r;
    for (size_t a = 0; a < s->rest; a++) {
        known &= kinks_imply(b, s->later[a]);
        s->index[s->count + a] = s->later[a];
    }
    return known;
}

void kinks_forward(const struct balls *b, arb_ptr t)
{
    const struct kinks *s = &b->kinks;
    for (size_t a = 0; a < s->count; a++)
        arb_dot(t + a, t + a, 1, s->L + a * b->p->m, 1, t, 1, (slong)a, b->bits);
}

void kinks_solve(const struct balls *b, arb_ptr t)
{
    const struct kinks *s = &b->kinks;
    size_t m = b->p->m;
    kinks_forward(b, t);
    for (size_t a = s->count; a-- > 0;) {
        arb_div(t + a, t + a, s->D + a, b->bits);
        arb_dot(t + a, t + a, 1, s->L + (a + 1) * m + a, (slong)m, t + a + 1, 1,
                (slong)(s->count - a - 1), b->bits);
    }
}

double balls_upper(const arb_t x)
{
    arb_t t, room;
    arf_t upper;
    arb_init(t);
    arb_init(room);
    arf_init(upper);
    arb_abs(room, x);
    arb_mul_2exp_si(room, room, -60);
    arb_set_d(t, 0x1p-100);
    arb_add(room, room, t, PROOF_BITS);
    arb_add(t, x, room, PROOF_BITS);
    arb_get_ubound_arf(upper, t, PROOF_BITS);
    double value = arf_get_d(upper, ARF_RND_CEIL);
    arf_clear(upper);
    arb_clear(room);
    arb_clear(t);
    return value;
}

void balls_phi(arb_t to, const arb_t z, const arb_t leak, slong bits)
{
    if (arb_is_nonnegative(z)) {
        arb_set(to, z);
        return;
    }
    arb_mul(to, z, leak, bits);
    if (!arb_is_nonpositive(z))
        arb_union(to, to, z, bits);
}

void balls_write(FILE *text, const char *word, const arf_t x)
{
    fmpz_t mantissa, exponent;
    fmpz_init(mantissa);
    fmpz_init(exponent);
    arf_get_fmpz_2exp(mantissa, exponent, x);
    fprintf(text, "%s ", word);
    fmpz_fprint(text, mantissa);
    fputc(' ', text);
    fmpz_fprint(text, exponent);
    fputc('\n', text);
    fmpz_clear(mantissa);
    fmpz_clear(exponent);
}

void balls_write_double(FILE *text, const char *word, double x)
{
    arf_t exact;
    arf_init(exact);
    arf_set_d(exact, x);
    balls_write(text, word, exact);
    arf_clear(exact);
}

double balls_tau(const arb_t before, const arb_t after, const arb_t inner, slong bits)
{
    arb_t t;
    arb_init(t);
    arb_mul(t, before, after, bits);
    arb_rsqrt(t, t, bits);
    arb_mul(t, t, inner, bits);
    arb_neg(t, t);
    arb_add_ui(t, t, 1, bits);
    double tau = balls_upper(t);
    arb_clear(t);
    return tau;
}
