#include "cli.h"

#include "sweep/parse.h"
#include "sweep/statistic.h"
#include "sweep/table.h"
#include <stdint.h>
#include <string.h>

const struct option_info option_table[OPTION_COUNT] = {
    [OPTION_HELP] = {"help", 'h', NULL, "print this help", OFFERS_NOTHING},
    [OPTION_OUTPUT] = {"output", 'o', "DIR", "results folder (default: results/NAME)",
                       OFFERS_FOLDERS},
    [OPTION_THREADS] = {"threads", 'j', "N",
                        "threads (default: SLURM_CPUS_PER_TASK, else the CPUs allowed)",
                        OFFERS_NOTHING},
    [OPTION_QUIET] = {"quiet", 'q', NULL, "no progress and no summary", OFFERS_NOTHING},
    [OPTION_ROWS] = {"rows", 0, "A,B", "parameters that make a row (default: the axes)",
                     OFFERS_PARAMETERS},
    [OPTION_COLUMNS] =
        {"columns", 0, "X,Y",
         "results to show, see 'sweep columns', or expressions over them and the "
         "parameters: \"relative: restored_eps / norm\"",
         OFFERS_COLUMNS},
    [OPTION_STATISTICS] = {"statistics", 0, "S,T", NULL, OFFERS_STATISTICS},
    [OPTION_WHERE] =
        {"where", 0, "EXPR",
         "only cells for which it holds, \"samples = 10 and step_scale < 1\"; with "
         "results in it, only such trials",
         OFFERS_NOTHING},
    [OPTION_FORMAT] = {"format", 0, "F", NULL, OFFERS_FORMATS},
    [OPTION_PIVOT] = {"pivot", 0, "AXIS",
                      "its values as columns, in text, latex or html",
                      OFFERS_PARAMETERS},
    [OPTION_SORT] = {"sort", 0, "A,B",
                     "rows in the order of these columns, -A: the largest first",
                     OFFERS_COLUMNS},
    [OPTION_DIGITS] = {"digits", 0, "N",
                       "significant digits (default: 4; 17 of tsv, csv and json)",
                       OFFERS_NOTHING},
    [OPTION_TABLE] = {"output", 'o', "FILE",
                      "write it there; .tex, .txt, .csv, .json, .md and .tsv say the "
                      "format",
                      OFFERS_NOTHING},
    [OPTION_CELL] = {"cell", 0, "K", "cell of the grid, from 0", OFFERS_NOTHING},
    [OPTION_REPLICATE] = {"replicate", 0, "R", "replicate in that cell, from 0",
                          OFFERS_NOTHING},
    [OPTION_EXPORT] = {"export", 0, "DIR", "write every array there as NAME.npy",
                       OFFERS_FOLDERS},
    [OPTION_PROOF] = {"proof", 0, "FILE",
                      "prove the exact KKT points and write the proofs there",
                      OFFERS_NOTHING},
    [OPTION_TESTS] = {"tests", 0, NULL, "with --export: the test points too",
                      OFFERS_NOTHING},
    [OPTION_SHARD] = {"shard", 0, "i/n", "only part i = 1..n of n, in DIR/shard-i-of-n",
                      OFFERS_NOTHING},
    [OPTION_RETRY_FAILED] = {"retry-failed", 0, NULL, "run trials that failed again",
                             OFFERS_NOTHING},
    [OPTION_FRESH] = {"fresh", 0, NULL,
                      "start over; what is there moves to DIR/old-TIME",
                      OFFERS_NOTHING},
    [OPTION_MAX_FAILURES] = {"max-failures", 0, "N|P%",
                             "stop when more trials failed (default: when the first 20 "
                             "trainings all fail)",
                             OFFERS_NOTHING},
    [OPTION_TIME_LIMIT] =
        {"time-limit", 0, "T",
         "stop after that, in the middle of trials: 90s, 1h30m, 8:00:00, 2d",
         OFFERS_NOTHING},
    [OPTION_ALLOW_MIXED] = {"allow-mixed", 0, NULL,
                            "accept results of another CPU or compiler",
                            OFFERS_NOTHING},
    [OPTION_ON_END] = {"on-end", 0, "COMMAND",
                       "run it with sh when the run has ended, however that was: "
                       "SWEEP_FOLDER is the folder, SWEEP_STATUS the exit status",
                       OFFERS_NOTHING},
    [OPTION_JSON] = {"json", 0, NULL, "print one JSON object", OFFERS_NOTHING},
    [OPTION_NO_PILOT] = {"no-pilot", 0, NULL,
                         "estimate times from the model alone, run nothing",
                         OFFERS_NOTHING},
    [OPTION_WATCH] = {"watch", 0, NULL,
                      "tell again every few seconds until all is done or nobody "
                      "works there any more",
                      OFFERS_NOTHING},
    [OPTION_X] = {"x", 0, "AXIS",
                  "parameter along x (default: step_scale, else the longest axis)",
                  OFFERS_PARAMETERS},
    [OPTION_Y] = {"y", 0, "X,Y",
                  "results to draw, or expressions, success rates too (default: the "
                  "table's); --columns is the same",
                  OFFERS_COLUMNS},
    [OPTION_AGAINST] = {"against", 0, "X",
                        "a result to draw, dashed, into every panel, such as a bound",
                        OFFERS_COLUMNS},
    [OPTION_BY] = {"by", 0, "A,B",
                   "parameters told apart by lines, or none (default: the next axis)",
                   OFFERS_PARAMETERS},
    [OPTION_FACET] = {"facet", 0, "A,B",
                      "parameters told apart by panels, or none; other axes are pooled "
                      "(default: all that are left)",
                      OFFERS_PARAMETERS},
    [OPTION_STATISTIC] = {"statistic", 0, "S",
                          "median (default), mean, ...; --statistics S,T,U is this and "
                          "--band",
                          OFFERS_STATISTICS},
    [OPTION_BAND] = {"band", 0, "S,T",
                     "ends of the bands; or sem, sd, none (default: q25,q75; of a mean "
                     "t95_low,t95_high)",
                     OFFERS_STATISTICS},
    [OPTION_MAP] = {"map", 0, NULL, "colours over x and one --by instead of lines",
                    OFFERS_NOTHING},
    [OPTION_LEVEL] = {"level", 0, "V", "draw a line or contour at this value",
                      OFFERS_NOTHING},
    [OPTION_TITLE] = {"title", 0, "TEXT", "title (default: the grid's name)",
                      OFFERS_NOTHING},
    [OPTION_FIGURE] = {"output", 'o', "FILE",
                       "figure: .svg, .png, .pdf or .tex (default: DIR/plot.svg)",
                       OFFERS_NOTHING},
    [OPTION_REPORT] = {"report", 0, NULL,
                       "write DIR/report.html when the run has ended, see 'sweep help "
                       "report'",
                       OFFERS_NOTHING},
    [OPTION_PAGE] = {"output", 'o', "FILE", "page (default: DIR/report.html)",
                     OFFERS_NOTHING},
    [OPTION_PICTURE] = {"format", 0, "F",
                        "svg (default), png, pdf or tex: DIR/plot.F, or FILE.F",
                        OFFERS_PICTURES},
    [OPTION_WIDTH] = {"width", 0, "W",
                      "of the figure: column (8 cm), page (16.5 cm) or 3.3in",
                      OFFERS_NOTHING},
    [OPTION_SIZE] = {"size", 0, "WxH",
                     "width and height: 3.3x2.4in, or in cm, mm, pt (of LaTeX)",
                     OFFERS_NOTHING},
    [OPTION_FONT] = {"font", 0, "NAME,N",
                     "Times,9: letters of 9 points; ,9: of the same font (default: "
                     "Helvetica, 8 points in a figure with a width)",
                     OFFERS_NOTHING},
    [OPTION_LEGEND] = {"legend", 0, "L",
                       "right, below, inside a panel off the data, or none (default: "
                       "right, or below where the figure is narrow)",
                       OFFERS_LEGENDS},
    [OPTION_XLABEL] = {"xlabel", 0, "TEXT", "instead of the name and meaning of x",
                       OFFERS_NOTHING},
    [OPTION_YLABEL] = {"ylabel", 0, "TEXT", "instead of the name of the one result",
                       OFFERS_NOTHING},
    [OPTION_NO_TITLE] = {"no-title", 0, NULL,
                         "no title, nor what the results and x mean", OFFERS_NOTHING},
    [OPTION_NO_CAPTION] = {"no-caption", 0, NULL, "print the caption instead",
                           OFFERS_NOTHING},
    [OPTION_LOG] = {"log", 0, "AXES",
                    "logarithmic axes: x, y, xy or none (default: as the values ask)",
                    OFFERS_NOTHING},
    [OPTION_BARS] = {"bars", 0, NULL, "error bars instead of bands", OFFERS_NOTHING},
    [OPTION_FIT] = {"fit", 0, "power",
                    "draw and print the power law of each line, with the 95 % interval "
                    "of its exponent",
                    OFFERS_NOTHING},
    [OPTION_WITH] = {"with", 0, "DIR",
                     "lines of another folder beside these; may be repeated",
                     OFFERS_FOLDERS},
    [OPTION_STYLE] = {"style", 0, "FILE",
                      "gnuplot commands of your own, which the script reads last",
                      OFFERS_NOTHING},
    [OPTION_SAMPLE] = {"sample", 0, "N", "trials to compute again (default: 100)",
                       OFFERS_NOTHING},
    [OPTION_PROVE] = {"prove", 0, NULL, "prove their exact KKT points, too",
                      OFFERS_NOTHING},
};

