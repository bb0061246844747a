#include "aggregate_parts.h"

#include "sweep/expression.h"
#include "sweep/ledger.h"
#include "sweep/memory.h"
#include <math.h>
#include <string.h>

/* Normal quantile of a two-sided 95 % interval. */
static const double Z95 = 1.959963984540054;

static void selection_release(struct selection *s)
{
    memory_free(s->cell);
    partition_release(&s->groups);
}

/* Values on their way from trials to rows. */
struct collection {
    struct aggregate *a;
    const struct grid *grid;
    const uint32_t *need; /* (cells) replicates */
    size_t total;         /* of all selected cells */
    size_t *row_of;       /* (cells) SIZE_MAX: not selected */
    size_t *first;      /* (cells) cluster of its replicate 0, counted within the row */
    size_t *room;       /* (rows) clusters there may be */
    size_t *offset;     /* (rows) first place of a row in what follows */
    double *values;     /* (columns, total) of successful trials, row after row */
    size_t *cluster;    /* (total) of these trials */
    unsigned char *met; /* (total) bit `kind`: the trial meets the rule */
    double *pairs;      /* (audits, 2, total) NAN: either of the pair is undefined */
    struct judge judge;
    /* Of one row at a time. */
    size_t *order;   /* (largest row) its trials, cluster after cluster */
    size_t *end;     /* (largest row + 1) of each cluster in `order` */
    size_t *size;    /* (largest row) of the clusters of what is in scratch */
    double *scratch; /* (largest row) a statistic may change it */
    double *second;  /* (largest row) of a pair */
};

static int collect_trial(void *context, size_t cell, uint64_t replicate,
                         const struct record *r)
{
    struct collection *c = context;
    size_t index = c->row_of[cell];

    if (index == SIZE_MAX || replicate >= c->need[cell])
        return SWEEP_OK;
    struct aggregate_row *row = &c->a->row[index];
    if (!judge_trial(&c->judge, cell, r)) {
        row->expected--;
        return SWEEP_OK;
    }
    size_t place = c->offset[index] + row->trials - row->failed;
    row->trials++;
    if (r->status != TRIAL_OK) {
        row->failed++;
        return SWEEP_OK;
    }
    for (size_t k = 0; k < c->a->column_count; k++) {
        double value = judge_value(&c->judge, c->a->columns[k]);
        c->values[k * c->total + place] = value;
        row->n[k] += !isnan(value);
    }
    c->cluster[place] = c->first[cell] + replicate;
    for (size_t k = 0; k < c->a->audit_total; k++) {
        double pair[2], *to = c->pairs + 2 * k * c->total + place;
        judge_pair(&c->judge, c->a->audits[k], pair);
        bool defined = !isnan(pair[0]) && !isnan(pair[1]);
        to[0] = defined ? pair[0] : (double)NAN;
        to[c->total] = defined ? pair[1] : (double)NAN;
        row->audit[k].n += defined;
    }
    c->met[place] = c->judge.holds ? aggregate_success(r, c->grid->success) : 0;
    return SWEEP_OK;
}

static void collection_release(struct collection *c)
{
    memory_free(c->row_of);
    memory_free(c->first);
    memory_free(c->room);
    memory_free(c->offset);
    memory_free(c->values);
    memory_free(c->cluster);
    memory_free(c->met);
    memory_free(c->order);
    memory_free(c->end);
    memory_free(c->size);
    memory_free(c->scratch);
    memory_free(c->second);
    memory_free(c->pairs);
    judge_release(&c->judge);
}

