/* The ambient sampler without its projection: every trial in all d coordinates, the plain
 * way. Linked before the library, it takes the place of the real one. */
#define AMBIENT_UNPROJECTED
#include "../../src/model/ambient.c"
