/* parameters.h - the one table of every parameter a grid file may set.
 *
 * Parsing, range errors, defaults, keys of random streams, the identity of a trial,
 * help, and the SQLite schema are read off this table. A new parameter is one row in
 * parameters.c and one name in `enum parameter`.
 *
 * Every value is held as a double: numbers as they are (integers up to 2^53 are exact),
 * a boolean as 0 or 1, a choice as the index of its word, a text as an index into the
 * strings of the grid. NAN means "not set" where a parameter has no default.
 */
#ifndef SWEEP_PARAMETERS_H
#define SWEEP_PARAMETERS_H

/* The choices are enums of these modules. */
#include "sweep/dataset.h"
#include "sweep/loss.h"
#include "sweep/names.h"
#include "sweep/network.h"
#include "sweep/span.h"
#include "sweep/train.h"
#include "sweep/unlearn.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A parameter belongs to the first stage it can influence. */
enum stage { STAGE_DATA, STAGE_TRAIN, STAGE_UNLEARN, STAGE_EVALUATE };

enum parameter_type {
    PARAMETER_INTEGER,
    PARAMETER_REAL,
    PARAMETER_CHOICE,
    PARAMETER_BOOLEAN,
    PARAMETER_TEXT
};

enum parameter {
    P_DATA,
    P_SAMPLER,
    P_DIMENSION,
    P_SAMPLES,
    P_NOISE,
    P_SIGNAL,
    P_SIGNAL_EXPONENT,
    P_LABEL_NOISE,
    P_CORRELATION,
    P_LABELS,
    P_TEST_DATA,
    P_CENTER,
    P_SCALE,
    P_BIAS,
    P_MODEL,
    P_LEAK,
    P_WIDTH,
    P_INIT_SCALE,
    P_LOSS,
    P_OPTIMIZER,
    P_LEARNING_RATE,
    P_MAX_STEPS,
    P_TOLERANCE,
    P_STOP,
    P_POLISH,
    P_STABLE_STEPS,
    P_METHOD,
    P_STEP_SCALE,
    P_FORGET,
    P_FORGET_WHICH,
    P_FORGET_INDEX,
    P_REQUESTS,
    P_RETAINED_VARIANCE,
    P_DESCENT_WEIGHT,
    P_UNLEARN_STEPS,
    P_TEST_SAMPLES,
    P_RETRAIN,
    P_RETRAIN_START,
    P_RELEARN_STEPS,
    P_RANKS,
    P_PROVE,
    PARAMETER_COUNT
};

/* A set of parameters is a uint64_t with one bit each. */
#define PARAMETER_BIT(p) ((uint64_t)1 << (p))
_Static_assert(PARAMETER_COUNT <= 64, "a set of parameters must fit into 64 bits");

/* Value of P_DATA for synthetic data: string 0 of every grid is "mixture". */
enum { DATA_MIXTURE };

/* Of P_RETRAIN_START. */
enum retrain_start { RETRAIN_SAME, RETRAIN_FRESH, RETRAIN_STARTS };

struct parameter_info {
    const char *name;   /* key in the grid file and column in the database */
    const char *symbol; /* of the paper, "" if none */
    enum parameter_type type;
    enum stage stage;
    double low, high;        /* smallest and largest value allowed */
    int low_open, high_open; /* whether the bound itself is excluded */
    double preset;           /* default; NAN: none */
    struct names choices;    /* of a choice; low and high follow from them */
    const char *unit;        /* "" if none */
    const char *meaning;     /* one line */
};

extern const struct parameter_info parameter_table[PARAMETER_COUNT];

extern const struct names all_parameters;

/* The parameter of that name, or PARAMETER_COUNT. */
enum parameter parameter_find(const char *name);

const char *stage_name(enum stage stage);
const char *parameter_type_name(enum parameter_type type);

/* Whether the values of p are texts: a choice or a free text. */
bool parameter_is_text(enum parameter p);

/* Whether they are no numbers, having no order and no distance: the same, or a boolean. */
bool parameter_has_words(enum parameter p);

/* Word i of the choices of p; NULL: there are not so many. */
const char *parameter_word(enum parameter p, size_t i);

/* Index of a word among the choices of p, or -1. */
int parameter_choice(enum parameter p, const char *word);

/* One value for each parameter: a point of the grid. */
struct setting {
    double value[PARAMETER_COUNT];
};

/* All parameters at their defaults. */
struct setting setting_default(void);

/* 1 if `value` of p is inside its range (and whole or even where it must be); else 0
 * and a message "must be ..., got ..." without the parameter's name goes to buffer. */
int parameter_in_range(enum parameter p, double value, char *buffer, size_t size);

/* Rules between parameters of one cell: forget < samples, ReLU needs init_scale > 0, a
 * sampler needs its dimension, ... Returns 0, or 1 with the parameter to blame and the
 * message ("'forget' must be less than 'samples', got 10 of 10"). Give it a setting
 * that setting_canonical has completed. */
int setting_check(const struct setting *s, enum parameter *blame, char *buffer,
                  size_t size);

/* Complete and canonicalise: derive `signal` from `signal_exponent`; set what a choice
 * makes meaningless to its one value (leak of relu is 0, of linear 1; width of linear
 * 1; step_scale of none and retrain 0). Two settings that mean the same trial
 * become equal bit for bit, except for `signal_exponent`, which stays for tables to
 * group by. */
void setting_canonical(struct setting *s);

/* Which of the forget sets of its kind (forget_which) a setting means: two settings of
 * equal kind and number forget the same points of the same trained model. */
static inline size_t setting_forget_set(const struct setting *s)
{
    enum parameter p =
        s->value[P_FORGET_WHICH] == FORGET_INDEX ? P_FORGET_INDEX : P_FORGET;

    return (size_t)s->value[p];
}

/* The training of a setting, whenever it is looked at: settings that are then equal up to
 * STAGE_TRAIN share one, from the same W(0). */
static inline struct setting setting_training(const struct setting *s)
{
    struct setting training = *s;

    training.value[P_MAX_STEPS] = parameter_table[P_MAX_STEPS].preset;
    return training;
}

/* Whether two values of a parameter are equal, "not set" being equal to itself. */
int parameter_same(double a, double b);

/* The set of parameters that have no effect in this setting. */
uint64_t setting_idle(const struct setting *s);

/* Why p can be without effect: "model is never leaky_relu"; "" if it never is. */
const char *parameter_idle_reason(enum parameter p);

/* The set of parameters the canonical value of p is made from, p among them. */
uint64_t parameter_sources(enum parameter p);

#endif
