/* Proofs of the exact points of a unit, and of bounds of its certificates. */
#include "trial_unit.h"
#include <math.h>

static void put_point(double *value, enum column first, const struct proof *proof)
{
    value[first] = proof->outcome;
    value[first + 1] = proof->outcome == PROOF_PROVED;
    value[first + 2] = proof->gap;
    value[first + 3] = proof->bits;
}

/* Where the claim `name` is written, or NULL. */
static FILE *begin_claim(const struct unit *u, const char *name)
{
    FILE *text = u->watch ? u->watch->proof : NULL;
    if (text)
        fprintf(text, "claim %s\n", name);
    return text;
}

static void end_claim(FILE *text, const struct proof *proof)
{
    if (text && proof->outcome != PROOF_PROVED)
        fprintf(text, "undecided %s\n",
                column_table[C_EXACT_PROOF].words[proof->outcome]);
}

/* Prove the pattern in the workspace. */
static void prove(const struct unit *u, const char *name, const struct weights *theta,
                  struct proof *out)
{
    struct trial_workspace *ws = u->ws;
    FILE *text = begin_claim(u, name);
    proof_exact(&ws->shape.net, theta, &ws->proof, text, out);
    end_claim(text, out);
}

void trial_prove_trained(struct unit *u, struct record *r)
{
    struct trial_workspace *ws = u->ws;
    const struct trained *t = &ws->trained;
    struct proof_claim point = {t->theta.W, t->theta.terms, t->lambda, t->v};
    if (!u->prove || !ws->shape.polish)
        return;
    if (u->proof.bits == 0) {
        proof_pattern_of(&ws->shape.net, &u->points, &point, &ws->proof);
        prove(u, "trained", NULL, &u->proof);
    }
    put_point(r->value, C_TRAINED_PROOF, &u->proof);
}

static void prove_exact(struct unit *u, const struct proof_claim *point,
                        struct record *r)
{
    struct trial_workspace *ws = u->ws;
    struct proof proof;
    proof_pattern_of(&ws->shape.net, &u->retain, point, &ws->proof);
    prove(u, "exact", &ws->unlearned, &proof);
    put_point(r->value, C_EXACT_PROOF, &proof);
    r->value[C_EXACT_PROVED_TAU] = proof.tau;
}

void trial_prove(struct unit *u, enum step step, const struct certificate *c,
                 struct record *r)
{
    struct trial_workspace *ws = u->ws;
    const struct certificate_workspace *w = &ws->certificate;
    struct proof_claim near = {w->W, w->terms, w->lambda, w->v};
    struct proof proof;
    if (!u->prove || c->stop != CERTIFIED)
        return;
    if (step == STEP_EXACT) {
        prove_exact(u, &near, r);
        return;
    }
    bool scaled = step == STEP_SCALED;
    enum column first = scaled ? C_SCALED_PROVED_EPS : C_RESTORED_PROVED_EPS;
    FILE *text = begin_claim(u, scaled ? "scaled" : "restored");
    proof_near(&ws->shape.net, &u->retain, &ws->unlearned, &near, &ws->proof, text,
               &proof);
    end_claim(text, &proof);
    r->value[first] = proof.eps;
    r->value[first + 1] = proof.delta;
    r->value[first + 2] = proof.tau;
}
