#include "sweep/cancel.h"

#include <stddef.h>

static _Thread_local const atomic_bool *obeyed;

void cancel_obey(const atomic_bool *flag)
{
    obeyed = flag;
}

bool cancel_asked(void)
{
    return obeyed && *obeyed;
}
