#include "sweep/escape.h"
#include "table_sheet.h"
#include <inttypes.h>

static const struct markup latex = {.word = escape_latex,
                                    .math = "$",
                                    .math_end = "$",
                                    .plus_minus = " \\pm ",
                                    .gap = "\\ ",
                                    .power = " \\times 10^{",
                                    .power_end = "}",
                                    .undefined = "--"};

static void put_row(FILE *stream, const struct sheet *s, size_t row)
{
    for (size_t k = 0; k < s->columns; k++)
        fprintf(stream, "%s%s", k > 0 ? " & " : "", sheet_text(s, row, k));
    fputs(" \\\\\n", stream);
}

static void put_groups(FILE *stream, const struct sheet *s)
{
    for (size_t k = 1; k < s->keys; k++)
        fputs("& ", stream);
    for (size_t k = s->keys; k < s->columns; k = sheet_group_end(s, k))
        fprintf(stream, "%s\\multicolumn{%zu}{c}{%s} ", k > 0 ? "& " : "",
                sheet_group_end(s, k) - k, s->group[k]);
    fputs("\\\\\n", stream);
    for (size_t k = s->keys; k < s->columns; k = sheet_group_end(s, k))
        fprintf(stream, "\\cmidrule(lr){%zu-%zu}", k + 1, sheet_group_end(s, k));
    fputs("\n", stream);
}

static void put_tabular(FILE *stream, const struct sheet *s)
{
    fputs("\\begin{tabular}{", stream);
    for (size_t k = 0; k < s->columns; k++)
        putc(s->word[k] ? 'l' : 'r', stream);
    fputs("}\n\\toprule\n", stream);
    if (s->group)
        put_groups(stream, s);
    put_row(stream, s, 0);
    fputs("\\midrule\n", stream);
    for (size_t row = 1; row <= s->rows; row++)
        put_row(stream, s, row);
    fprintf(stream, "\\bottomrule\n\\end{tabular}\n%% %s\n", s->note);
}

int table_write_latex(FILE *stream, const struct aggregate *a, const struct grid *g,
                      const struct table_style *style)
{
    struct sheet s;
    int status = sheet_build(&s, a, g, style, &latex);
    if (status == SWEEP_OK) {
        escape_print(stream,
                     "%% grid %s, seed %" PRIu64 ", sweep %s; needs "
                     "\\usepackage{booktabs}\n",
                     g->name, g->seed, SWEEP_VERSION);
        put_tabular(stream, &s);
    }
    sheet_release(&s);
    return status;
}