/* "tsv (default), csv or json" */
static void list_formats(char *buffer, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; i < all_formats.count && used < size; i++) {
        const struct table_format *f = &table_formats[i];
        const char *before = i == 0 ? "" : i + 1 < all_formats.count ? ", " : " or ";
        used += (size_t)snprintf(buffer + used, size - used, "%s%s%s%s%s", before,
                                 f->name, f->meaning ? " (" : "",
                                 f->meaning ? f->meaning : "", f->meaning ? ")" : "");
    }
}

const char *option_meaning(const struct option_info *o, char *buffer, size_t size)
{
    if (o->meaning)
        return o->meaning;
    if (o->offers == OFFERS_FORMATS)
        list_formats(buffer, size);
    else
        names_list(&all_statistics, buffer, size);
    return buffer;
}

static const struct names all_options = {.what = "option", NAMES_OF(option_table)};

/* The option of a name of `length` letters, or of a letter (length 0), if the command
 * has it; else OPTION_COUNT. */
static enum option find_option(const struct command *command, const char *text,
                               size_t length)
{
    for (int i = 0; i < OPTION_COUNT; i++) {
        const struct option_info *info = &option_table[i];
        bool same = length > 0 ? strlen(info->name) == length &&
                                     strncmp(info->name, text, length) == 0
                               : info->letter == *text;
        if (same && (i == OPTION_HELP || command->options & OPTION_BIT(i)))
            return (enum option)i;
    }
    return OPTION_COUNT;
}

