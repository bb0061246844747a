/* The manual page: the tables of commands, options, parameters and results in roff, and
 * what no table holds. */
#include "cli.h"

#include "sweep/columns.h"
#include <string.h>

/* A hyphen to copy, no escape by accident, no request at the start of a line. */
static void roff_text(FILE *stream, const char *words)
{
    bool start = true;
    for (; *words; words++) {
        if (start && (*words == '.' || *words == '\''))
            fputs("\\&", stream);
        start = *words == '\n';
        if (*words == '\n' && words[1] == '\n')
            fputs("\n.PP", stream);
        else if (*words == '-')
            fputs("\\-", stream);
        else if (*words == '\\')
            fputs("\\e", stream);
        else if (*words == '\n' && words[1] == '\0')
            continue;
        else
            putc(*words, stream);
        if (*words == '\n' && words[1] == '\n')
            words++, putc('\n', stream);
    }
}

static void roff_bold(FILE *stream, const char *words)
{
    fputs("\\fB", stream);
    roff_text(stream, words);
    fputs("\\fR", stream);
}

static void roff_line(FILE *stream, const char *words)
{
    roff_text(stream, words);
    putc('\n', stream);
}

static void print_option(FILE *stream, const struct option_info *o)
{
    char letter[] = {'-', o->letter, '\0'}, meaning[OPTION_TEXT];
    fputs(".TP\n", stream);
    if (o->letter) {
        roff_bold(stream, letter);
        fputs(", ", stream);
    }
    roff_bold(stream, "--");
    roff_bold(stream, o->name);
    if (o->argument) {
        fputs(" \\fI", stream);
        roff_text(stream, o->argument);
        fputs("\\fR", stream);
    }
    putc('\n', stream);
    roff_line(stream, option_meaning(o, meaning, sizeof meaning));
}

static void print_commands(FILE *stream)
{
    fputs(".SH COMMANDS\n", stream);
    for (size_t i = 0; i < command_count; i++) {
        const struct command *c = &command_table[i];
        fputs(".SS \"sweep ", stream);
        roff_text(stream, c->name);
        fputs(*c->operands ? " " : "", stream);
        roff_text(stream, c->operands);
        fputs("\"\n", stream);
        if (*c->details) {
            roff_line(stream, c->details);
        } else {
            fputs("To ", stream);
            roff_text(stream, c->summary);
            fputs(".\n", stream);
        }
        for (int k = 0; k < OPTION_COUNT; k++)
            if (c->options & OPTION_BIT(k))
                print_option(stream, &option_table[k]);
    }
}

static void print_parameters(FILE *stream)
{
    fputs(".SH PARAMETERS\nWhat a grid file may set under \\fBgrid\\fR.\n", stream);
    for (enum parameter p = 0; p < PARAMETER_COUNT; p++) {
        const struct parameter_info *info = &parameter_table[p];
        char range[256], preset[64];
        parameter_range_text(p, range, sizeof range);
        parameter_preset_text(p, preset, sizeof preset);
        fputs(".TP\n", stream);
        roff_bold(stream, info->name);
        putc('\n', stream);
        roff_text(stream, info->meaning);
        fputs(*range ? ". " : "", stream);
        roff_text(stream, range);
        fputs(*preset ? "; default " : "", stream);
        roff_text(stream, preset);
        putc('\n', stream);
    }
}

static void print_results(FILE *stream)
{
    fputs(".SH RESULTS\nThe columns of a trial.\n", stream);
    for (enum column c = 0; c < COLUMN_COUNT; c++) {
        fputs(".TP\n", stream);
        roff_bold(stream, column_table[c].name);
        putc('\n', stream);
        roff_line(stream, column_table[c].meaning);
    }
}

