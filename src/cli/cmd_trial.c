#include "cli.h"

#include "export.h"
#include "overrides.h"
#include "sweep/escape.h"
#include "sweep/outfile.h"
#include "sweep/parse.h"
#include "sweep/proof.h"
#include <inttypes.h>
#include <math.h>

struct session {
    const struct command *self;
    const char *directory; /* NULL: no export */
    struct trial_identity id;
    enum trial_status ended;
    struct outfile proof; /* stream NULL: not wanted */
    struct diagnostics log;
};

static void print_record(const struct grid *g, const struct inspection *what)
{
    const struct record *r = what->record;
    char text[4096];

    printf("status %s\n", trial_status_words[r->status]);
    escape_print(stdout, "message %s\n", *r->message ? r->message : "-");
    for (enum parameter p = 0; p < PARAMETER_COUNT; p++)
        escape_print(stdout, "%s %s\n", parameter_table[p].name,
                     grid_format(g, p, what->setting->value[p], text, sizeof text));
    for (enum column c = 0; c < COLUMN_COUNT; c++) {
        double value = r->value[c];
        if (isnan(value))
            printf("%s NaN\n", column_table[c].name);
        else if (column_table[c].type == COLUMN_WORD)
            printf("%s %s\n", column_table[c].name,
                   column_table[c].words[(size_t)value]);
        else
            printf("%s %.17g\n", column_table[c].name, value);
    }
}

static int show_record(void *context, const struct inspection *what)
{
    struct session *s = context;

    s->ended = what->record->status;
    print_record(s->id.grid, what);
    if (s->ended != TRIAL_OK)
        tell(s->self, "the trial failed: %s", what->record->message);
    return s->directory ? export_trial(s->directory, &s->id, what, &s->log) : SWEEP_OK;
}

static void tell_stage(void *context, const char *stage, const char *account)
{
    (void)context;
    escape_print(stderr, "%-8s %s\n", stage, account);
}

/* The value of an option that must be given: 0 to count - 1. */
static int take_index(const struct arguments *args, enum option option, size_t count,
                      uint64_t *value, struct diagnostics *log)
{
    const char *name = option_table[option].name, *text = args->value[option];
    enum parse_result result = text ? parse_unsigned(text, value) : PARSE_OK;

    if (!text)
        diagnostics_add(log, NULL, 0, 0, "--%s is missing: 0 to %zu", name, count - 1);
    else if (result != PARSE_OK)
        diagnostics_add(log, NULL, 0, 0, "--%s '%s' %s", name, text,
                        parse_explain(result));
    else if (*value >= count)
        diagnostics_add(log, NULL, 0, 0, "--%s must be 0 to %zu, got %s", name,
                        count - 1, text);
    else
        return SWEEP_OK;
    return SWEEP_INPUT;
}

/* Which trial, now that the grid is known. */
static int identify_trial(struct trial_identity *id, const struct grid *g,
                          const struct arguments *args, struct diagnostics *log)
{
    uint64_t cell;

    id->grid = g;
    int status = grid_check_selection(g, log);
    if (status == SWEEP_OK)
        status = take_index(args, OPTION_CELL, g->cell_count, &cell, log);
    if (status == SWEEP_OK)
        status = take_index(args, OPTION_REPLICATE, g->replicates, &id->replicate, log);
    if (status == SWEEP_OK)
        id->cell = (size_t)cell;
    return status;
}

static int open_proof(struct session *s, const char *path)
{
    int status = outfile_open(&s->proof, path, &s->log);
    if (status == SWEEP_OK)
        fprintf(s->proof.stream,
                "sweep-proof 1\ngrid %s\ncell %zu\nreplicate %" PRIu64 "\n",
                s->id.grid->name, s->id.cell, s->id.replicate);
    return status;
}

int cmd_trial(const struct command *self, const struct arguments *args)
{
    struct session s = {.self = self, .directory = args->value[OPTION_EXPORT]};
    const char *proof = args->value[OPTION_PROOF];
    struct grid g = {0};
    enum inspect_depth depth = INSPECT_RECORD;

    if (args->value[OPTION_TESTS] && !s.directory) {
        tell(self, "--tests needs --export");
        return EXIT_USAGE;
    }
    if (s.directory)
        depth = args->value[OPTION_TESTS] ? INSPECT_TESTS : INSPECT_ARRAYS;
    if (proof && !proof_available()) {
        tell(self, "--proof needs a build with FLINT and Arb, which this one is not");
        return EXIT_FAILURE;
    }
    int status = overrides_read_grid(&g, args, &s.log);
    if (status == SWEEP_OK)
        status = identify_trial(&s.id, &g, args, &s.log);
    if (status == SWEEP_OK && proof)
        status = open_proof(&s, proof);
    if (status == SWEEP_OK)
        status = inspect_trial(&g, s.id.cell, s.id.replicate, depth, show_record,
                               tell_stage, s.proof.stream, &s, &s.log);
    if (status == SWEEP_OK && proof)
        status = outfile_commit(&s.proof, &s.log);
    outfile_discard(&s.proof);
    grid_release(&g);
    if (status != SWEEP_OK)
        return give_up(self, status, &s.log);
    return s.ended == TRIAL_OK ? EXIT_DONE : EXIT_FAILED_TRIALS;
}