static int reserve_collection(struct collection *c, size_t rows, size_t columns,
                              size_t largest)
{
    c->row_of = memory_array(c->grid->cell_count, sizeof *c->row_of);
    c->first = memory_array(c->grid->cell_count, sizeof *c->first);
    c->room = memory_array(rows, sizeof *c->room);
    c->offset = memory_array(rows, sizeof *c->offset);
    c->values = memory_array(c->total, columns * sizeof *c->values);
    c->cluster = memory_array(c->total, sizeof *c->cluster);
    c->met = memory_array(c->total, sizeof *c->met);
    c->order = memory_array(largest, sizeof *c->order);
    c->end = memory_array(largest + 1, sizeof *c->end);
    c->size = memory_array(largest, sizeof *c->size);
    c->scratch = memory_array(largest, sizeof *c->scratch);
    c->second = memory_array(largest, sizeof *c->second);
    c->pairs = memory_array(c->total, 2 * c->a->audit_total * sizeof *c->pairs);
    return c->row_of && c->first && c->room && c->offset && c->values && c->cluster &&
                   c->met && c->order && c->end && c->size && c->scratch && c->second &&
                   c->pairs
               ? SWEEP_OK
               : SWEEP_NO_MEMORY;
}

/* Cells of a row that share their data share the clusters of their replicates. */
static int number_clusters(struct collection *c, const struct selection *selected)
{
    struct partition sharing;
    struct rng_key *key = memory_array(selected->count, sizeof *key);
    if (!key)
        return SWEEP_NO_MEMORY;
    for (size_t k = 0; k < selected->count; k++) {
        struct setting s;
        grid_cell(c->grid, selected->cell[k], &s);
        key[k] = rng_key_word(grid_local_key(c->grid, &s, STAGE_DATA),
                              c->row_of[selected->cell[k]]);
    }
    int status = partition_build(&sharing, key, selected->count);
    memory_free(key);
    if (status != SWEEP_OK)
        return status;
    for (size_t i = 0; i < sharing.count; i++) {
        size_t most = 0, row = 0;
        for (size_t k = sharing.start[i]; k < sharing.start[i + 1]; k++) {
            size_t cell = selected->cell[sharing.member[k]];
            row = c->row_of[cell];
            c->first[cell] = c->room[row];
            most = c->need[cell] > most ? c->need[cell] : most;
        }
        c->room[row] += most;
    }
    partition_release(&sharing);
    return SWEEP_OK;
}

/* The rows, empty. */
static int make_rows(struct aggregate *a, const struct ledger *l,
                     const struct selection *selected)
{
    const struct partition *groups = &selected->groups;
    size_t rows = groups->count, columns = a->column_count;

    a->n = memory_array(rows, columns * sizeof *a->n);
    a->statistic =
        memory_array(rows, columns * a->statistic_count * sizeof *a->statistic);
    a->audit = memory_array(rows, a->audit_total * sizeof *a->audit);
    a->row = memory_array(rows, sizeof *a->row);
    if (!a->n || !a->statistic || !a->audit || !a->row)
        return SWEEP_NO_MEMORY;
    a->row_count = rows;
    for (size_t i = 0; i < rows; i++) {
        struct aggregate_row *row = &a->row[i];
        for (size_t k = groups->start[i]; k < groups->start[i + 1]; k++)
            row->expected += l->need[selected->cell[groups->member[k]]];
        row->cell = selected->cell[groups->member[groups->start[i]]];
        row->n = a->n + i * columns;
        row->audit = a->audit + i * a->audit_total;
        row->statistic = a->statistic + i * columns * a->statistic_count;
    }
    return SWEEP_OK;
}

/* For the rows of c->a. */
static int collection_init(struct collection *c, const struct selection *selected)
{
    const struct partition *groups = &selected->groups;
    const struct aggregate *a = c->a;
    size_t largest = 0;

    for (size_t i = 0; i < a->row_count; i++) {
        c->total += a->row[i].expected;
        largest = a->row[i].expected > largest ? a->row[i].expected : largest;
    }
    if (a->row_count == 0)
        return SWEEP_OK;
    if (reserve_collection(c, a->row_count, a->column_count, largest) != SWEEP_OK)
        return SWEEP_NO_MEMORY;
    for (size_t cell = 0; cell < c->grid->cell_count; cell++)
        c->row_of[cell] = SIZE_MAX;
    for (size_t i = 0; i < a->row_count; i++) {
        c->offset[i] = i > 0 ? c->offset[i - 1] + a->row[i - 1].expected : 0;
        for (size_t k = groups->start[i]; k < groups->start[i + 1]; k++)
            c->row_of[selected->cell[groups->member[k]]] = i;
    }
    return number_clusters(c, selected);
}

