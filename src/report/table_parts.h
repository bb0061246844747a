/* table_parts.h - what the files of the module `table` share. */
#ifndef SWEEP_TABLE_PARTS_H
#define SWEEP_TABLE_PARTS_H

#include "sweep/table.h"

/* The columns of a table, left to right: coordinates, counts, success, audits,
 * statistics. A rate and an audit have three parts: a value and the ends of its
 * interval. */
enum count_field { FIELD_TRIALS, FIELD_FAILED, FIELD_UNDEFINED, COUNT_FIELDS };
enum { RATE_PARTS = 3, RATE_FIELDS = SUCCESS_KINDS * RATE_PARTS };

/* How a line of fields is written. */
struct dialect {
    const char *before, *between, *after;
    void (*put)(FILE *stream, const char *text);
    int digits; /* of a number */
};

struct layout {
    const struct aggregate *a;
    const struct grid *grid;
    size_t counts, rates, audits, statistics, end; /* first field of each part */
    const struct dialect *dialect;
    int digits; /* those of the style, else of the dialect */
};

struct field {
    char text[4096];
    bool word; /* not a number: quoted in JSON */
};

struct layout table_layout(const struct aggregate *a, const struct grid *g,
                           const struct dialect *dialect,
                           const struct table_style *style);

const char *table_result_name(const struct layout *t, size_t column);
const char *table_audit_name(const struct layout *t, size_t audit);

/* What a field shows, and which statistic or part of it: "" where there is no choice. */
void field_parts(const struct layout *t, size_t k, const char **name,
                 const char **statistic);
/* Both in one word. */
void field_name(const struct layout *t, size_t k, struct field *f);
void field_coordinate(const struct layout *t, const struct setting *s, enum parameter p,
                      struct field *f);
/* A count, rate, part of an audit or statistic as a number: k >= t->counts. */
double field_number(const struct layout *t, const struct aggregate_row *row, size_t k);
void field_value(const struct layout *t, const struct aggregate_row *row,
                 const struct setting *s, size_t k, struct field *f);

/* What the rows pool, between two texts; nothing when each is of one cell. */
void table_put_pooled(FILE *stream, const struct aggregate *a, const char *before,
                      const char *after);

/* The formats for people, one file each. */
int table_write_text(FILE *stream, const struct aggregate *a, const struct grid *g,
                     const struct table_style *style);
int table_write_latex(FILE *stream, const struct aggregate *a, const struct grid *g,
                      const struct table_style *style);

/* A line for each trial. */
int table_write_trials(FILE *stream, struct store *s, const struct grid *g,
                       const struct table_request *request, struct diagnostics *log);

#endif
