/* libFuzzer on the readers of CSV and NumPy files, plain and gzip: an input is one or the
 * other, as its first byte says. Not part of the default build:
 *
 *     clang -g -O1 -fsanitize=fuzzer,address,undefined -D_GNU_SOURCE -Iinclude \
 *         tests/fuzz/fuzz_table.c src/base/{status,parse,rng,memory,gunzip}.c \
 *         src/model/{labelled,libsvm,tabular,csv,npy_reader,data_reader,twoclass}.c -lz -lgsl -lgslcblas -lm -o fuzz_table
 *     ./fuzz_table -max_len=4096 corpus tests/grids/data
 */
#include "points.h"
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* As points whose labels are in a column, and as labels of their own. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char two[] = "1,2\n3,4\n";
    struct data_bytes table = {size > 0 && data[0] == 0x93 ? "fuzz.npy" : "fuzz.csv",
                               data, size};
    struct data_bytes points = {"two.csv", two, sizeof two - 1};
    struct diagnostics log = {0};
    struct labelled l;

    int status = data_read_with(&l, &table, "1", NULL, &log);
    check_reading(&l, status, &log);
    status = data_read_with(&l, &points, NULL, &table, &log);
    check_reading(&l, status, &log);
    return 0;
}
