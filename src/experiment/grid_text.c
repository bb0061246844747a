#include "sweep/grid_text.h"
#include "sweep/memory.h"
#include "sweep/parse.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

double grid_text_intern(struct grid_texts *t, const char *text)
{
    size_t i = 0;

    while (i < t->count && strcmp(t->text[i], text) != 0)
        i++;
    if (!t->text)
        t->text = memory_array(GRID_TEXT_LIMIT, sizeof *t->text);
    if (!t->text || i == GRID_TEXT_LIMIT)
        return -1;
    if (i == t->count) {
        t->text[i] = memory_string(text);
        t->count += t->text[i] != NULL;
    }
    return i < t->count ? (double)i : -1;
}

const char *grid_text_of(const struct grid_texts *t, double value)
{
    return value >= 0 && value < (double)t->count ? t->text[(size_t)value] : "";
}

char *grid_format_number(double value, char *buffer, size_t size)
{
    for (int digits = 15; digits <= 17; digits++) {
        double back;

        snprintf(buffer, size, "%.*g", digits, value);
        if (parse_real(buffer, &back) == PARSE_OK && back == value)
            break;
    }
    return buffer;
}

char *grid_text_format(const struct grid_texts *t, enum parameter p, double value,
                       char *buffer, size_t size)
{
    const char *word = "NaN";

    if (!isnan(value)) {
        switch (parameter_table[p].type) {
        case PARAMETER_CHOICE:
            word = parameter_word(p, (size_t)value);
            break;
        case PARAMETER_TEXT:
            word = grid_text_of(t, value);
            break;
        case PARAMETER_BOOLEAN:
            word = value != 0 ? "true" : "false";
            break;
        default:
            return grid_format_number(value, buffer, size);
        }
    }
    snprintf(buffer, size, "%s", word);
    return buffer;
}

void grid_text_release(struct grid_texts *t)
{
    for (size_t i = 0; i < t->count; i++)
        memory_free(t->text[i]);
    memory_free(t->text);
    *t = (struct grid_texts){0};
}
