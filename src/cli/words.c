#include "words.h"

#include "sweep/memory.h"
#include "sweep/status.h"
#include <string.h>

int words_init(struct words *w, const char *value)
{
    *w = (struct words){0};
    if (!value)
        return SWEEP_OK;
    w->text = memory_string(value);
    w->word =
        memory_array(strlen(value) + 1, sizeof *w->word); /* "a,b": at most that */
    if (!w->text || !w->word)
        return SWEEP_NO_MEMORY;
    for (char *rest = w->text; rest;)
        w->word[w->count++] = strsep(&rest, ",");
    return SWEEP_OK;
}

void words_release(struct words *w)
{
    memory_free(w->text);
    memory_free(w->word);
}
