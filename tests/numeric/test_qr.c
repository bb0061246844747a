/* QR that can be given up: it is LAPACK's. */
#include "qr.h"

#include "check.h"
#include "fixture.h"
#include "sweep/cancel.h"
#include "sweep/status.h"
#include <lapacke.h>
#include <string.h>

/* rows, columns: below, at and beyond the sizes of panels; wide too. */
static const int shapes[][2] = {{1, 1},     {7, 3},     {40, 40},   {200, 128},
                                {200, 129}, {300, 160}, {300, 161}, {260, 259},
                                {3, 7},     {150, 200}};

enum { SHAPES = sizeof shapes / sizeof shapes[0], STRIDE = 310, COLUMNS = 260 };

struct matrix {
    double A[STRIDE * COLUMNS], tau[COLUMNS], work[64 * COLUMNS];
};

static void draw(struct matrix *a, int k)
{
    gsl_rng *rng = fixture_rng("qr", (uint64_t)k);
    rng_normals(rng, a->A, STRIDE * COLUMNS);
    gsl_rng_free(rng);
}

static void test_qr(void **state)
{
    static struct matrix ours, theirs;
    (void)state;
    for (int k = 0; k < SHAPES; k++) {
        int rows = shapes[k][0], columns = shapes[k][1];
        int least = rows < columns ? rows : columns;
        draw(&ours, k);
        theirs = ours;
        check_equal(qr_factor(rows, columns, ours.A, STRIDE, ours.tau, ours.work),
                    SWEEP_OK);
        LAPACKE_dgeqrf_work(LAPACK_COL_MAJOR, rows, columns, theirs.A, STRIDE,
                            theirs.tau, theirs.work, 64 * COLUMNS);
        check_array_close(ours.A, theirs.A, STRIDE * COLUMNS, 1e-12);
        check_array_close(ours.tau, theirs.tau, (size_t)least, 1e-12);
        if (columns > rows)
            continue;
        check_equal(qr_basis(rows, columns, ours.A, STRIDE, ours.tau, ours.work),
                    SWEEP_OK);
        LAPACKE_dorgqr_work(LAPACK_COL_MAJOR, rows, columns, columns, theirs.A, STRIDE,
                            theirs.tau, theirs.work, 64 * COLUMNS);
        check_array_close(ours.A, theirs.A, STRIDE * COLUMNS, 1e-12);
    }
}

static void test_given_up(void **state)
{
    static struct matrix a;
    atomic_bool yes = true;
    (void)state;
    draw(&a, 0);
    cancel_obey(&yes);
    check_equal(qr_factor(300, 200, a.A, STRIDE, a.tau, a.work), SWEEP_STOPPED);
    check_equal(qr_basis(300, 200, a.A, STRIDE, a.tau, a.work), SWEEP_STOPPED);
    cancel_obey(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_qr),
        cmocka_unit_test(test_given_up),
    };
    fixture_main();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
