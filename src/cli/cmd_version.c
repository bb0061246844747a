#include "cli.h"

#include "sweep/grid.h"
#include "sweep/proof.h"
#include "version.h"
#include <cblas.h>
#include <gsl/gsl_version.h>

#ifdef __clang__
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif

int cmd_version(const struct command *self, const struct arguments *args)
{
    (void)self;
    (void)args;
    printf("sweep %s (%s)\n", SWEEP_VERSION, SWEEP_COMMIT);
    printf("model version %d\n", MODEL_VERSION);
    printf("compiler      %s\n", COMPILER);
    printf("gsl           %s\n", gsl_version);
    printf("openblas      %s\n", openblas_get_config());
    printf("sqlite        %s\n", SWEEP_SQLITE);
    printf("libyaml       %s\n", SWEEP_LIBYAML);
    printf("proofs        %s\n", proof_library());
    return EXIT_DONE;
}
