/* words.h - the words of an option's value, "a,b,c". */
#ifndef SWEEP_WORDS_H
#define SWEEP_WORDS_H

#include <stddef.h>

struct words {
    char *text; /* a copy, cut at the commas */
    char **word;
    size_t count;
};

/* value NULL: no words. SWEEP_OK, SWEEP_NO_MEMORY; release in any case. */
int words_init(struct words *w, const char *value);
void words_release(struct words *w);

#endif