/* Options that other programs have, and what does that here. */
static const struct {
    const char *word, *instead;
} foreign[] = {
    {"--resume", "the same command again goes on where a run ended"},
    {"--continue", "the same command again goes on where a run ended"},
    {"--restart",
     "the same command again goes on where a run ended, --fresh starts over"},
    {"--force", "--fresh starts over and keeps what is there in DIR/old-TIME"},
    {"--overwrite", "--fresh starts over and keeps what is there in DIR/old-TIME"},
    {"--dry-run", "'sweep plan' reports what a run would do"},
    {"-n", "'sweep plan' reports what a run would do"},
    {"--verbose", "a run reports as it goes, and its events are in DIR/run.log"},
    {"-v",
     "a run reports as it goes, and its events are in DIR/run.log; 'sweep version' "
     "prints the version"},
    {"--debug", "'sweep trial' reports every step of one trial"},
};

/* The text is an option as typed, dashes and all. */
static bool tell_foreign(const struct command *command, const char *text)
{
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++)
        if (strcmp(foreign[i].word, text) == 0) {
            tell(command, "there is no '%s': %s", text, foreign[i].instead);
            return true;
        }
    return false;
}

/* Names among which to look for what was meant: those of this command only. */
static void tell_unknown_option(const struct command *command, const char *word)
{
    char text[64];
    snprintf(text, sizeof text, "%.*s", (int)strcspn(word, "="), word);
    if (tell_foreign(command, text))
        return;
    memmove(text, text + 2, strlen(text) - 1);
    const char *near = names_near(&all_options, text);
    if (near && find_option(command, near, strlen(near)) != OPTION_COUNT)
        tell(command, "unknown option '--%s' (did you mean '--%s'?)", text, near);
    else
        tell(command, "unknown option '--%s'; see 'sweep help %s'", text,
             command->name);
}

