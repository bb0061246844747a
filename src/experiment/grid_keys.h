/* grid_keys.h - the one reader of keys: a section of a grid file is a table of the keys
 * it may have, each with the function that reads it. */
#ifndef SWEEP_GRID_KEYS_H
#define SWEEP_GRID_KEYS_H

#include "grid_reader.h"

struct key {
    const char *name;
    const char *called; /* what else people call it; NULL: nothing */
    /* Reads key->value; NULL: it is read with another key. */
    void (*read)(struct reader *r, const struct node *key);
    const char *example; /* what to write where it is missing; NULL: it may be */
    const char *instead; /* the key that does as well, not both; NULL: none */
};

struct keys {
    const char *section; /* NULL: the file itself */
    const char *form;    /* what to say where it holds no keys */
    const struct key *row;
    size_t count;
};

/* Read a section, its keys in the order of the rows; complain about keys it cannot have
 * and about those it lacks. False: it holds no keys. */
bool read_keys(struct reader *r, const struct node *section, const struct keys *keys);

/* The row of that name, or count. */
size_t keys_find(const struct keys *keys, const char *name);

#endif
