/* words.h - the words of an option's value, "a,b,c". */
#ifndef SWEEP_WORDS_H
#define SWEEP_WORDS_H

#include "sweep/results.h"
#include "sweep/status.h"
#include <stdbool.h>
#include <stddef.h>

struct words {
    char *text; /* a copy, cut at the commas outside parentheses and quotes */
    char **word;
    size_t count;
};

/* value NULL: no words. SWEEP_OK, SWEEP_NO_MEMORY; release in any case. */
int words_init(struct words *w, const char *value);

/* Whether it is more than a name. */
bool words_expression(const char *word);

/* Where a word is an expression, "restored_eps / norm" or "relative: restored_eps /
 * norm", add that to the results and leave its name. Other words are not looked at.
 * SWEEP_OK; SWEEP_INPUT after messages; SWEEP_NO_MEMORY. */
int words_results(struct words *w, struct results *r, struct diagnostics *log);

void words_release(struct words *w);

#endif