/* The option of a word that starts with '-', and the value in the same word, if any;
 * OPTION_COUNT after a message. */
static enum option read_option(const struct command *command, const char *word,
                               const char **value)
{
    enum option option = OPTION_COUNT;
    if (word[1] == '-') {
        size_t length = strcspn(word + 2, "=");
        if (length > 0)
            option = find_option(command, word + 2, length);
        *value = word[2 + length] == '=' ? word + 2 + length + 1 : NULL;
        if (option == OPTION_COUNT)
            tell_unknown_option(command, word);
    } else {
        option = find_option(command, word + 1, 0);
        *value = word[2] ? word + 2 : NULL;
        if (option == OPTION_COUNT && !tell_foreign(command, word))
            tell(command, "unknown option '%s'; see 'sweep help %s'", word,
                 command->name);
    }
    return option;
}

/* One word that starts with '-', and the next one if that is its value. Returns the
 * number of words used, or 0 after a message. */
static int take_option(struct arguments *args, const struct command *command, int left,
                       char **word)
{
    const char *value;
    enum option option = read_option(command, word[0], &value);
    int used = 1;
    if (option == OPTION_COUNT)
        return 0;
    const struct option_info *info = &option_table[option];
    if (!info->argument && value) {
        tell(command, "option '--%s' takes no value, got '%s'", info->name, value);
        return 0;
    }
    if (info->argument && !value && left > 1) {
        value = word[1];
        used = 2;
    }
    if (info->argument && (!value || !*value)) {
        tell(command, "option '--%s' needs a value: --%s=%s", info->name, info->name,
             info->argument);
        return 0;
    }
    args->value[option] = value ? value : "";
    if (option == OPTION_WITH && args->with_count == MOST_REPEATS) {
        tell(command, "--with can be given %d times", MOST_REPEATS);
        return 0;
    }
    if (option == OPTION_WITH)
        args->with[args->with_count++] = value;
    return used;
}

int arguments_parse(struct arguments *args, const struct command *command, int count,
                    char **word)
{
    bool options = true;
    *args = (struct arguments){.operand = word};
    for (int i = 0; i < count;) {
        if (options && strcmp(word[i], "--") == 0) {
            options = false;
            i++;
        } else if (options && word[i][0] == '-' && word[i][1]) {
            int used = take_option(args, command, count - i, word + i);
            if (used == 0)
                return 1;
            i += used;
        } else {
            /* Never ahead of the reading: operands move to the front. */
            args->operand[args->operand_count++] = word[i++];
        }
    }
    if (args->value[OPTION_HELP])
        return 0;
    if (args->operand_count < command->least)
        tell(command, "nothing to work on; usage: sweep %s %s", command->name,
             command->operands);
    else if (args->operand_count > command->most)
        tell(command, "too many operands: '%s'; usage: sweep %s %s",
             args->operand[command->most], command->name, command->operands);
    else
        return 0;
    return 1;
}

int arguments_count(const struct arguments *args, const struct command *command,
                    enum option option, size_t *value)
{
    const struct option_info *info = &option_table[option];
    const char *text = args->value[option];
    uint64_t number = 0;
    enum { MOST = 4096 };

    if (!text)
        return 0;
    enum parse_result result = parse_unsigned(text, &number);
    if (result != PARSE_OK)
        tell(command, "--%s '%s' %s", info->name, text, parse_explain(result));
    else if (number < 1 || number > MOST)
        tell(command, "--%s must be 1 to %d, got %s", info->name, MOST, text);
    else {
        *value = (size_t)number;
        return 0;
    }
    return 1;
}
