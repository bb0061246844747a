#include "cli.h"

#include "sweep/escape.h"
#include "sweep/folder.h"
#include "sweep/inspect.h"
#include "sweep/memory.h"
#include "sweep/parse.h"
#include "sweep/platform.h"
#include "sweep/proof.h"
#include "sweep/store.h"
#include "sweep/trial.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PRESET_SAMPLE = 100, MOST_SHOWN = 20 };

/* Between two CPU families or kernels: a few roundings, grown by the condition of the
 * problem. */
static const struct store_tolerance OTHER_PLATFORM = {.value = 1e-9, .rounding = 1e-12};

/* A stored trial and its new computation. */
struct pair {
    size_t cell;
    uint64_t replicate;
    struct record stored, again;
};

struct verify {
    struct grid grid;
    struct store *store;
    struct pair *pair; /* (count), of `recorded` trials in order of cell, replicate */
    size_t count, sample, recorded, seen, differ;
    size_t events; /* those of `differ` in which a count differs */
    bool prove;
    size_t proofs[PROOF_OUTCOMES]; /* of the exact points, by outcome */
    bool elsewhere;                /* results of another platform, or of several */
    char parts[128];               /* in which the platforms differ */
    struct diagnostics log;
};

/* Trial number k of the sample is the one at (k + 1/2) recorded / sample. */
static int pick_trial(void *context, size_t cell, uint64_t replicate,
                      const struct record *r)
{
    struct verify *v = context;
    size_t k = v->count;
    if (k < v->sample && v->seen == (2 * k + 1) * v->recorded / (2 * v->sample)) {
        v->pair[k] = (struct pair){.cell = cell, .replicate = replicate, .stored = *r};
        v->count++;
    }
    v->seen++;
    return SWEEP_OK;
}

static int count_one(void *context, size_t cell, uint64_t replicate,
                     const struct record *r)
{
    (void)cell;
    (void)replicate;
    (void)r;
    ((struct verify *)context)->recorded++;
    return SWEEP_OK;
}

static int keep_again(void *context, size_t cell, const struct record *r)
{
    (void)cell;
    ((struct pair *)context)->again = *r;
    return SWEEP_OK;
}

static int choose_sample(struct verify *v)
{
    int status = store_each(v->store, &v->grid, count_one, v, &v->log);
    if (status != SWEEP_OK)
        return status;
    if (v->sample > v->recorded)
        v->sample = v->recorded;
    v->pair = memory_array(v->sample, sizeof *v->pair);
    if (!v->pair)
        return diagnostics_no_memory(&v->log, NULL);
    return store_each(v->store, &v->grid, pick_trial, v, &v->log);
}

/* What differs, and the way back. */
static void tell_platforms(struct verify *v, const char *there, const char *here)
{
    char way[128];
    bool several = strchr(there, '\n') != NULL;
    platform_differences(there, here, v->parts, sizeof v->parts);
    escape_print(stderr,
                 "another platform: there '%.*s'%s, here '%s'; differences of rounding "
                 "are allowed: %g of a value, or %g of what it is measured in",
                 (int)strcspn(there, "\n"), there, several ? " and others" : "", here,
                 OTHER_PLATFORM.value, OTHER_PLATFORM.rounding);
    if (!several)
        escape_print(stderr, "; to compare every bit, %s",
                     platform_way_back(there, here, "verify", way, sizeof way));
    fputc('\n', stderr);
}

/* Results of another platform, or of several, are compared with a tolerance. */
static int compare_platforms(struct verify *v)
{
    char *here = NULL, *there;
    int status = store_meta(v->store, "platform", &there, &v->log);
    if (status == SWEEP_OK)
        status = folder_platform(&here, &v->log);
    v->elsewhere = status == SWEEP_OK && (!there || strcmp(here, there) != 0);
    if (v->elsewhere)
        tell_platforms(v, there ? there : "unknown", here);
    memory_free(there);
    free(here);
    return status;
}

static void show_pair(struct verify *v, const struct pair *p, enum column differs)
{
    v->events += column_table[differs].scale == SCALE_EVENTS;
    if (v->differ++ >= MOST_SHOWN)
        return;
    printf("cell %zu, replicate %" PRIu64 ": ", p->cell, p->replicate);
    if (p->stored.status != p->again.status)
        printf("status: stored %s, now %s\n", trial_status_words[p->stored.status],
               trial_status_words[p->again.status]);
    else
        printf("%s: stored %.17g, now %.17g\n", column_table[differs].name,
               p->stored.value[differs], p->again.value[differs]);
}

static int take(void *context, const struct inspection *what)
{
    ((struct pair *)context)->again = *what->record;
    return SWEEP_OK;
}

static void no_report(void *context, const char *stage, const char *account)
{
    (void)context, (void)stage, (void)account;
}

