#include "sweep/labelled.h"
#include "sweep/memory.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

int labelled_reserve(struct labelled *l, size_t rows, size_t entries)
{
    l->start = memory_array(rows + 1, sizeof *l->start);
    l->label = memory_array(rows, sizeof *l->label);
    l->classes = memory_array(rows, sizeof *l->classes);
    l->index = memory_array(entries, sizeof *l->index);
    l->value = memory_array(entries, sizeof *l->value);
    l->raw = memory_array(entries, sizeof *l->raw);
    return l->start && l->label && l->classes && l->index && l->value && l->raw
               ? SWEEP_OK
               : SWEEP_NO_MEMORY;
}

/* Scale to unit length, by the largest entry first, which is returned: no square
 * overflows. */
static double scale_to_unit(double *value, size_t count)
{
    double largest = 0, sum = 0;

    for (size_t k = 0; k < count; k++)
        largest = fmax(largest, fabs(value[k]));
    if (largest == 0)
        return 0;
    for (size_t k = 0; k < count; k++) {
        value[k] /= largest;
        sum += value[k] * value[k];
    }
    for (size_t k = 0; k < count; k++)
        value[k] /= sqrt(sum);
    return largest;
}

bool labelled_add(struct labelled *l, double label, size_t entries)
{
    size_t from = l->start[l->rows];

    l->label[l->rows] = label + 0.0; /* -0 is 0 */
    l->start[++l->rows] = from + entries;
    if (entries > 0)
        memcpy(l->raw + from, l->value + from, entries * sizeof *l->raw);
    double largest = scale_to_unit(l->value + from, entries);
    l->largest = fmax(l->largest, largest);
    return largest > 0;
}

static int compare_labels(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static void find_classes(struct labelled *l)
{
    memcpy(l->classes, l->label, l->rows * sizeof *l->label);
    qsort(l->classes, l->rows, sizeof *l->classes, compare_labels);
    for (size_t i = 0; i < l->rows; i++)
        if (i == 0 || l->classes[i] != l->classes[l->class_count - 1])
            l->classes[l->class_count++] = l->classes[i];
}

static struct rng_key digest_of(const struct labelled *l, const double *value)
{
    struct rng_key key = rng_key_word(rng_key_start(), l->features);

    for (size_t i = 0; i < l->rows; i++) {
        key = rng_key_real(key, l->label[i]);
        key = rng_key_word(key, l->start[i + 1] - l->start[i]);
        for (size_t k = l->start[i]; k < l->start[i + 1]; k++)
            key = rng_key_real(rng_key_word(key, l->index[k]), value[k]);
    }
    return key;
}

void labelled_finish(struct labelled *l, uint32_t first)
{
    size_t kept = 0;

    for (size_t i = 0; i < l->rows; i++) {
        size_t from = l->start[i];

        l->start[i] = kept;
        for (size_t k = from; k < l->start[i + 1]; k++) {
            uint32_t index = l->index[k] - first;

            if (index >= l->features)
                l->features = (size_t)index + 1;
            if (l->value[k] == 0)
                continue;
            l->index[kept] = index;
            l->raw[kept] = l->raw[k];
            l->value[kept++] = l->value[k];
        }
    }
    l->start[l->rows] = kept;
    find_classes(l);
    l->digest = digest_of(l, l->value);
    l->raw_digest = digest_of(l, l->raw);
}

size_t labelled_bytes(const struct labelled *l)
{
    return l->rows * (sizeof *l->start + sizeof *l->label + sizeof *l->classes) +
           l->start[l->rows] * (sizeof *l->index + sizeof *l->value + sizeof *l->raw);
}

bool labelled_has_class(const struct labelled *l, double label)
{
    for (size_t k = 0; k < l->class_count; k++)
        if (l->classes[k] == label)
            return true;
    return false;
}

static void spread(const struct labelled *l, size_t i, const double *value, double *x)
{
    memset(x, 0, l->features * sizeof *x);
    for (size_t k = l->start[i]; k < l->start[i + 1]; k++)
        x[l->index[k]] = value[k];
}

void labelled_row(const struct labelled *l, size_t i, double *x)
{
    spread(l, i, l->value, x);
}

void labelled_raw(const struct labelled *l, size_t i, double *x)
{
    spread(l, i, l->raw, x);
}

double labelled_product(const struct labelled *l, size_t i, const double *g)
{
    double sum = 0;
    for (size_t k = l->start[i]; k < l->start[i + 1]; k++)
        sum += l->value[k] * g[l->index[k]];
    return sum;
}

void labelled_release(struct labelled *l)
{
    if (!l)
        return;
    memory_free(l->start);
    memory_free(l->index);
    memory_free(l->value);
    memory_free(l->raw);
    memory_free(l->label);
    memory_free(l->classes);
    *l = (struct labelled){0};
}
