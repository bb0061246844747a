/* document.h - the YAML of a grid file as a tree with positions; the only user of
 * <yaml.h>.
 *
 * The part of YAML a grid needs: mappings, sequences, scalars, one document, UTF-8.
 * Anchors, aliases, tags, duplicate keys and control characters in a text, escaped or
 * not, are refused; the line breaks of a block scalar count as blanks, but for those at
 * its end, which are taken off. What a scalar means is left to the caller: nothing is
 * resolved to a number, a boolean or null here.
 */
#ifndef SWEEP_DOCUMENT_H
#define SWEEP_DOCUMENT_H

#include "sweep/status.h"
#include <stdbool.h>
#include <stddef.h>

enum node_kind { NODE_SCALAR, NODE_SEQUENCE, NODE_MAPPING };

struct node {
    enum node_kind kind;
    bool plain;          /* a scalar without quotes */
    size_t line, column; /* 1-based; where it starts */
    size_t count;        /* elements of a sequence, pairs of a mapping */
    struct node *first;  /* the first of them; keys, for a mapping */
    struct node *next;   /* the next element or key */
    struct node *value;  /* of a key */
    char text[];         /* of a scalar; "" otherwise */
};

/* Deepest nesting, most keys in one mapping, and most errors reported of one file. */
enum { DOCUMENT_DEPTH_LIMIT = 8, DOCUMENT_KEY_LIMIT = 100, DOCUMENT_ERROR_LIMIT = 100 };

/* Read one document. SWEEP_INPUT if anything is wrong with it, all reported in `log` with
 * `file`; `*root` is then still a tree if the fault could be left out of it, else NULL.
 * Free with document_free. SWEEP_OK, SWEEP_INPUT, SWEEP_NO_MEMORY. */
int document_read(struct node **root, const char *file, const char *text, size_t size,
                  struct diagnostics *log);

/* The value of that key of a mapping, or NULL. */
const struct node *document_value(const struct node *mapping, const char *key);

/* Frees a node, what is below it and what follows it. NULL is allowed. */
void document_free(struct node *node);

#endif
