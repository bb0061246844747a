/* cancel.h - giving up work that takes long.
 *
 * A thread obeys a flag while it works. Whoever starts the work chooses the flag; the
 * loops of the work ask in every pass that may take long. A flag once set is never taken
 * back, so a function that hears of it may return at once with whatever is in its arrays
 * then; it only must not call that an answer. Whoever started the work asks again before
 * any result is used.
 */
#ifndef SWEEP_CANCEL_H
#define SWEEP_CANCEL_H

#include <stdatomic.h>
#include <stdbool.h>

/* From now on this thread gives up when the flag, which must stay, becomes true. NULL, as
 * at first: never. */
void cancel_obey(const atomic_bool *flag);

/* Whether to give up. Cost: about a nanosecond. */
bool cancel_asked(void);

#endif
