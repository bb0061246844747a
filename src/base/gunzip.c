#include "sweep/gunzip.h"
#include "sweep/memory.h"
#include "sweep/status.h"
#include <string.h>
#include <zlib.h>

/* Window of 32 KiB, gzip format. */
enum { WINDOW = 15 + 16, FIRST_CAPACITY = 1 << 16 };

const char gunzip_more[] = "holds more than is read";

struct output {
    char *text;
    size_t length, capacity, most;
};

bool gunzip_is(const void *bytes, size_t size)
{
    const unsigned char *b = bytes;
    return size >= 2 && b[0] == 0x1f && b[1] == 0x8b;
}

/* Room for more, beside the zero at the end. */
static int grow_output(struct output *o)
{
    size_t capacity = o->capacity ? 2 * o->capacity : FIRST_CAPACITY;
    char *larger = memory_array(capacity, 1);
    if (!larger)
        return SWEEP_NO_MEMORY;
    if (o->length > 0)
        memcpy(larger, o->text, o->length);
    memory_free(o->text);
    o->text = larger;
    o->capacity = capacity;
    return SWEEP_OK;
}

static size_t at_most(size_t size, size_t most)
{
    return size < most ? size : most;
}

/* One call of zlib: feeds what is left of the input, takes what there is room for. */
static int inflate_some(z_stream *z, const unsigned char **next, size_t *left,
                        struct output *o)
{
    enum { MOST = 1 << 30 }; /* zlib counts in unsigned int */
    size_t in = at_most(*left, MOST);
    size_t room = at_most(o->capacity - o->length - 1, MOST);
    z->next_in = (unsigned char *)(size_t)*next;
    z->avail_in = (unsigned)in;
    z->next_out = (unsigned char *)o->text + o->length;
    z->avail_out = (unsigned)room;
    int result = inflate(z, Z_NO_FLUSH);
    *next += in - z->avail_in;
    *left -= in - z->avail_in;
    o->length += room - z->avail_out;
    return result;
}

static int inflate_all(z_stream *z, const unsigned char *next, size_t left,
                       struct output *o, const char **reason)
{
    int result = Z_OK;
    *reason = "is damaged";
    while (left > 0 || result != Z_STREAM_END) {
        if (o->length + 1 >= o->capacity && grow_output(o) != SWEEP_OK)
            return SWEEP_NO_MEMORY;
        if (result == Z_STREAM_END && inflateReset(z) != Z_OK) /* the next member */
            return SWEEP_INPUT;
        result = inflate_some(z, &next, &left, o);
        if (result == Z_MEM_ERROR)
            return SWEEP_NO_MEMORY;
        if (result == Z_BUF_ERROR && left == 0) {
            *reason = "ends early";
            return SWEEP_INPUT;
        }
        if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
            return SWEEP_INPUT;
        if (o->length > o->most) {
            *reason = gunzip_more;
            return SWEEP_INPUT;
        }
    }
    o->text[o->length] = '\0';
    return SWEEP_OK;
}

int gunzip(const void *bytes, size_t size, size_t most, char **text, size_t *length,
           const char **reason)
{
    struct output o = {.most = most};
    z_stream z = {0};

    *text = NULL;
    *length = 0;
    *reason = "";
    if (inflateInit2(&z, WINDOW) != Z_OK)
        return SWEEP_NO_MEMORY;
    int status = inflate_all(&z, bytes, size, &o, reason);
    inflateEnd(&z);
    if (status != SWEEP_OK) {
        memory_free(o.text);
        return status;
    }
    *text = o.text;
    *length = o.length;
    return SWEEP_OK;
}
