/* team.h - helpers of one thread, for the parts of a loop that do not depend on each
 * other.
 *
 * A part writes only what is its own, so that the result does not depend on who computes
 * it: the bits are the same with any number of helpers. Which helper takes which part is
 * left to chance, and one that gets no CPU takes none. For loops that take much more than
 * the ten microseconds or so of waking helpers up and waiting for the last.
 */
#ifndef SWEEP_TEAM_H
#define SWEEP_TEAM_H

#include <stddef.h>

struct team;

/* Up to that many helpers, as far as there are resources; NULL: none. They sleep when
 * there is nothing to do. */
struct team *team_open(size_t helpers);
void team_close(struct team *t);

/* From now on these are this thread's. NULL, as at first: it has none. */
void team_lead(struct team *t);

/* Part number k of what `context` is. `scratch`: memory of the helper at work, zero when
 * it is new; NULL: the leader is at work. */
typedef void team_part(void *context, size_t k, void *scratch);

/* All parts, then return. Each helper has `bytes` of scratch memory, or does not help. */
void team_share(team_part *part, void *context, size_t parts, size_t bytes);

#endif
