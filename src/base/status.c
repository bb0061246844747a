/* A diagnostic must be storable by the lowest of all modules, so the C library's own
 * allocation is used here and nowhere else. */
#include "sweep/status.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *status_name(int status)
{
    static const char *const name[] = {
        [SWEEP_OK] = "ok",           [SWEEP_NO_MEMORY] = "out of memory",
        [SWEEP_IO] = "input/output", [SWEEP_INPUT] = "input",
        [SWEEP_BUSY] = "busy",       [SWEEP_STOPPED] = "stopped",
        [SWEEP_NUMERIC] = "numeric",
    };
    size_t count = sizeof name / sizeof name[0];

    return status >= 0 && (size_t)status < count ? name[status] : "unknown";
}

/* Room for one more. */
static bool diagnostics_grow(struct diagnostics *list)
{
    size_t capacity = list->capacity ? 2 * list->capacity : 8;
    struct diagnostic *item;

    if (list->count < list->capacity)
        return true;
    item = realloc(list->item, capacity * sizeof *item);
    if (!item)
        return false;
    list->item = item;
    list->capacity = capacity;
    return true;
}

void diagnostics_add(struct diagnostics *list, const char *file, size_t line,
                     size_t column, const char *format, ...)
{
    struct diagnostic d = {.line = line, .column = column};
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vasprintf(&d.message, format, arguments);
    va_end(arguments);
    if (length < 0)
        d.message = NULL; /* vasprintf leaves it undefined */
    if (file)
        d.file = strdup(file);

    if (!d.message || (file && !d.file) || !diagnostics_grow(list)) {
        free(d.message);
        free(d.file);
        list->lost++;
        return;
    }
    list->item[list->count++] = d;
}

int diagnostics_no_memory(struct diagnostics *list, const char *purpose)
{
    diagnostics_add(list, NULL, 0, 0, "out of memory%s%s", purpose ? " for " : "",
                    purpose ? purpose : "");
    return SWEEP_NO_MEMORY;
}

static bool diagnostic_before(const struct diagnostic *a, const struct diagnostic *b)
{
    return a->line != b->line ? a->line < b->line : a->column < b->column;
}

/* The same but for numbers. */
static bool is_alike(const char *a, const char *b)
{
    static const char digits[] = "0123456789";
    for (; *a && *b; a++, b++) {
        size_t skip_a = strspn(a, digits), skip_b = strspn(b, digits);
        if (skip_a > 0 && skip_b > 0) {
            a += strspn(a, "0123456789.e+-") - 1;
            b += strspn(b, "0123456789.e+-") - 1;
        } else if (*a != *b) {
            return false;
        }
    }
    return *a == *b;
}

/* At a position of a file. */
static bool is_copy(const struct diagnostic *a, const struct diagnostic *b)
{
    return a->file && b->file && strcmp(a->file, b->file) == 0 && a->line > 0 &&
           a->line == b->line && a->column == b->column &&
           is_alike(a->message, b->message);
}

static void note_copies(struct diagnostic *d, size_t copies)
{
    char *message;
    if (asprintf(&message, "%s (and %zu more like it)", d->message, copies) < 0)
        return;
    free(d->message);
    d->message = message;
}

void diagnostics_fold(struct diagnostics *list)
{
    enum { SHOWN = 2 }; /* so many are no burden */
    size_t kept = 0, next;
    for (size_t i = 0; i < list->count; i = next) {
        for (next = i + 1; next < list->count; next++)
            if (!is_copy(&list->item[i], &list->item[next]))
                break;
        size_t end = next - i > SHOWN ? i + 1 : next;
        if (end < next)
            note_copies(&list->item[i], next - end);
        for (size_t k = end; k < next; k++) {
            free(list->item[k].message);
            free(list->item[k].file);
        }
        memmove(&list->item[kept], &list->item[i], (end - i) * sizeof *list->item);
        kept += end - i;
    }
    list->count = kept;
}

/* Insertion: stable, and linear for a list that is nearly in order, as these are. */
void diagnostics_sort(struct diagnostics *list)
{
    for (size_t i = 1; i < list->count; i++) {
        struct diagnostic d = list->item[i];
        size_t j = i;

        for (; j > 0 && diagnostic_before(&d, &list->item[j - 1]); j--)
            list->item[j] = list->item[j - 1];
        list->item[j] = d;
    }
}

char *diagnostic_text(const struct diagnostic *d, char *buffer, size_t size)
{
    if (!d->file)
        snprintf(buffer, size, "error: %s", d->message);
    else if (d->line == 0)
        snprintf(buffer, size, "%s: error: %s", d->file, d->message);
    else if (d->column == 0)
        snprintf(buffer, size, "%s:%zu: error: %s", d->file, d->line, d->message);
    else
        snprintf(buffer, size, "%s:%zu:%zu: error: %s", d->file, d->line, d->column,
                 d->message);
    return buffer;
}

void diagnostics_release(struct diagnostics *list)
{
    if (!list)
        return;
    for (size_t i = 0; i < list->count; i++) {
        free(list->item[i].message);
        free(list->item[i].file);
    }
    free(list->item);
    *list = (struct diagnostics){0};
}