static const char opening[] =
    ".SH SYNOPSIS\n.B sweep\n.I COMMAND\n[\\fIOPTIONS\\fR] [\\fIOPERANDS\\fR]\n"
    ".SH DESCRIPTION\n"
    "Trains linear predictors and two\\-layer (leaky) ReLU networks on "
    "high\\-dimensional\n"
    "data, unlearns points by a gradient\\-ascent step or another method, and measures "
    "how\n"
    "close the result is to a KKT point of margin maximisation on the retained "
    "points:\n"
    "(eps, delta, tau)\\-successful unlearning. Does so over a grid of parameters and "
    "many\n"
    "seeded trials in parallel, keeps every trial in a database, and aggregates.\n"
    ".PP\n"
    "Data go to standard output, everything else to standard error.\n"
    ".SH GRID FILE\n"
    "YAML. A value fixes a parameter, a list or a range makes it an axis.\n"
    ".PP\n.nf\n.RS\n"
    "name: gaussian            # names the folder results/gaussian\n"
    "seed: 7\n"
    "replicates: 20            # trials in every cell\n"
    "grid:\n"
    "  dimension: {logspace: [1e3, 1e5, 3]}\n"
    "  samples: 10\n"
    "  step_scale: {linspace: [0, 2, 21]}\n"
    "where: \"samples * 20 <= dimension\"        # optional\n"
    "table:                                    # optional\n"
    "  rows: [dimension, step_scale]\n"
    "  columns: [restored_relative_eps, restored_tau]\n"
    "  statistics: [mean, t95_low, t95_high]\n"
    ".RE\n.fi\n"
    ".PP\n"
    "Further keys are \\fBuntil\\fR (in the place of replicates: trials until a mean "
    "is known\n"
    "well enough), \\fBzip\\fR (axes that advance together), \\fBderive\\fR "
    "(parameters\n"
    "computed from others) and \\fBsuccess\\fR (thresholds for success rates).\n";

static const char closing[] =
    ".SH EXIT STATUS\n"
    "0 all done; 1 failure of the program or of I/O; 2 wrong usage or grid file; 3 "
    "done\n"
    "but some trials failed; 4 stopped with work left. After a signal, that signal.\n"
    ".SH ENVIRONMENT\n"
    ".TP\n.B SLURM_CPUS_PER_TASK\nThe default number of threads.\n"
    ".TP\n.B NO_COLOR\nWhen set, no colour on a terminal.\n"
    ".TP\n.B SWEEP_NO_LOCKS\nWhen set, results folders are guarded without file "
    "locks,\nas on a file system that has none.\n"
    ".SH FILES\n"
    ".TP\n.I results/NAME/grid.yaml\nThe grid file as given.\n"
    ".TP\n.I results/NAME/sweep.db\nThe SQLite record of every trial.\n"
    ".TP\n.I results/NAME/table.tsv\nThe aggregate, for gnuplot and others.\n"
    ".TP\n.I results/NAME/report.html\nThe page of sweep report, if it was made.\n"
    ".TP\n.I results/NAME/run.log\nStarts, stops and failures.\n"
    ".TP\n.I PREFIX/share/sweep/sweeps/\nGrid files to start from, run_all.sh that "
    "runs and draws\nthem, digits.sh that makes a data file, sweep.py for\npandas, job "
    "scripts for Slurm; "
    "the\nreference in README.md, what is computed in methods.md.\n"
    ".TP\n.I PREFIX/share/sweep/plots/\nThe figures of these sweeps and their gnuplot "
    "scripts; README.md\nshows them.\n"
    ".SH EXAMPLES\n.nf\n"
    "sweep run gaussian.yaml\n"
    "sweep table results/gaussian \\-\\-format md\n"
    "sweep table results/gaussian \\-\\-where \"dimension > 1e4\" | column \\-t\n"
    "sweep run gaussian.yaml \\-o out \\-\\-shard 3/64\n"
    ".fi\n"
    ".SH SEE ALSO\n"
    "Melamed, Yehudai, Vardi, Provable Unlearning with Gradient Ascent on Two\\-Layer "
    "ReLU\n"
    "Neural Networks, arXiv:2510.14844.\n"
    ".PP\n"
    ".BR gnuplot (1),\n.BR sqlite3 (1)\n";

void print_manual(FILE *stream)
{
    fputs(".TH SWEEP 1 \"\" \"sweep " SWEEP_VERSION "\" \"User Commands\"\n"
          ".SH NAME\nsweep \\- parameter sweeps for provable machine unlearning\n",
          stream);
    fputs(opening, stream);
    print_commands(stream);
    print_parameters(stream);
    print_results(stream);
    fputs(closing, stream);
}