/* The successful trials of a row, cluster after cluster: `order` and `end`. */
static void order_trials(struct collection *c, size_t index)
{
    struct aggregate_row *row = &c->a->row[index];
    const size_t *cluster = c->cluster + c->offset[index];
    size_t successful = row->trials - row->failed;

    memset(c->end, 0, (c->room[index] + 1) * sizeof *c->end);
    for (size_t i = 0; i < successful; i++)
        c->end[cluster[i] + 1]++;
    for (size_t g = 0; g < c->room[index]; g++) {
        row->clusters += c->end[g + 1] > 0;
        c->end[g + 1] += c->end[g];
    }
    for (size_t i = 0; i < successful; i++)
        c->order[c->end[cluster[i]]++] = i;
}

/* A number of each trial of a row: a result, or 0 or 1 by a bit of `met`. */
struct list {
    const double *values; /* NAN: undefined; NULL: it is in `met` */
    const unsigned char *met;
    enum success_kind kind; /* the bit */
};

/* The defined values of a list, in their clusters. Returns their number. */
static size_t gather_values(struct collection *c, size_t index, const struct list *list,
                            double *to, struct clusters *clusters)
{
    size_t count = 0, i = 0;
    *clusters = (struct clusters){.size = c->size};
    for (size_t g = 0; g < c->room[index]; g++) {
        size_t before = count;
        for (; i < c->end[g]; i++) {
            size_t trial = c->order[i];
            double value =
                list->values ? list->values[trial] : list->met[trial] >> list->kind & 1;
            if (!isnan(value))
                to[count++] = value;
        }
        if (count > before)
            c->size[clusters->count++] = count - before;
    }
    return count;
}

static void finish_statistics(struct collection *c, size_t index)
{
    const struct aggregate *a = c->a;
    struct aggregate_row *row = &a->row[index];
    size_t successful = row->trials - row->failed;

    for (size_t k = 0; k < a->column_count; k++) {
        const struct list list = {.values =
                                      c->values + k * c->total + c->offset[index]};
        if (successful - row->n[k] > row->undefined)
            row->undefined = successful - row->n[k];
        for (size_t s = 0; s < a->statistic_count; s++) {
            const struct statistic *which = &a->statistics[s];
            struct clusters clusters;
            size_t n = gather_values(c, index, &list, c->scratch, &clusters);
            row->statistic[k * a->statistic_count + s] =
                which->info->compute
                    ? statistic_compute(which, c->scratch, n, &clusters)
                    : (double)row->failed;
        }
    }
}

static int finish_audits(struct collection *c, size_t index)
{
    const struct aggregate *a = c->a;
    struct aggregate_row *row = &c->a->row[index];
    size_t successful = row->trials - row->failed;
    int status = SWEEP_OK;

    for (size_t k = 0; k < a->audit_total && status == SWEEP_OK; k++) {
        const double *first = c->pairs + 2 * k * c->total + c->offset[index];
        const struct list x = {.values = first}, y = {.values = first + c->total};
        struct clusters clusters;
        size_t n = gather_values(c, index, &x, c->scratch, &clusters);
        gather_values(c, index, &y, c->second, &clusters);
        status = audit_compute(results_audit(&c->grid->results, a->audits[k]),
                               c->scratch, c->second, n, &clusters, &row->audit[k].of);
        if (k < a->audit_count && successful - n > row->undefined)
            row->undefined = successful - n;
    }
    return status;
}

