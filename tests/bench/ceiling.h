/* ceiling.h - what one core can do, measured: the yardstick of the other benchmarks. */
#ifndef CEILING_H
#define CEILING_H

#include <stddef.h>

/* FLOP/s of multiply-adds that stay in registers, in vectors as wide as this CPU's. */
double ceiling_fma(void);

/* FLOP/s of a large BLAS product. */
double ceiling_product(void);

/* Bytes/s of reading and writing `count` doubles in place, again and again. */
double ceiling_update(size_t count);

#endif
