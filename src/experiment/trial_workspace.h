/* Private to trial*.c: everything one thread needs for any unit of a grid. */
#ifndef TRIAL_WORKSPACE_H
#define TRIAL_WORKSPACE_H

#include "sweep/certificate.h"
#include "sweep/evidence.h"
#include "sweep/kkt.h"
#include "sweep/memory.h"
#include "sweep/metrics.h"
#include "sweep/multipliers.h"
#include "sweep/proof.h"
#include "sweep/rank.h"
#include "sweep/span.h"
#include "sweep/train.h"
#include "sweep/trial.h"
#include "sweep/unlearn.h"

/* What decides the size of a unit. */
struct unit_shape {
    struct span_request request;
    struct network net;
    bool polish, ranks, prove;
    bool fresh; /* a model is retrained from a fresh start */
    bool relearn;
    bool requests;      /* more than one */
    size_t checkpoints; /* of its training */
};

/* One model of the unit: weights, multipliers and slopes at margin 1. */
struct trained {
    struct weights theta; /* scaled to margin 1 */
    double *lambda;       /* (m) */
    double *v;            /* (n, m) */
    const struct span *start;
    double *output;                  /* (span.tests) on test points, */
    size_t tests;                    /* the first ones, so many so far */
    double relearn_limit, relearned; /* steps it took to relearn, of at most so many; a
                                      * limit of 0: not asked for yet */
};

/* The model between two requests, at margin 1, and the points it holds. */
struct requested {
    struct points points;    /* X, y */
    double *X, *y;           /* (m, r), (m) */
    size_t *forget, *retain; /* (m) of these points */
    struct weights theta;
    double *lambda, *v; /* (m), (n, m) */
    signed char *state; /* (n, m) */
    double *once;       /* (n, r) theta' of all at once */
};

/* The models whose rank is reported, in the order of their columns. */
enum ranked { RANKED_INIT, RANKED_STEP, RANKED_TRAINED, RANKED_EXACT, RANKED_MODELS };

/* What is known of the training at one of its checkpoints. */
struct checkpoint {
    double steps; /* max_steps of its cells */
    struct trained trained;
    signed char *state; /* (n, m) activation states on all points */
    struct record
        record; /* the columns that all its cells share, and an early failure */
    struct rank rank[RANKED_MODELS]; /* with shape.ranks */
    struct proof proof;              /* of the trained model, once one was wanted */
};

struct trial_workspace {
    struct arena arena;
    gsl_rng *rng;
    struct unit_shape shape;
    struct span span;
    struct span_workspace span_work;
    struct span fresh_span; /* the same points with a fresh start */
    struct span_workspace fresh_work;
    struct train_workspace train;
    struct train_history history[RETRAIN_STARTS]; /* with more than one checkpoint */
    struct evidence_workspace evidence;           /* of a linear model */
    struct kkt_workspace kkt;
    struct multipliers_workspace multipliers;
    struct certificate_workspace certificate;
    struct metrics_workspace metrics;
    struct unlearn_workspace unlearning;
    struct rank_workspace ranks;
    struct proof_workspace proof;

    struct checkpoint *checkpoints; /* (shape.checkpoints) by their steps */
    struct trained trained;         /* on all points, at the checkpoint at hand */
    struct trained retrained; /* on the retain set, with lambda and v of its own; until
                               * then trial_ranks has it as scratch */
    struct trained fresh;     /* the same from a fresh start */
    struct weights raw;       /* trained, as training left it */
    struct weights unlearned;
    double *unlearned_output;         /* (span.tests) */
    struct requested requested;       /* with shape.requests */
    double *relearn_from, *relearned; /* (n, r) scratch, with shape.relearn */
    signed char *state;               /* (n, m) the same, its activation states */
    double *margin;                   /* (m) */
    double *before;                   /* (m) margins of trained */
    double *Z;                        /* (n, m) */

    /* The retain set of the forget count at hand, gathered. */
    bool *visited;               /* (FORGET_KINDS, m + 1) forget sets handled */
    size_t *place;               /* (m) as dataset_places gives it */
    size_t *forget, *retain;     /* (m) */
    double *retain_X, *retain_y; /* (m, r), (m) */
    double *retain_gram;         /* (m, m), NULL without all_products */
    signed char *kept_state;     /* (n, m) trained states on R */
    signed char *after_state;    /* (n, m) unlearned states on R */
    double *kept_v;              /* (n, m) trained slopes times multipliers on R */
    double *kept_lambda;         /* (m) trained multipliers on R */
};

/* Wanted though the setting itself does not need it. */
struct extras {
    bool outside;       /* W(0)_perp */
    bool tests;         /* test points of a model whose accuracy is closed form */
    bool ranks;         /* room for ranks, whether or not this setting asks for them */
    bool prove;         /* room for proofs, the same */
    bool fresh;         /* and for a model retrained from a fresh start */
    bool relearn;       /* and for descent from models of a cell */
    bool requests;      /* and for requests one after another */
    size_t checkpoints; /* and for so many of them; 0 is 1 */
};

/* The shape of the unit that a setting belongs to, without keys, with so many test
 * points if it needs them. */
struct unit_shape unit_shape_of(const struct grid *g, const struct setting *s,
                                size_t tests, struct extras extras);

/* Memory for units of the sizes that `measured` was carved for. SWEEP_OK,
 * SWEEP_NO_MEMORY. */
int trial_workspace_sized(struct trial_workspace **out, const struct arena *measured);

/* Carve the workspace for a shape: used == 0 in a fresh or rewound arena. */
void trial_workspace_layout(struct trial_workspace *ws, const struct unit_shape *shape,
                            struct arena *a);

#endif
