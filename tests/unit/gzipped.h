/* gzipped.h - gzip files in memory, made by zlib. For the tests of what reads them. */
#ifndef GZIPPED_H
#define GZIPPED_H

#include <stdlib.h>
#include <zlib.h>

/* How the next member is made. */
struct gzipped_way {
    int level, strategy;
    const char *name, *comment, *extra; /* header fields; NULL: none */
    int header_sum;
};

/* Append one member that holds text (length) to the `size` bytes at file, which have
 * `room`. Returns the new size; ends the executable when it does not fit. */
static inline size_t gzipped_add(unsigned char *file, size_t size, size_t room,
                                 const void *text, size_t length,
                                 const struct gzipped_way *way)
{
    z_stream z = {0};
    gz_header header = {.os = 3,
                        .time = 1,
                        .hcrc = way->header_sum,
                        .name = (Bytef *)way->name,
                        .comment = (Bytef *)way->comment,
                        .extra = (Bytef *)way->extra,
                        .extra_len = way->extra ? (uInt)strlen(way->extra) : 0};

    if (deflateInit2(&z, way->level, Z_DEFLATED, 15 + 16, 8, way->strategy) != Z_OK ||
        deflateSetHeader(&z, &header) != Z_OK)
        abort();
    z.next_in = (z_const Bytef *)text;
    z.avail_in = (uInt)length;
    z.next_out = file + size;
    z.avail_out = (uInt)(room - size);
    if (deflate(&z, Z_FINISH) != Z_STREAM_END)
        abort();
    deflateEnd(&z);
    return room - z.avail_out;
}

#endif
