/* results.h - what a table, a figure or a rule can ask for: the columns of a trial, and
 * results of one's own, made from them by an expression (expression.h).
 *
 * Own result k has the number COLUMN_OWN + k, so that an `enum column` names any of
 * them. Its expression may mention parameters, columns and the own results before it.
 * It is evaluated in every trial, and what a table shows are statistics of these values:
 * the mean of restored_eps / norm is a mean of ratios, not the ratio of two means. What
 * is undefined in a trial makes what is computed from it undefined there: a division by
 * zero, a logarithm of 0, a column that an older program did not have. A text is
 * undefined too.
 *
 * An audit is an own result of all trials of a row together: ks(a ~ b), of the pairs of
 * two expressions, is a statistic of audit.h with its interval. It has no value in a
 * trial, and no expression may mention it.
 */
#ifndef SWEEP_RESULTS_H
#define SWEEP_RESULTS_H

#include "sweep/audit.h"
#include "sweep/columns.h"
#include "sweep/expression.h"

/* Zero-initialised: no own results. */
struct results {
    struct own_result *own;
    size_t count;
};

/* Add one. `name` NULL: it is called as its text is, and no expression can mention it.
 * SWEEP_OK; SWEEP_INPUT with a message in `reason`: the name is no name or is taken, or
 * something is wrong with the expression; SWEEP_NO_MEMORY. */
int results_add(struct results *r, const char *name, const char *text, char *reason,
                size_t size);

/* What a word stands for: a column, an own result, or COLUMN_COUNT. */
enum column results_find(const struct results *r, const char *word);

/* Name, type and meaning of a column or an own result. */
const struct column_info *results_info(const struct results *r, enum column c);

/* The statistic of an audit; NULL: it is none. */
const struct audit_info *results_audit(const struct results *r, enum column c);

/* The names of all columns, of own results, and `count` more that stand for something
 * else; free `first` with memory_free. SWEEP_OK, SWEEP_NO_MEMORY. */
int results_names(const struct results *r, const char *const *more, size_t count,
                  struct names *out);

/* A trial, for expressions. */
struct trial_of {
    const struct setting *setting;
    const char *const *texts; /* of the grid */
    const struct record *record;
};

/* The first `count` own results of a trial, NAN for audits. Not from two threads at a time. Cost: about
 * a microsecond each. */
void results_compute(const struct results *r, size_t count, const struct trial_of *t,
                     double *own);

/* The pair of an audit in a trial, the own results of which are in `own`. */
void results_pair(const struct results *r, enum column c, const struct trial_of *t,
                  const double *own, double pair[2]);

/* One result of a trial, whether a column or an own one. */
double results_value(const struct results *r, enum column c, const struct trial_of *t);

/* Compile an expression that may mention parameters, columns and all own results, such
 * as a condition; as expression_compile. */
int results_compile(const struct results *r, const char *text, struct expression **out,
                    char *reason, size_t size);

/* Whether it mentions any but parameters. */
bool results_mentioned(const struct results *r, const struct expression *e);

/* The value of such an expression in a trial, the own results of which are in `own`;
 * record NULL: before there are results, all of which are undefined. NAN: undefined. */
double results_evaluate(const struct results *r, struct expression *e,
                        const struct trial_of *t, const double *own);

void results_release(struct results *r);

#endif