/* After the audits. */
static void finish_rates(struct collection *c, size_t index)
{
    struct aggregate_row *row = &c->a->row[index];
    bool defined = c->a->has_success && row->trials > row->failed;
    if (!aggregate_audits_met(c->a, c->grid, row))
        memset(c->met + c->offset[index], 0, row->trials - row->failed);
    for (enum success_kind kind = 0; kind < SUCCESS_KINDS; kind++) {
        const struct list list = {.met = c->met + c->offset[index], .kind = kind};
        struct success_rate *rate = &row->success[kind];
        struct clusters clusters;
        *rate = (struct success_rate){NAN, NAN, NAN};
        if (!defined)
            continue;
        size_t n = gather_values(c, index, &list, c->scratch, &clusters);
        double trials = effective_trials(c->scratch, n, &clusters, 0.95);
        rate->rate = statistic_compute(&statistic_mean, c->scratch, n, NULL);
        wilson_interval(rate->rate, trials, Z95, &rate->low, &rate->high);
    }
}

int aggregate_build(struct aggregate *a, struct store *s, const struct grid *g,
                    const struct table_request *request, struct diagnostics *log)
{
    struct selection selected = {0};
    struct collection c = {0};
    struct ledger l = {0};
    bool wanted[COLUMN_COUNT];
    int status = aggregate_resolve(a, g, request, log);
    if (status != SWEEP_OK)
        return status;
    a->model = store_model(s);
    status = aggregate_cells(g, request->where, &selected.cell, &selected.count, log);
    if (status == SWEEP_OK)
        status = partition_cells(&selected.groups, g, selected.cell, selected.count,
                                 a->parameters, a->parameter_count);
    if (status == SWEEP_OK)
        status = aggregate_find_pooled(a, g, &selected);
    if (status == SWEEP_NO_MEMORY)
        status = diagnostics_no_memory(log, "the table");
    if (status == SWEEP_OK)
        status = ledger_open_needs(&l, s, g, log);
    c = (struct collection){.a = a, .grid = g, .need = l.need};
    if (status == SWEEP_OK && (make_rows(a, &l, &selected) != SWEEP_OK ||
                               collection_init(&c, &selected) != SWEEP_OK ||
                               judge_init(&c.judge, a, g, request->where) != SWEEP_OK))
        status = diagnostics_no_memory(log, "the table");
    if (status == SWEEP_OK) {
        judge_columns(&c.judge, a, wanted);
        status =
            store_each_of(s, g, request->alone ? wanted : NULL, collect_trial, &c, log);
    }
    for (size_t i = 0; status == SWEEP_OK && i < a->row_count; i++) {
        order_trials(&c, i);
        finish_statistics(&c, i);
        if (finish_audits(&c, i) != SWEEP_OK)
            status = diagnostics_no_memory(log, "the table");
        finish_rates(&c, i);
    }
    collection_release(&c);
    ledger_release(&l);
    selection_release(&selected);
    if (status != SWEEP_OK)
        aggregate_release(a);
    return status;
}

int aggregate_partition(struct partition *p, const struct aggregate *a,
                        const struct grid *g, const enum parameter *parameter,
                        size_t count)
{
    size_t *cell = memory_array(a->row_count, sizeof *cell);
    *p = (struct partition){0};
    if (!cell)
        return SWEEP_NO_MEMORY;
    for (size_t i = 0; i < a->row_count; i++)
        cell[i] = a->row[i].cell;
    int status = partition_cells(p, g, cell, a->row_count, parameter, count);
    memory_free(cell);
    return status;
}

void aggregate_release(struct aggregate *a)
{
    memory_free(a->n);
    memory_free(a->statistic);
    memory_free(a->audit);
    memory_free(a->row);
    memory_free(a->parameters);
    memory_free(a->columns);
    memory_free(a->audits);
    memory_free(a->statistics);
    memory_free(a->pooled);
    *a = (struct aggregate){0};
}
