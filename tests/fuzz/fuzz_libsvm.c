/* libFuzzer on the reader of data files, plain and gzip. Not part of the default build:
 *
 *     clang -g -O1 -fsanitize=fuzzer,address,undefined -D_GNU_SOURCE -Iinclude \
 *         tests/fuzz/fuzz_libsvm.c src/base/{status,parse,rng,memory,gunzip}.c \
 *         src/model/{labelled,libsvm,tabular,csv,npy_reader,data_reader,twoclass}.c -lz -lgsl -lgslcblas -lm -o fuzz_libsvm
 *     ./fuzz_libsvm -max_len=4096 corpus tests/grids/data
 */
#include "points.h"
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct diagnostics log = {0};
    struct labelled l;
    int status = data_read(&l, "fuzz.svm", data, size, &log);

    check_reading(&l, status, &log);
    return 0;
}
