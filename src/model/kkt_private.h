/* Private parts of kkt.c: which gates flip next. */
#ifndef KKT_PRIVATE_H
#define KKT_PRIVATE_H

#include "sweep/kkt.h"

/* The walk of kkt_follow begins at pre-activations Z (n, m), its rows in w->groups. */
void kkt_walk_start(const struct network *net, const struct points *p, const double *Z,
                    struct kkt_workspace *w);

/* Flip the gates that the pre-activations of the rows contradict, with w->walks only those
 * that the walk reaches next, and walk there; w->changed says in which rows. Returns how many
 * neurons' pairs. */
size_t kkt_flip(const struct network *net, const struct points *p,
                struct kkt_workspace *w);

#endif
