/* run_options.h - the options of `run` that are more than words. */
#ifndef SWEEP_RUN_OPTIONS_H
#define SWEEP_RUN_OPTIONS_H

#include "cli.h"

struct run_options {
    size_t threads;
    size_t shard, shards; /* shards 0: all in one */
    bool limits_failures; /* --max-failures was given */
    double failures;      /* a number of trials, or, */
    bool percent;         /* of all of them */
    double seconds;       /* INFINITY: no limit */
    bool quiet, retry_failed, fresh, allow_mixed;
};

/* 0, or 1 after a message. */
int run_options_read(struct run_options *o, const struct command *command,
                     const struct arguments *args);

#endif
