/* Private to trial*.c: one unit on its way through the stages. */
#ifndef TRIAL_UNIT_H
#define TRIAL_UNIT_H

#include "trial_workspace.h"

/* The steps of a trial that somebody may look on at. */
enum step {
    STEP_DATA,
    STEP_TRAIN,
    STEP_RETRAIN,
    STEP_RETRAIN_FRESH,
    STEP_SCALED, /* the certificates: only where there is one, theta~ in the workspace */
    STEP_RESTORED,
    STEP_EXACT,
    STEP_UNLEARN
};

/* Who looks on: called as each step ends, with the record that the step wrote. */
struct watch {
    struct extras extras;
    FILE *proof; /* NULL, or where proofs are written; extras.prove makes them */
    void (*ended)(void *context, enum step step, const struct record *r);
    void *context;
};

struct unit {
    struct trial_workspace *ws;
    const struct watch *watch;     /* NULL: nobody */
    const struct setting *setting; /* any cell's: data and train parameters agree, but
                                    * for the checkpoint */
    double steps;                  /* and that is this */
    struct points points;          /* all m */
    struct points retain;          /* R of the forget count at hand */
    size_t forget_count;
    struct record record; /* the columns that all cells share, and an early failure */
    struct rank rank[RANKED_MODELS]; /* with shape.ranks */
    bool prove;                      /* the cell at hand wants proofs */
    struct proof proof;              /* of the trained model, once one was wanted */
    double retrain_steps;            /* of the retrained model, if any */
    double start_cosine; /* of what both starts have outside the span; 1: one start */
    double
        retain_margin; /* smallest retained margin of the unlearned model, NAN: none */
};

/* Note a failure; the first one is the trial's reason. */
void trial_fail(struct record *r, enum trial_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Pre-activations (n, m) of weights on points, into ws->Z. */
void trial_preactivations(struct unit *u, const double *W, const struct points *p);

/* Stage data: points, labels, W(0), test points. */
void trial_draw(struct unit *u);

/* Stage train: the trained model at margin 1 (an exact KKT point if asked for), its
 * multipliers and slopes. */
void trial_train(struct unit *u);

struct train_options trial_train_options(const struct unit *u);

/* Ranks along the training that has just ended well. */
void trial_ranks(struct unit *u);

/* Gather R for the forget set of a setting, and what the trained model says on it. */
void trial_split(struct unit *u, const struct setting *s);

/* Whether neuron j of the trained model is dead: no training point activates it. */
bool trial_is_dead(const struct unit *u, size_t j);

/* The model trained on R alone, from the same W(0) or a fresh one. A failure is reported in
 * r. */
void trial_retrain(struct unit *u, enum retrain_start start, struct record *r);

/* A certificate is ready: whoever looks on may look. */
void trial_certified(struct unit *u, enum step step, const struct certificate *c,
                     const struct record *r);

/* Proofs, where the cell wants them: of the trained model, and of the certificate of this
 * step, which is in its workspace. Their columns go to r. */
void trial_prove_trained(struct unit *u, struct record *r);
void trial_prove(struct unit *u, enum step step, const struct certificate *c,
                 struct record *r);

/* Stages unlearn and evaluate of one cell, into r, which holds the shared columns.
 * The retrained model must be there if the cell asks for it. */
void trial_evaluate(struct unit *u, const struct setting *s, struct record *r);

/* theta' of the cell's method into ws->unlearned; false after a failure, noted in r. */
bool trial_unlearn(struct unit *u, const struct setting *s, struct record *r);

/* The retrained model that a cell compares with. */
struct trained *trial_reference(struct unit *u, const struct setting *s);

/* Of trial_evaluate: what the models do on test points, and how far they are from each
 * other there and in weights. The margins of the trained model are in ws->before. */
void trial_compare(struct unit *u, const struct setting *s, struct record *r);

/* Steps to relearn the forgotten points, where the cell asks for it, from the unlearned and
 * the retrained model. */
void trial_relearn(struct unit *u, const struct setting *s, struct record *r);

/* trial_unit, watched; needs a workspace with room for the extras. */
int trial_unit_watched(struct trial_workspace *ws, const struct grid *g,
                       const size_t *cells, size_t count, uint64_t replicate,
                       const struct watch *watch, trial_sink *sink, void *context);

#endif
