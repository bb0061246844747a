#include "run_options.h"

#include "sweep/parse.h"
#include "sweep/runner.h"
#include <math.h>
#include <string.h>

enum { MOST_SHARDS = 100000 };

/* The part of `text` before its last `tail` letters as a number; 0 when it is one. */
static int number_before(const char *text, size_t tail, double *value)
{
    char digits[32];
    size_t length = strlen(text);
    if (length < tail || length - tail >= sizeof digits)
        return 1;
    snprintf(digits, sizeof digits, "%.*s", (int)(length - tail), text);
    return parse_real(digits, value) != PARSE_OK;
}

/* "3/64" */
static int read_shard(const char *text, struct run_options *o)
{
    const char *slash = strchr(text, '/');
    uint64_t shards;
    double shard;
    if (!slash || parse_unsigned(slash + 1, &shards) != PARSE_OK ||
        number_before(text, strlen(slash), &shard) != 0 || shards < 1 ||
        shards > MOST_SHARDS || !(shard >= 1 && shard <= (double)shards) ||
        shard != floor(shard))
        return 1;
    o->shard = (size_t)shard;
    o->shards = (size_t)shards;
    return 0;
}

/* "20", "5%" */
static int read_failures(const char *text, struct run_options *o)
{
    size_t length = strlen(text);
    o->limits_failures = true;
    o->percent = text[length - 1] == '%';
    if (number_before(text, o->percent, &o->failures) != 0 || !(o->failures >= 0))
        return 1;
    return o->percent ? o->failures > 100 : o->failures != floor(o->failures);
}

/* "8:00:00" */
static bool read_clock(const char *text, double *seconds)
{
    unsigned h, m, s;
    int end = 0;
    bool is = strspn(text, "0123456789:") == strlen(text) &&
              sscanf(text, "%5u:%2u:%2u%n", &h, &m, &s, &end) == 3 &&
              text[end] == '\0' && m < 60 && s < 60;
    if (is)
        *seconds = 3600.0 * h + 60.0 * m + s;
    return is;
}

/* "30s", "1h30m": each unit at most once, the longest first. */
static bool read_units(const char *text, double *seconds)
{
    static const struct {
        char letter;
        double seconds;
    } units[] = {{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}};
    bool read = false;
    *seconds = 0;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        const char *end = strchr(text, units[i].letter);
        double value;
        if (!end)
            continue;
        if (number_before(text, strlen(end), &value) != 0 || !(value >= 0))
            return false;
        *seconds += value * units[i].seconds;
        text = end + 1;
        read = true;
    }
    return read && *text == '\0';
}

/* Seconds where there is no unit. */
static int read_time(const char *text, struct run_options *o)
{
    if (read_clock(text, &o->seconds) || read_units(text, &o->seconds))
        return 0;
    return number_before(text, 0, &o->seconds) != 0 || !(o->seconds >= 0);
}

int run_options_read(struct run_options *o, const struct command *command,
                     const struct arguments *args)
{
    static const struct {
        enum option option;
        int (*read)(const char *text, struct run_options *o);
        const char *form;
    } forms[] = {
        {OPTION_SHARD, read_shard, "must be i/n, shard i = 1..n of n"},
        {OPTION_MAX_FAILURES, read_failures, "must be a number or 0% to 100%"},
        {OPTION_TIME_LIMIT, read_time, "must be a time like 90s, 1h30m, 8:00:00 or 2d"},
    };
    *o = (struct run_options){.seconds = INFINITY};
    o->quiet = args->value[OPTION_QUIET] != NULL;
    o->retry_failed = args->value[OPTION_RETRY_FAILED] != NULL;
    o->fresh = args->value[OPTION_FRESH] != NULL;
    o->allow_mixed = args->value[OPTION_ALLOW_MIXED] != NULL;
    o->threads = runner_default_threads();
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        const char *text = args->value[forms[i].option];
        if (text && forms[i].read(text, o) != 0) {
            tell(command, "--%s %s, got '%s'", option_table[forms[i].option].name,
                 forms[i].form, text);
            return 1;
        }
    }
    return arguments_count(args, command, OPTION_THREADS, &o->threads);
}
