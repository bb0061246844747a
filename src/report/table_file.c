#include "sweep/outfile.h"
#include "sweep/table.h"

int table_write_file(const char *directory, struct store *s, const struct grid *g,
                     struct diagnostics *log)
{
    struct aggregate a;
    struct outfile out = {0};

    int status = aggregate_build(&a, s, g, &g->table, log);
    if (status != SWEEP_OK)
        return status;
    status = outfile_open_in(&out, directory, "table.tsv", log);
    if (status == SWEEP_OK)
        status = table_write_tsv(out.stream, &a, g, NULL);
    if (status == SWEEP_OK)
        status = outfile_commit(&out, log);
    outfile_discard(&out);
    aggregate_release(&a);
    return status;
}
