#include "table_parts.h"

#include <math.h>
#include <string.h>

static const char *const count_names[] = {"trials", "failed", "undefined"};
static const char *const rate_parts[RATE_PARTS] = {"", "low", "high"};

struct layout table_layout(const struct aggregate *a, const struct grid *g,
                           const struct dialect *dialect,
                           const struct table_style *style)
{
    struct layout t = {.a = a, .grid = g, .dialect = dialect};
    t.digits = style && style->digits > 0 ? style->digits : dialect->digits;
    t.counts = a->parameter_count;
    t.rates = t.counts + COUNT_FIELDS;
    t.audits = t.rates + (a->has_success ? RATE_FIELDS : 0);
    t.statistics = t.audits + a->audit_count * RATE_PARTS;
    t.end = t.statistics + a->column_count * a->statistic_count;
    return t;
}

const char *table_result_name(const struct layout *t, size_t column)
{
    return results_info(&t->grid->results, t->a->columns[column])->name;
}

const char *table_audit_name(const struct layout *t, size_t audit)
{
    return results_info(&t->grid->results, t->a->audits[audit])->name;
}

void field_parts(const struct layout *t, size_t k, const char **name,
                 const char **statistic)
{
    const struct aggregate *a = t->a;
    *statistic = "";
    if (k < t->counts)
        *name = parameter_table[a->parameters[k]].name;
    else if (k < t->rates)
        *name = count_names[k - t->counts];
    else if (k < t->audits) {
        *name = success_names[(k - t->rates) / RATE_PARTS];
        *statistic = rate_parts[(k - t->rates) % RATE_PARTS];
    } else if (k < t->statistics) {
        *name = table_audit_name(t, (k - t->audits) / RATE_PARTS);
        *statistic = rate_parts[(k - t->audits) % RATE_PARTS];
    } else {
        *name = table_result_name(t, (k - t->statistics) / a->statistic_count);
        *statistic = a->statistics[(k - t->statistics) % a->statistic_count].name;
    }
}

void field_name(const struct layout *t, size_t k, struct field *f)
{
    const char *name, *statistic;
    field_parts(t, k, &name, &statistic);
    f->word = true;
    snprintf(f->text, sizeof f->text, "%s%s%s", name, *statistic ? "_" : "", statistic);
}

void field_coordinate(const struct layout *t, const struct setting *s, enum parameter p,
                      struct field *f)
{
    f->word = parameter_is_text(p);
    grid_format(t->grid, p, s->value[p], f->text, sizeof f->text);
}

static double rate_field(const struct aggregate_row *row, size_t k)
{
    const struct success_rate *r = &row->success[k / RATE_PARTS];
    return (const double[]){r->rate, r->low, r->high}[k % RATE_PARTS];
}

static double audit_field(const struct aggregate_row *row, size_t k)
{
    const struct audit_value *a = &row->audit[k / RATE_PARTS].of;
    return (const double[]){a->value, a->low, a->high}[k % RATE_PARTS];
}

double field_number(const struct layout *t, const struct aggregate_row *row, size_t k)
{
    const size_t counts[] = {row->trials, row->failed, row->undefined};
    if (k < t->rates)
        return (double)counts[k - t->counts];
    if (k < t->audits)
        return rate_field(row, k - t->rates);
    if (k < t->statistics)
        return audit_field(row, k - t->audits);
    return row->statistic[k - t->statistics];
}

void field_value(const struct layout *t, const struct aggregate_row *row,
                 const struct setting *s, size_t k, struct field *f)
{
    f->word = false;
    if (k < t->counts) {
        field_coordinate(t, s, t->a->parameters[k], f);
        return;
    }
    double value = field_number(t, row, k);
    if (isnan(value))
        strcpy(f->text, "NaN");
    else if (k < t->rates)
        snprintf(f->text, sizeof f->text, "%.0f", value);
    else
        snprintf(f->text, sizeof f->text, "%.*g", t->digits, value);
}

void table_put_pooled(FILE *stream, const struct aggregate *a, const char *before,
                      const char *after)
{
    if (a->pooled_count == 0)
        return;
    fputs(before, stream);
    aggregate_put_pooled(stream, a);
    fputs(after, stream);
}
