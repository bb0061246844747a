#include "cli.h"

enum { MOST_OPERANDS = 1 << 20 };

#define BIT(option) OPTION_BIT(OPTION_##option)

const struct command command_table[] = {
    {"run", "GRID [NAME=VALUE...] [-o DIR] [-j N]", "run what is missing of a grid",
     "Runs every trial of the grid file GRID that the results folder does not hold "
     "yet;\n"
     "the same command again resumes. Ends by writing table.tsv into the folder. "
     "Ctrl-C\n"
     "stops within a second or two and keeps what is done.\n"
     "\n"
     "NAME=VALUE sets a parameter in the place of the file: width=200, samples=10,20.\n"
     "What is kept in the folder is the grid as run.\n"
     "\n"
     "Exit status: 0 all done, 1 failure, 2 bad grid file or usage, 3 done but some\n"
     "trials failed, 4 stopped with work left.\n",
     BIT(OUTPUT) | BIT(THREADS) | BIT(QUIET) | BIT(SHARD) | BIT(RETRY_FAILED) |
         BIT(FRESH) | BIT(MAX_FAILURES) | BIT(TIME_LIMIT) | BIT(ALLOW_MIXED) |
         BIT(ON_END) | BIT(REPORT),
     1, MOST_OPERANDS, true, false, cmd_run},
    {"plan", "GRID [NAME=VALUE...] [-o DIR] [-j N] [--shard i/n]",
     "report what a run would cost, without running it",
     "Reports how many trials and trainings the grid file GRID asks for, what the "
     "results\n"
     "folder holds of them already, how much memory and time a run takes. To know "
     "this\n"
     "machine a few trainings, 5 seconds or one, are run and forgotten. Nothing is "
     "written.\n"
     "\n"
     "Exit status: 0 done, 1 failure, 2 bad grid file or usage.\n",
     BIT(OUTPUT) | BIT(THREADS) | BIT(SHARD) | BIT(JSON) | BIT(NO_PILOT), 1,
     MOST_OPERANDS, false, false, cmd_plan},
    {"new", "NAME", "write a grid file to start from",
     "Writes NAME.yaml, a grid file with a comment on every key, which runs as it is, "
     "in a\n"
     "second or two. 'sweep help grid' shows it.\n"
     "\n"
     "Exit status: 0 written, 1 failure, 2 usage, or there is such a file already.\n",
     0, 1, 1, false, false, cmd_new},
    {"status", "DIR [--watch]", "report how far a run or its shards are",
     "Reports what the results folder DIR, or the folders of shards in it, hold: "
     "trials\n"
     "done, failed and missing, the pace of the last run and who works there. Of a "
     "folder\n"
     "of results folders: a line for each.\n"
     "With --watch, again and again until all is done or nobody works there: the run\n"
     "ended, or died. A run on another machine counts as ended when 10 minutes bring\n"
     "no result.\n"
     "\n"
     "Exit status: 0 all done, 1 failure, 3 done but some trials failed, 4 work "
     "left.\n",
     BIT(WATCH), 1, 1, false, true, cmd_status},
    {"merge", "OUT DIR...", "unite the folders of shards",
     "Puts the trials of all folders DIR into the folder OUT and writes its "
     "table.tsv.\n"
     "Folders of another grid, seed or platform are refused, and so are two results "
     "of\n"
     "one trial that differ. Missing shards may be merged later.\n"
     "\n"
     "Exit status: 0 all done, 1 failure, 2 refused, 3 done but some trials failed, 4\n"
     "trials are missing.\n",
     BIT(ALLOW_MIXED), 2, MOST_OPERANDS, false, false, cmd_merge},
    {"verify", "DIR [--sample N] [--prove]",
     "compute stored trials again and compare every bit",
     "Computes N of the trials in the results folder DIR again, spread evenly over "
     "all\n"
     "of them, and compares every bit of every result. On another CPU, BLAS kernel or\n"
     "compiler than the results come from, differences of rounding are allowed: 1e-9 "
     "of\n"
     "a value, or 1e-12 of what it is measured in, such as |theta| for a residual.\n"
     "With --prove their exact KKT points are proved in ball arithmetic, whatever "
     "'prove'\n"
     "is in the grid.\n"
     "\n"
     "Exit status: 0 all agree, 1 some differ, or failure.\n",
     BIT(SAMPLE) | BIT(PROVE), 1, 1, true, true, cmd_verify},
    {"table", "DIR [--rows A,B] [--columns X,Y] [--statistics S,T] [--where EXPR]",
     "print the results of a folder, aggregated",
     "Prints to standard output what the results folder DIR holds now. What is not "
     "asked\n"
     "for comes from 'table:' of the grid file. On a terminal, aligned and with few "
     "digits;\n"
     "elsewhere tsv with all of them.\n"
     "\n"
     "  sweep table results/audit --pivot method --sort -dimension -o table.tex\n"
     "\n"
     "Exit status: 0 done, 1 failure, 2 usage.\n",
     BIT(ROWS) | BIT(COLUMNS) | BIT(STATISTICS) | BIT(WHERE) | BIT(FORMAT) |
         BIT(PIVOT) | BIT(SORT) | BIT(DIGITS) | BIT(TABLE),
     1, 1, false, true, cmd_table},
    {"plot", "DIR [--x AXIS] [--y X,Y] [--by A,B] [--map] [-o FILE]",
     "draw the results of a folder",
     "Draws results against a parameter: a line for each value of --by, a panel for\n"
     "each result and each value of --facet, bands for the spread of the trials. With\n"
     "--map, colours over two parameters. What is not asked for is chosen. Needs\n"
     "gnuplot, whose script is left beside the figure with the data in it, to be\n"
     "changed and run again: gnuplot FILE.gp. Another 'sweep plot' replaces both; "
     "what\n"
     "you set in a file of your own, --style FILE, stays.\n"
     "\n"
     "  sweep plot results/gaussian --x dimension --by step_scale \\\n"
     "    --y restored_relative_eps\n"
     "  sweep plot results/dimension --width column --no-title --no-caption -o "
     "fig.pdf\n"
     "  sweep plot results/near_orthogonality --map --x correlation --by step_scale "
     "\\\n"
     "    --y exact_tau --where 'correlation < 0.5' -o map.pdf\n"
     "\n"
     "Exit status: 0 drawn, 1 failure (without gnuplot the script is left), 2 usage.\n",
     BIT(X) | BIT(Y) | BIT(AGAINST) | BIT(BY) | BIT(FACET) | BIT(STATISTIC) |
         BIT(BAND) | BIT(MAP) | BIT(LEVEL) | BIT(WHERE) | BIT(TITLE) | BIT(FIGURE) |
         BIT(COLUMNS) | BIT(STATISTICS) | BIT(PICTURE) | BIT(WIDTH) | BIT(SIZE) |
         BIT(FONT) | BIT(LEGEND) | BIT(XLABEL) | BIT(YLABEL) | BIT(NO_TITLE) |
         BIT(NO_CAPTION) | BIT(LOG) | BIT(BARS) | BIT(FIT) | BIT(WITH) | BIT(STYLE),
     1, 1, false, true, cmd_plot},
    {"report", "DIR [-o FILE] [--watch]",
     "write all there is to see into one HTML page",
     "Writes one HTML file that needs nothing else, not even a network: what the grid\n"
     "asks, what is done and what failed with advice, plan and time, the figures of\n"
     "'sweep plot', the table of 'sweep table' with columns to sort by, where it all\n"
     "comes from. Without gnuplot it has all but the figures. While a run works in "
     "the\n"
     "folder the page loads itself again; --watch writes it anew until the run ends.\n"
     "\n"
     "Exit status: 0 written, 1 failure, 2 usage.\n",
     BIT(PAGE) | BIT(WATCH), 1, 1, false, true, cmd_report},
    {"trial",
     "GRID [NAME=VALUE...] --cell K --replicate R [--export DIR] [--tests] [--proof "
     "FILE]",
     "run one trial again and show its record",
     "Runs replicate R of cell K of the grid file GRID, reports each step on "
     "standard error\n"
     "and prints every parameter and result, one a line. With --export the arrays "
     "behind\n"
     "them go into DIR for NumPy, and the record as record.json. With --proof the "
     "exact\n"
     "KKT points and the bounds of the certificates are proved in ball arithmetic,\n"
     "whatever 'prove' is, and what anybody can check against those arrays goes into\n"
     "FILE.\n"
     "\n"
     "Exit status: 0 done, 1 failure, 2 bad grid file or usage, 3 the trial failed.\n",
     BIT(CELL) | BIT(REPLICATE) | BIT(EXPORT) | BIT(TESTS) | BIT(PROOF), 1,
     MOST_OPERANDS, true, false, cmd_trial},
    {"parameters", "", "list what a grid file may set", "", 0, 0, 0, false, false,
     cmd_parameters},
    {"columns", "[GRID|DIR]", "list the results of a trial",
     "Lists what there is to show of a trial, and the results that the grid file GRID, "
     "or\nthat of the results folder DIR, defines of its own.\n",
     0, 0, 1, false, false, cmd_columns},
    {"help", "[COMMAND]", "explain a command",
     "Explains COMMAND, or lists the commands. Instead of one, 'grid' shows a grid "
     "file with\n"
     "a comment on every key, 'man' writes the manual page, and 'bash', 'zsh' or "
     "'fish' the\n"
     "completion for that shell.\n",
     0, 0, 1, false, false, cmd_help},
    {"version", "", "print the version and those of the libraries", "", 0, 0, 0, false,
     false, cmd_version},
};
const size_t command_count = sizeof command_table / sizeof command_table[0];

static const struct names all_commands = {
    .what = "command", .see = "sweep help", NAMES_OF(command_table)};

const struct command *command_find(const char *name)
{
    struct diagnostics log = {0};
    size_t i = names_take(&all_commands, name, NULL, &log);
    if (i < command_count)
        return &command_table[i];
    give_up(NULL, SWEEP_INPUT, &log);
    return NULL;
}
