#include "cli.h"

#include "sweep/grid.h"
#include <math.h>

static const char *const header[] = {"parameter", "symbol",  "stage", "type",
                                     "range",     "default", "unit",  "meaning"};
enum { HEADER = sizeof header / sizeof header[0] };

/* "[0, 1)", "-inf" and "inf" for no bound; "a | b" for choices. */
void parameter_range_text(enum parameter p, char *buffer, size_t size)
{
    const struct parameter_info *info = &parameter_table[p];
    size_t used = 0;
    buffer[0] = '\0';
    if (info->type == PARAMETER_BOOLEAN)
        snprintf(buffer, size, "false | true");
    else if (info->type == PARAMETER_CHOICE)
        for (size_t i = 0; parameter_word(p, i) && used < size; i++)
            used += (size_t)snprintf(buffer + used, size - used, "%s%s", i ? " | " : "",
                                     parameter_word(p, i));
    else if (info->type != PARAMETER_TEXT)
        snprintf(buffer, size, "%c%g, %g%c", info->low_open ? '(' : '[', info->low,
                 info->high, info->high_open ? ')' : ']');
}

void parameter_preset_text(enum parameter p, char *buffer, size_t size)
{
    static char mixture[] = "mixture"; /* the first text of every grid */
    char *strings[] = {mixture};
    struct grid g = {.texts = {.text = strings, .count = 1}};
    double preset = parameter_table[p].preset;
    if (isnan(preset))
        buffer[0] = '\0';
    else
        grid_format(&g, p, preset, buffer, size);
}

static void parameter_cell(size_t row, size_t column, char *buffer, size_t size)
{
    if (row == 0) {
        snprintf(buffer, size, "%s", header[column]);
        return;
    }
    const struct parameter_info *info = &parameter_table[row - 1];
    char range[256], preset[64];
    parameter_range_text((enum parameter)(row - 1), range, sizeof range);
    parameter_preset_text((enum parameter)(row - 1), preset, sizeof preset);
    const char *text[HEADER] = {info->name,
                                info->symbol,
                                stage_name(info->stage),
                                parameter_type_name(info->type),
                                range,
                                preset,
                                info->unit,
                                info->meaning};
    snprintf(buffer, size, "%s", *text[column] ? text[column] : "-");
}

int cmd_parameters(const struct command *self, const struct arguments *args)
{
    (void)self;
    (void)args;
    print_aligned(stdout, PARAMETER_COUNT + 1, HEADER, parameter_cell);
    return EXIT_DONE;
}
