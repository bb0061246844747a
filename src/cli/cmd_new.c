#include "cli.h"

#include "sweep/grid_yaml.h"
#include "sweep/outfile.h"
#include "template.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_name(const char *name)
{
    size_t length = strlen(name);
    return length > 0 && length <= GRID_NAME_LIMIT &&
           strspn(name, grid_name_letters) == length;
}

static int write_template(const char *path, const char *name, struct diagnostics *log)
{
    struct outfile out = {0};
    if (access(path, F_OK) == 0) {
        diagnostics_add(log, NULL, 0, 0,
                        "'%s' is there already; choose another name or move it away",
                        path);
        return SWEEP_INPUT;
    }
    int status = outfile_open(&out, path, log);
    if (status != SWEEP_OK)
        return status;
    print_template(out.stream, name);
    return outfile_commit(&out, log);
}

int cmd_new(const struct command *self, const struct arguments *args)
{
    struct diagnostics log = {0};
    const char *word = args->operand[0], *ending = strstr(word, ".yaml");
    char name[128], path[160];

    snprintf(name, sizeof name, "%.*s",
             (int)(ending && !ending[5] ? (size_t)(ending - word) : strlen(word)),
             word);
    if (!is_name(name)) {
        tell(self, "a name may have up to %d letters, digits, _ and -, got '%s'",
             GRID_NAME_LIMIT, word);
        return EXIT_USAGE;
    }
    snprintf(path, sizeof path, "%s.yaml", name);
    int status = write_template(path, name, &log);
    if (status != SWEEP_OK)
        return give_up(self, status, &log);
    fprintf(stderr, "grid: %s; change it, then: sweep plan %s, sweep run %s\n", path,
            path, path);
    return EXIT_DONE;
}
