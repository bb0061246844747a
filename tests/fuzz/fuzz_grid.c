/* libFuzzer on the reader of grid files. Not part of the default build; the readers'
 * files go with it. In bash, where extglob leaves out what needs FLINT:
 *
 *     shopt -s extglob
 *     clang -g -O1 -fsanitize=fuzzer,address,undefined -D_GNU_SOURCE -Iinclude \
 *         '-DSWEEP_FLAGS=" -O1"' $(pkg-config --cflags openblas lapacke) \
 *         tests/fuzz/fuzz_grid.c \
 *         src/{base,model,experiment}/!(proof_ball|proof_exact|proof_near).c \
 *         -lyaml -lsqlite3 -lz -lgsl -lopenblas -llapacke -lm -o fuzz_grid
 *     ./fuzz_grid -max_len=4096 corpus tests/grids/good tests/grids/bad
 */
#include "need.h"
#include "sweep/grid_yaml.h"
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct diagnostics log = {0};
    struct grid g;
    int status = grid_read_text(&g, "fuzz.yaml", (const char *)data, size, &log);

    /* Right and silent, or wrong and reported. */
    need((status == SWEEP_OK) == (log.count + log.lost == 0));
    check_messages(&log);
    for (size_t cell = 0; cell < g.cell_count && cell < 100; cell++) {
        struct setting s;
        enum parameter blame;
        char message[256];

        grid_cell(&g, cell, &s);
        need(setting_check(&s, &blame, message, sizeof message) == 0);
    }
    grid_release(&g);
    diagnostics_release(&log);
    return 0;
}
