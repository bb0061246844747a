#include "grid_labels.h"
#include "sweep/grid_text.h"
#include "sweep/parse.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Classes that a list has. */
enum { MOST_LISTED = 12, NUMBER_SIZE = 32 };

int grid_labels_parse(const char *text, double *plus, double *minus)
{
    static const char between[] = " vs ";
    const char *end;

    if (parse_leading(text, &end, plus) != PARSE_OK ||
        strncmp(end, between, strlen(between)) != 0)
        return 1;
    text = end + strlen(between);
    *minus = NAN;
    if (strcmp(text, "rest") == 0)
        return 0;
    return parse_leading(text, &end, minus) != PARSE_OK || *end != '\0' ||
           *plus == *minus;
}

char *grid_labels_text(double plus, double minus, char *buffer, size_t size)
{
    char first[NUMBER_SIZE], second[NUMBER_SIZE] = "rest";
    grid_format_number(plus + 0.0, first, sizeof first);
    if (!isnan(minus))
        grid_format_number(minus + 0.0, second, sizeof second);
    snprintf(buffer, size, "%s vs %s", first, second);
    return buffer;
}

char *grid_labels_list(const struct labelled *l, char *buffer, size_t size)
{
    buffer[0] = '\0';
    for (size_t k = 0; k < l->class_count && k < MOST_LISTED; k++) {
        char number[NUMBER_SIZE];
        size_t used = strlen(buffer);
        grid_format_number(l->classes[k], number, sizeof number);
        snprintf(buffer + used, size - used, "%s%s", k ? ", " : "", number);
    }
    if (l->class_count > MOST_LISTED)
        strncat(buffer, ", ...", size - strlen(buffer) - 1);
    return buffer;
}

int grid_labels_check(const struct labelled *l, const char *name, bool given,
                      double plus, double minus, enum parameter *blame, char **wrong)
{
    char list[512], missing[NUMBER_SIZE];
    const char *hint = l->dense && !strstr(name, GRID_DATA_LABELS)
                           ? "; labels are in the last column, unless 'data: {points: "
                             "FILE, labels: COLUMN}' names another"
                           : "";
    int length = 0;

    grid_labels_list(l, list, sizeof list);
    *wrong = NULL;
    *blame = given ? P_LABELS : P_DATA;
    if (!given && l->class_count > 2) {
        length = asprintf(wrong,
                          "'%s' has %zu classes, %s: choose two with 'labels', such as "
                          "'labels: %g vs %g' or 'labels: %g vs rest'%s",
                          name, l->class_count, list, l->classes[0], l->classes[1],
                          l->classes[0], hint);
    } else if (l->class_count < 2) {
        *blame = P_DATA;
        length = asprintf(wrong, "'%s' has one class only, %s: two are needed%s", name,
                          list, hint);
    } else if (!labelled_has_class(l, plus) ||
               !(isnan(minus) || labelled_has_class(l, minus))) {
        grid_format_number(labelled_has_class(l, plus) ? minus : plus, missing,
                           sizeof missing);
        length =
            asprintf(wrong, "'%s' has no class %s: it has %s", name, missing, list);
    }
    if (length < 0)
        *wrong = NULL;
    return length < 0 ? SWEEP_NO_MEMORY : SWEEP_OK;
}
