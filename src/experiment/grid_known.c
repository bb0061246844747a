#include "grid_known.h"

#include "sweep/memory.h"
#include "sweep/parse.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Classes and points of a file that is described; one of more is read. */
enum { MOST_CLASSES = 1000, MOST_POINTS = 10000000 };

/* Whole numbers before those of the classes: two words of each digest and of the names,
 * then what is listed in take_shape, and a real one. */
enum { WORDS = 6, FIRST = WORDS + 4 };

/* Points of each class (class_count), from memory_array; NULL: no memory. */
static size_t *class_sizes(const struct labelled *l)
{
    size_t *size = memory_array(l->class_count, sizeof *size);
    for (size_t k = 0; size && k < l->class_count; k++)
        size[k] = 0;
    for (size_t i = 0; size && i < l->rows; i++) {
        size_t low = 0, high = l->class_count;
        while (high - low > 1) { /* classes ascend */
            size_t half = low + (high - low) / 2;
            *(l->classes[half] <= l->label[i] ? &low : &high) = half;
        }
        size[low]++;
    }
    return size;
}

static bool put_classes(FILE *stream, const struct labelled *l)
{
    size_t *size = class_sizes(l);
    for (size_t k = 0; size && k < l->class_count; k++)
        fprintf(stream, " %.17g %zu", l->classes[k], size[k]);
    memory_free(size);
    return size != NULL;
}

char *grid_known_text(const struct labelled *l)
{
    char *text = NULL;
    size_t length = 0;
    bool whole = true;
    FILE *stream = open_memstream(&text, &length);

    if (!stream)
        return NULL;
    if (l->class_count <= MOST_CLASSES && l->rows <= MOST_POINTS) {
        const struct rng_key *key[] = {&l->digest, &l->raw_digest, &l->names};
        for (size_t i = 0; i < WORDS; i++)
            fprintf(stream, "%" PRIu64 " ", key[i / 2]->word[i % 2]);
        fprintf(stream, "%d %d %zu %.17g", l->dense, l->named, l->features, l->largest);
        whole = put_classes(stream, l);
    }
    whole &= !ferror(stream);
    if (fclose(stream) == 0 && whole)
        return text;
    free(text);
    return NULL;
}

/* The next whole number; `most` + 1: there is none up to that. */
static uint64_t take_whole(char **rest, uint64_t most)
{
    uint64_t value;
    const char *word = strsep(rest, " ");
    return word && parse_unsigned(word, &value) == PARSE_OK && value <= most ? value
                                                                             : most + 1;
}

static bool take_shape(struct labelled *l, char **rest)
{
    struct rng_key *key[] = {&l->digest, &l->raw_digest, &l->names};

    for (size_t i = 0; i < WORDS; i++)
        if (parse_unsigned(strsep(rest, " "), &key[i / 2]->word[i % 2]) != PARSE_OK)
            return false;
    uint64_t dense = take_whole(rest, 1), named = take_whole(rest, 1);
    uint64_t features = take_whole(rest, LABELLED_INDEX_LIMIT + 1);
    l->dense = dense == 1;
    l->named = named == 1;
    l->features = (size_t)features;
    return dense <= 1 && named <= 1 && features > 0 &&
           features <= LABELLED_INDEX_LIMIT + 1 &&
           parse_real(strsep(rest, " "), &l->largest) == PARSE_OK;
}

/* A class and its size, larger than those before; false: there is none. */
static bool take_class(struct labelled *l, char **rest, size_t *size)
{
    double *label = &l->classes[l->class_count];
    const char *word = strsep(rest, " ");

    if (!word || parse_real(word, label) != PARSE_OK ||
        (l->class_count > 0 && !(*label > label[-1])))
        return false;
    *size = (size_t)take_whole(rest, MOST_POINTS - l->rows);
    l->class_count++;
    l->rows += *size;
    return *size > 0 && l->rows <= MOST_POINTS;
}

static int fill_labels(struct labelled *l, const size_t *size)
{
    l->label = memory_array(l->rows, sizeof *l->label);
    if (!l->label)
        return SWEEP_NO_MEMORY;
    for (size_t k = 0, i = 0; k < l->class_count; k++)
        for (size_t end = i + size[k]; i < end; i++)
            l->label[i] = l->classes[k];
    return SWEEP_OK;
}

int grid_known_read(struct labelled *l, char *text)
{
    size_t numbers = 1, size[MOST_CLASSES];
    char *rest = text;

    *l = (struct labelled){0};
    for (const char *c = text; *c; c++)
        numbers += *c == ' ';
    size_t classes = numbers > FIRST ? (numbers - FIRST) / 2 : 0;
    if (numbers != FIRST + 2 * classes || classes == 0 || classes > MOST_CLASSES)
        return SWEEP_INPUT;
    if (!take_shape(l, &rest))
        return SWEEP_INPUT;
    l->classes = memory_array(classes, sizeof *l->classes);
    if (!l->classes)
        return SWEEP_NO_MEMORY;
    while (l->class_count < classes)
        if (!take_class(l, &rest, &size[l->class_count]))
            return SWEEP_INPUT;
    return fill_labels(l, size);
}
