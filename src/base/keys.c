#include "sweep/keys.h"

#include "sweep/memory.h"
#include "sweep/status.h"
#include <stdint.h>
#include <string.h>

/* Where the number of a key is or would go. */
static size_t *find_slot(const struct key_set *keys, const struct rng_key *key)
{
    size_t i = key->word[0] & (keys->capacity - 1);
    while (keys->slot[i] && !rng_key_same(&keys->key[keys->slot[i] - 1], key))
        i = (i + 1) & (keys->capacity - 1);
    return &keys->slot[i];
}

static int grow_keys(struct key_set *keys)
{
    struct key_set larger = {.capacity = keys->capacity ? 2 * keys->capacity : 64,
                             .count = keys->count};
    larger.slot = memory_array(larger.capacity, sizeof *larger.slot);
    larger.key = memory_array(larger.capacity / 2, sizeof *larger.key);
    if (!larger.slot || !larger.key) {
        keys_release(&larger);
        return SWEEP_NO_MEMORY;
    }
    for (size_t k = 0; k < keys->count; k++) {
        larger.key[k] = keys->key[k];
        *find_slot(&larger, &keys->key[k]) = k + 1;
    }
    keys_release(keys);
    *keys = larger;
    return SWEEP_OK;
}

size_t keys_number(struct key_set *keys, struct rng_key key)
{
    if (2 * keys->count == keys->capacity && grow_keys(keys) != SWEEP_OK)
        return SIZE_MAX;
    size_t *slot = find_slot(keys, &key);
    if (!*slot) {
        keys->key[keys->count] = key;
        *slot = ++keys->count;
    }
    return *slot - 1;
}

void keys_release(struct key_set *keys)
{
    memory_free(keys->key);
    memory_free(keys->slot);
    *keys = (struct key_set){0};
}