/* Proofs are not compared where the grid had none. */
static int prove_again(struct verify *v, struct pair *p)
{
    int status = inspect_trial(&v->grid, p->cell, p->replicate, INSPECT_PROOFS, take,
                               no_report, NULL, p, &v->log);
    double proof = p->again.value[C_EXACT_PROOF];
    struct setting s;
    if (status == SWEEP_OK && !isnan(proof))
        v->proofs[(size_t)proof]++;
    grid_cell(&v->grid, p->cell, &s);
    for (enum column c = C_TRAINED_PROOF; c <= C_EXACT_PROVED_TAU; c++)
        if (s.value[P_PROVE] == 0.0)
            p->again.value[c] = p->stored.value[c];
    return status;
}

static int compute_again(struct verify *v)
{
    struct trial_workspace *ws;
    if (trial_workspace_alloc(&ws, &v->grid, NULL) != SWEEP_OK)
        return diagnostics_no_memory(&v->log, NULL);
    int status = SWEEP_OK;
    for (size_t k = 0; k < v->count && status == SWEEP_OK; k++) {
        struct pair *p = &v->pair[k];
        status = v->prove ? prove_again(v, p)
                          : trial_unit(ws, &v->grid, &p->cell, 1, p->replicate,
                                       keep_again, p);
        if (status == SWEEP_OK)
            store_level(v->store, &p->stored, &p->again);
        enum column differs = store_difference(
            &p->stored, &p->again,
            v->elsewhere ? OTHER_PLATFORM : (struct store_tolerance){0});
        if (status == SWEEP_OK && differs != COLUMN_COUNT)
            show_pair(v, p, differs);
    }
    trial_workspace_free(ws);
    return status;
}

static int read_sample(struct verify *v, const struct command *self,
                       const struct arguments *args)
{
    const char *text = args->value[OPTION_SAMPLE];
    uint64_t sample = PRESET_SAMPLE;
    if (text && (parse_unsigned(text, &sample) != PARSE_OK || sample < 1 ||
                 sample > GRID_CELL_LIMIT)) {
        tell(self, "--sample must be a number of trials, got '%s'", text);
        return 1;
    }
    v->sample = (size_t)sample;
    return 0;
}

static void report_proofs(const struct verify *v)
{
    size_t points = 0;
    for (enum proof_outcome k = 0; k < PROOF_OUTCOMES; k++)
        points += v->proofs[k];
    printf("%zu of %zu exact points proved", v->proofs[PROOF_PROVED], points);
    for (enum proof_outcome k = 0; k < PROOF_OUTCOMES; k++)
        if (k != PROOF_PROVED && v->proofs[k] > 0)
            printf(", %zu %s", v->proofs[k], column_table[C_EXACT_PROOF].words[k]);
    putchar('\n');
}

static void report_pairs(const struct verify *v)
{
    printf("%zu of %zu recorded trials computed again: %zu differ\n", v->count,
           v->recorded, v->differ);
    if (v->prove)
        report_proofs(v);
    if (v->elsewhere && v->events > 0)
        fprintf(stderr,
                "%zu of them in a count or a share, where rounding decides single "
                "events: likely because the platforms differ\n",
                v->events);
    if (v->elsewhere && v->differ > v->events)
        fprintf(stderr,
                "%zu of them by more than rounding explains; the platforms differ in: "
                "%s\n",
                v->differ - v->events, v->parts);
}

int cmd_verify(const struct command *self, const struct arguments *args)
{
    struct verify v = {0};
    const char *directory = args->operand[0];
    int code = EXIT_DONE;

    if (read_sample(&v, self, args) != 0)
        return EXIT_USAGE;
    v.prove = args->value[OPTION_PROVE] != NULL;
    if (v.prove && !proof_available()) {
        tell(self, "--prove needs a build with FLINT and Arb, which this one is not");
        return EXIT_FAILURE;
    }
    int status = folder_grid(&v.grid, directory, &v.log);
    if (status == SWEEP_OK)
        status = store_open_readonly(&v.store, directory, &v.log);
    if (status == SWEEP_OK)
        status = store_check_grid(v.store, &v.grid, &v.log);
    if (status == SWEEP_OK)
        status = choose_sample(&v);
    if (status == SWEEP_OK)
        status = compare_platforms(&v);
    if (status == SWEEP_OK)
        status = compute_again(&v);
    if (status != SWEEP_OK)
        code = give_up(self, status, &v.log);
    else
        report_pairs(&v);
    store_close(v.store, &v.log);
    diagnostics_release(&v.log);
    memory_free(v.pair);
    grid_release(&v.grid);
    return code == EXIT_DONE && v.differ > 0 ? EXIT_BROKEN : code;
}
