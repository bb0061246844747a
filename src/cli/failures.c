#include "failures.h"

#include <stdbool.h>

size_t count_failed(const size_t by_status[TRIAL_STATUS_COUNT])
{
    size_t failed = 0;
    for (int i = 0; i < TRIAL_STATUS_COUNT; i++)
        failed += i == TRIAL_OK ? 0 : by_status[i];
    return failed;
}

static void print_each(FILE *stream, const size_t by_status[TRIAL_STATUS_COUNT],
                       bool with_advice)
{
    bool printed[TRIAL_STATUS_COUNT] = {false};
    const char *before = "";
    for (int i; (i = trial_status_next(by_status, printed)) != TRIAL_OK;
         printed[i] = true) {
        fprintf(stream, "%s%zu %s", before, by_status[i], trial_status_words[i]);
        if (with_advice)
            fprintf(stream, " (%s)", trial_status_advice[i]);
        before = ", ";
    }
}

void print_reasons(FILE *stream, const size_t by_status[TRIAL_STATUS_COUNT])
{
    print_each(stream, by_status, false);
}

void print_failed(FILE *stream, const size_t by_status[TRIAL_STATUS_COUNT], size_t done)
{
    fprintf(stream, "%zu of %zu trials failed: ", count_failed(by_status), done);
    print_each(stream, by_status, true);
}
