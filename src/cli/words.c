#include "words.h"

#include "sweep/memory.h"
#include <ctype.h>
#include <string.h>

/* Cut at the next comma that is not inside parentheses or quotes; *rest is what follows
 * it, or NULL. */
static char *cut_word(char **rest)
{
    char *word = *rest, *c = word;
    int depth = 0;
    bool quoted = false;

    for (; *c && (*c != ',' || depth > 0 || quoted); c++) {
        quoted ^= *c == '\'';
        depth += !quoted && *c == '(' ? 1 : !quoted && *c == ')' ? -1 : 0;
    }
    *rest = *c ? c + 1 : NULL;
    *c = '\0';
    return word;
}

/* Without the blanks around it. */
static char *trim(char *word)
{
    char *end = word + strlen(word);

    while (end > word && isspace((unsigned char)end[-1]))
        *--end = '\0';
    while (isspace((unsigned char)*word))
        word++;
    return word;
}

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
        w->word[w->count++] = trim(cut_word(&rest));
    return SWEEP_OK;
}

static bool is_name(const char *text, size_t length)
{
    size_t i = 0;
    while (i < length && (isalnum((unsigned char)text[i]) || text[i] == '_'))
        i++;
    return i == length;
}

bool words_expression(const char *word)
{
    return !is_name(word, strlen(word));
}

static int add_expression(char **word, struct results *r, struct diagnostics *log)
{
    char *text = *word, *name = NULL, reason[256];
    size_t length = strcspn(text, ":");
    int status;

    if (text[length] && is_name(text, length)) { /* "relative: restored_eps / norm" */
        text[length] = '\0';
        name = text;
        text = trim(text + length + 1);
    } else if (results_find(r, text) != COLUMN_COUNT) {
        return SWEEP_OK;
    }
    status = results_add(r, name, text, reason, sizeof reason);
    if (status == SWEEP_INPUT)
        diagnostics_add(log, NULL, 0, 0, "'%s': %s", name ? name : text, reason);
    else if (status != SWEEP_OK)
        return diagnostics_no_memory(log, NULL);
    *word = name ? name : text;
    return status;
}

int words_results(struct words *w, struct results *r, struct diagnostics *log)
{
    int status = SWEEP_OK;
    for (size_t i = 0; i < w->count; i++)
        if (words_expression(w->word[i])) {
            int added = add_expression(&w->word[i], r, log);
            status = status == SWEEP_OK ? added : status;
        }
    return status;
}

void words_release(struct words *w)
{
    memory_free(w->text);
    memory_free(w->word);
}
