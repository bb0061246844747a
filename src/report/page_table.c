/* The table, and what its columns mean. */
#include "page_parts.h"
#include "sweep/table.h"

static void put_columns(FILE *stream, const struct page *p, const enum column *columns,
                        size_t count)
{
    for (size_t k = 0; k < count; k++) {
        const struct column_info *info = results_info(&p->grid->results, columns[k]);
        fputs("<dt>", stream);
        escape_xml(stream, info->name);
        fputs("</dt><dd>", stream);
        escape_xml(stream, info->meaning);
        fputs("</dd>\n", stream);
    }
}

int page_table(FILE *stream, const struct page *p)
{
    static const struct table_style style = {.pivot = PARAMETER_COUNT,
                                             .rates = (1 << SUCCESS_KINDS) - 1};
    const struct aggregate *a = p->table;
    struct aggregate first = *a;
    if (first.row_count > PAGE_ROWS)
        first.row_count = PAGE_ROWS;
    fputs("<section id=\"table\">\n<h2>Table</h2>\n<div class=\"results scroll\">\n",
          stream);
    int status = table_write_html(stream, &first, p->grid, &style);
    fputs("</div>\n", stream);
    if (first.row_count < a->row_count)
        fprintf(stream,
                "<p class=\"note\">The first %zu of %zu rows; all of them: <code>sweep "
                "table</code>.</p>\n",
                first.row_count, a->row_count);
    fputs("<details><summary>What the columns are</summary>\n<dl>\n", stream);
    put_columns(stream, p, a->audits, a->audit_count);
    put_columns(stream, p, a->columns, a->column_count);
    for (size_t k = 0; k < a->statistic_count; k++) {
        fputs("<dt>", stream);
        escape_xml(stream, a->statistics[k].name);
        fputs("</dt><dd>", stream);
        escape_xml(stream, a->statistics[k].info->meaning);
        fputs("</dd>\n", stream);
    }
    fputs("</dl>\n</details>\n</section>\n", stream);
    return status;
}
