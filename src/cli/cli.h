/* cli.h - commands and options as tables; what the files of `cli` share.
 *
 * A new command is one row in commands.c and one file cmd_NAME.c; a new option is one
 * row in options.c and one name in `enum option`.
 */
#ifndef SWEEP_CLI_H
#define SWEEP_CLI_H

#include "sweep/parameters.h"
#include "sweep/status.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum exit_code {
    EXIT_DONE = 0,
    EXIT_BROKEN = 1, /* failure of the program or of I/O */
    EXIT_USAGE = 2,  /* command line or grid file */
    EXIT_FAILED_TRIALS = 3,
    EXIT_STOPPED = 4 /* with work left */
};

enum option {
    OPTION_HELP,
    OPTION_OUTPUT,
    OPTION_THREADS,
    OPTION_QUIET,
    OPTION_ROWS,
    OPTION_COLUMNS,
    OPTION_STATISTICS,
    OPTION_WHERE,
    OPTION_FORMAT,
    OPTION_PIVOT,
    OPTION_SORT,
    OPTION_DIGITS,
    OPTION_TABLE,
    OPTION_CELL,
    OPTION_REPLICATE,
    OPTION_EXPORT,
    OPTION_TESTS,
    OPTION_PROOF,
    OPTION_SHARD,
    OPTION_RETRY_FAILED,
    OPTION_FRESH,
    OPTION_MAX_FAILURES,
    OPTION_TIME_LIMIT,
    OPTION_ALLOW_MIXED,
    OPTION_ON_END,
    OPTION_SAMPLE,
    OPTION_PROVE,
    OPTION_JSON,
    OPTION_NO_PILOT,
    OPTION_WATCH,
    OPTION_X,
    OPTION_Y,
    OPTION_AGAINST,
    OPTION_BY,
    OPTION_FACET,
    OPTION_STATISTIC,
    OPTION_BAND,
    OPTION_MAP,
    OPTION_LEVEL,
    OPTION_TITLE,
    OPTION_FIGURE,
    OPTION_REPORT,
    OPTION_PAGE,
    OPTION_PICTURE,
    OPTION_WIDTH,
    OPTION_SIZE,
    OPTION_FONT,
    OPTION_LEGEND,
    OPTION_XLABEL,
    OPTION_YLABEL,
    OPTION_NO_TITLE,
    OPTION_NO_CAPTION,
    OPTION_LOG,
    OPTION_BARS,
    OPTION_FIT,
    OPTION_WITH,
    OPTION_STYLE,
    OPTION_COUNT
};

#define OPTION_BIT(option) ((uint64_t)1 << (option))
_Static_assert(OPTION_COUNT <= 64, "the options of a command must fit into 64 bits");

/* What a shell offers for the value of an option. */
enum offers {
    OFFERS_NOTHING,
    OFFERS_FOLDERS,
    OFFERS_FORMATS,    /* of tables */
    OFFERS_PICTURES,   /* formats of figures */
    OFFERS_LEGENDS,    /* places of them */
    OFFERS_PARAMETERS, /* this and those below with commas between them */
    OFFERS_COLUMNS,
    OFFERS_STATISTICS
};

struct option_info {
    const char *name;
    char letter;          /* short form; 0: none */
    const char *argument; /* what to call it in help; NULL: a flag */
    const char *meaning;  /* NULL: the words it offers */
    enum offers offers;
};

extern const struct option_info option_table[OPTION_COUNT];

/* Room for the meaning of an option. */
enum { OPTION_TEXT = 512 };

/* The meaning of an option, with the words that it takes where `meaning` is NULL.
 * Returns it, or buffer. */
const char *option_meaning(const struct option_info *o, char *buffer, size_t size);

/* Times that an option which may be repeated can be given. */
enum { MOST_REPEATS = 13 };

/* What the user typed after the command. */
struct arguments {
    const char *value[OPTION_COUNT]; /* NULL: not given; "" for a flag given */
    const char *with[MOST_REPEATS];  /* every value of --with */
    size_t with_count;
    char **operand;
    int operand_count;
};

struct command {
    const char *name;
    const char *operands; /* in the usage line */
    const char *summary;  /* one line */
    const char *details;  /* help text below the usage; "" if none */
    uint64_t options;     /* bits OPTION_BIT(OPTION_...) */
    int least, most;      /* number of operands */
    bool computes;        /* results: refused when the linear algebra is wrong */
    bool reads;           /* a results folder, its operand: see folder_find */
    int (*run)(const struct command *self, const struct arguments *args);
};

extern const struct command command_table[];
extern const size_t command_count;

/* The command of that name, or NULL after a message with a suggestion. */
const struct command *command_find(const char *name);

/* Fill `args` from the words after the command, which it reorders. Returns 0, or 1
 * after a message. */
int arguments_parse(struct arguments *args, const struct command *command, int count,
                    char **word);

/* A whole number of at least 1; returns 0, or 1 after a message. Untouched if the
 * option was not given. */
int arguments_count(const struct arguments *args, const struct command *command,
                    enum option option, size_t *value);

int cmd_columns(const struct command *self, const struct arguments *args);
int cmd_help(const struct command *self, const struct arguments *args);
int cmd_merge(const struct command *self, const struct arguments *args);
int cmd_new(const struct command *self, const struct arguments *args);
int cmd_parameters(const struct command *self, const struct arguments *args);
int cmd_plan(const struct command *self, const struct arguments *args);
int cmd_plot(const struct command *self, const struct arguments *args);
int cmd_report(const struct command *self, const struct arguments *args);
int cmd_run(const struct command *self, const struct arguments *args);
int cmd_status(const struct command *self, const struct arguments *args);
int cmd_table(const struct command *self, const struct arguments *args);
int cmd_trial(const struct command *self, const struct arguments *args);
int cmd_verify(const struct command *self, const struct arguments *args);
int cmd_version(const struct command *self, const struct arguments *args);

/* The list of commands; the help of one. */
void print_overview(FILE *stream);
void print_command_help(FILE *stream, const struct command *command);

/* The manual page, in roff. */
void print_manual(FILE *stream);

/* Completion of the command line, for bash, zsh and fish. */
void print_bash_completion(FILE *stream);
void print_zsh_completion(FILE *stream);
void print_fish_completion(FILE *stream);

/* A parameter's range or choices, and its default ("" if none), as text. */
void parameter_range_text(enum parameter p, char *buffer, size_t size);
void parameter_preset_text(enum parameter p, char *buffer, size_t size);

/* "sweep run: MESSAGE" to stderr; command NULL: "sweep: MESSAGE". */
void tell(const struct command *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Print the list, 20 at most, and release it. Returns the exit code for `status`. */
int give_up(const struct command *command, int status, struct diagnostics *log);

/* A table of texts in aligned columns; `cell` writes one entry into buffer, row 0 is
 * the header. On a terminal it fits the width: the last column is broken, or all that
 * have no room stand below the others. */
void print_aligned(FILE *stream, size_t rows, size_t columns,
                   void (*cell)(size_t row, size_t column, char *buffer, size_t size));

#endif
