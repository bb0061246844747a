#include "cli.h"

#include <string.h>

#define BIT(option) (1u << OPTION_##option)

const struct command command_table[] = {
    {"run", "GRID [-o DIR] [-j N]", "run what is missing of a grid",
     "Runs every trial of the grid file GRID that the results folder does not hold "
     "yet;\n"
     "the same command again resumes. Ends by writing table.tsv into the folder. "
     "Ctrl-C\n"
     "stops within a second or two and keeps what is done.\n"
     "\n"
     "Exit status: 0 all done, 1 failure, 2 bad grid file or usage, 3 done but some\n"
     "trials failed, 4 stopped with work left.\n",
     BIT(OUTPUT) | BIT(THREADS) | BIT(QUIET) | BIT(SHARD) | BIT(RETRY_FAILED) |
         BIT(FRESH) | BIT(MAX_FAILURES) | BIT(TIME_LIMIT) | BIT(ALLOW_MIXED),
     1, 1, cmd_run},
    {"table", "DIR [--rows A,B] [--columns X,Y] [--statistics S,T]",
     "print the results of a folder, aggregated",
     "Prints to standard output what the results folder DIR holds now. What is not "
     "asked\n"
     "for comes from 'table:' of the grid file.\n",
     BIT(ROWS) | BIT(COLUMNS) | BIT(STATISTICS) | BIT(FORMAT), 1, 1, cmd_table},
    {"trial", "GRID --cell K --replicate R [--export DIR] [--tests]",
     "run one trial again and show its record",
     "Runs replicate R of cell K of the grid file GRID, tells each step on standard "
     "error\n"
     "and prints every parameter and result, one a line. With --export the arrays "
     "behind\n"
     "them go into DIR for NumPy, and the record as record.json.\n"
     "\n"
     "Exit status: 0 done, 1 failure, 2 bad grid file or usage, 3 the trial failed.\n",
     BIT(CELL) | BIT(REPLICATE) | BIT(EXPORT) | BIT(TESTS), 1, 1, cmd_trial},
    {"parameters", "", "list what a grid file may set", "", 0, 0, 0, cmd_parameters},
    {"columns", "", "list the results of a trial", "", 0, 0, 0, cmd_columns},
    {"help", "[COMMAND]", "explain a command", "", 0, 0, 1, cmd_help},
    {"version", "", "print the version and those of the libraries", "", 0, 0, 0,
     cmd_version},
};
const size_t command_count = sizeof command_table / sizeof command_table[0];

static const char *command_name(size_t i, const void *context)
{
    (void)context;
    return command_table[i].name;
}

const struct command *command_find(const char *name)
{
    for (size_t i = 0; i < command_count; i++)
        if (strcmp(command_table[i].name, name) == 0)
            return &command_table[i];
    tell_unknown(NULL, "command", name, command_count, command_name);
    return NULL;
}
