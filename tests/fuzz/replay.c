/* FUZZER FILE...: each file once through a fuzz target, without libFuzzer. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* In a block of its own size: a sanitizer sees what is read behind it. */
static int replay(const char *path)
{
    FILE *stream = fopen(path, "r");
    long size = -1;
    if (stream && fseek(stream, 0, SEEK_END) == 0)
        size = ftell(stream);
    uint8_t *data = size >= 0 ? malloc(size > 0 ? (size_t)size : 1) : NULL;
    int failed = !data || fseek(stream, 0, SEEK_SET) != 0 ||
                 fread(data, 1, (size_t)size, stream) != (size_t)size ||
                 LLVMFuzzerTestOneInput(data, (size_t)size) != 0;
    if (failed)
        fprintf(stderr, "%s: not replayed\n", path);
    free(data);
    if (stream)
        fclose(stream);
    return failed;
}

int main(int argc, char **argv)
{
    int failed = argc < 2;
    for (int i = 1; i < argc; i++)
        failed |= replay(argv[i]);
    return failed;
}
