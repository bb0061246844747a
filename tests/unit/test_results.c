#include "check.h"
#include "sweep/memory.h"
#include "sweep/results.h"
#include "sweep/status.h"

static const char *const texts[] = {"mixture"};

/* Column c is c / 8, word w of a column with words is the second. */
static void example(struct setting *s, struct record *r)
{
    *s = setting_default();
    setting_canonical(s);
    s->value[P_SAMPLES] = 16;
    record_clear(r);
    for (enum column c = 0; c < COLUMN_COUNT; c++)
        r->value[c] = column_table[c].words ? 1 : c / 8.0;
}

static void add(struct results *r, const char *name, const char *text)
{
    char reason[256] = "";

    check_equal(results_add(r, name, text, reason, sizeof reason), SWEEP_OK);
    check_text(reason, "");
}

/* What own result 0, `text`, is in the example. */
static double value_of(const char *text)
{
    struct results r = {0};
    struct setting s;
    struct record record;
    double value = -12345;

    example(&s, &record);
    add(&r, "it", text);
    if (r.count == 1)
        value = results_value(&r, COLUMN_OWN, &(struct trial_of){&s, texts, &record});
    results_release(&r);
    return value;
}

static void values(void **state)
{
    (void)state;
    check_same_bits(value_of("norm"), C_NORM / 8.0);
    check_same_bits(value_of("3 * Phi * sqrt(samples)"), 3 * (C_PHI / 8.0) * 4);
    check_same_bits(value_of("restored_eps / norm"), 1.0 * C_RESTORED_EPS / C_NORM);
    check_same_bits(value_of("unique + 'x' + Unique"), C_UNIQUE / 4.0); /* SQL's word */
    check_same_bits(value_of("'unique' = 'unique'"), 1);
    check_same_bits(value_of("stop_reason = 'step_limit'"), 1);
    check_same_bits(value_of("model = 'relu' and samples = 16"), 1);
}

static void undefined_stays(void **state)
{
    static const char *const undefined[] = {
        "norm + 1",    "norm * 0",     "0 * norm",       "max(norm, 1)",
        "norm > 1",    "norm = norm",  "sqrt(norm)",     "-norm",
        "norm / norm", "pow(norm, 0)", "signal_exponent"};
    struct results r = {0};
    struct setting s;
    struct record record;
    const struct trial_of t = {&s, texts, &record};

    (void)state;
    example(&s, &record);
    record.value[C_NORM] = NAN;
    for (size_t i = 0; i < sizeof undefined / sizeof *undefined; i++) {
        add(&r, NULL, undefined[i]);
        check_true(isnan(results_value(&r, (enum column)(COLUMN_OWN + i), &t)),
                   "%s is undefined", undefined[i]);
    }
    results_release(&r);
    check_true(isnan(value_of("1 / (samples - 16)")),
               "a division by zero is undefined");
    check_true(isnan(value_of("psi % 0")), "and a remainder");
    check_true(isnan(value_of("ln(-phi)")), "and a logarithm of less than 0");
    check_true(isnan(value_of("iif(samples = 16, 'a', 1)")), "and a text");
}

/* Each may use those before it, and is computed once. */
static void one_after_another(void **state)
{
    struct results r = {0};
    struct setting s;
    struct record record;
    const struct trial_of t = {&s, texts, &record};
    double own[RESULTS_LIMIT];
    char reason[256], name[2][16], text[64];

    (void)state;
    example(&s, &record);
    add(&r, "r0", "norm - norm + 1");
    for (int k = 1; k < RESULTS_LIMIT; k++) {
        snprintf(name[0], sizeof name[0], "r%d", k - 1);
        snprintf(name[1], sizeof name[1], "R%d", k);
        snprintf(text, sizeof text, "(%s + %s) / 2 + 1", name[0], name[0]);
        add(&r, name[1], text);
    }
    results_compute(&r, r.count, &t, own);
    for (int k = 0; k < RESULTS_LIMIT; k++)
        check_same_bits(own[k], k + 1);
    check_equal(results_add(&r, "more", "1", reason, sizeof reason), SWEEP_INPUT);
    check_text(reason,
               "there are 64 results of one's own already, the most there may be");
    results_release(&r);
    check_equal(r.count, 0);
}

static void names(void **state)
{
    static const char *const more[] = {"success"};
    struct results r = {0};
    struct names all;

    (void)state;
    add(&r, "bound", "phi * 2");
    add(&r, NULL, "phi\n* 3");
    check_equal(results_find(&r, "bound"), COLUMN_OWN);
    check_equal(results_find(&r, "phi * 3"), COLUMN_OWN + 1);
    check_equal(results_find(&r, "phi"), C_PHI);
    check_equal(results_find(&r, "Bound"), COLUMN_COUNT);
    check_text(results_info(&r, C_PHI)->name, "phi");
    check_text(results_info(&r, COLUMN_OWN)->name, "bound");
    check_text(results_info(&r, COLUMN_OWN)->meaning, "phi * 2");
    check_equal(results_names(&r, more, 1, &all), SWEEP_OK);
    check_equal(all.count, COLUMN_COUNT + 3);
    check_text(names_at(&all, COLUMN_COUNT), "bound");
    check_text(names_at(&all, COLUMN_COUNT + 2), "success");
    memory_free((void *)all.first);
    results_release(&r);
}

/* Before there are results, only parameters say anything. */
static void conditions(void **state)
{
    static const struct {
        const char *text;
        double before, in_trial; /* 2: undefined */
        bool mentions;
    } rows[] = {
        {"samples = 16", 1, 1, false},
        {"samples = 15 and norm > 0", 0, 0, true},
        {"samples = 16 and norm > 0", 2, 1, true},
        {"bound < 0", 2, 0, true},
    };
    struct results r = {0};
    struct setting s;
    struct record record;
    char reason[256];
    double own[1];

    (void)state;
    example(&s, &record);
    add(&r, "bound", "phi * 2");
    results_compute(&r, 1, &(struct trial_of){&s, texts, &record}, own);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct expression *e = NULL;
        const struct trial_of before = {&s, texts, NULL}, t = {&s, texts, &record};
        check_equal(results_compile(&r, rows[i].text, &e, reason, sizeof reason),
                    SWEEP_OK);
        check_equal(results_mentioned(&r, e), rows[i].mentions);
        double value = results_evaluate(&r, e, &t, own);
        check_same_bits(isnan(value) ? 2 : value, rows[i].in_trial);
        value = results_evaluate(&r, e, &before, own); /* what was set is gone */
        check_same_bits(isnan(value) ? 2 : value, rows[i].before);
        expression_free(e);
    }
    results_release(&r);
}

/* Both of a pair are values of a trial; the audit itself is none. */
static void audits(void **state)
{
    struct results r = {0};
    struct setting s;
    struct record record;
    const struct trial_of t = {&s, texts, &record};
    struct expression *e;
    double own[2], pair[2];
    char reason[256];

    (void)state;
    example(&s, &record);
    add(&r, "bound", "phi * 2");
    add(&r, "told", " tpr10 (bound + 1 ~ iif(model = '~', 1, norm)) ");
    check_text(results_audit(&r, COLUMN_OWN + 1)->name, "tpr10");
    check_true(!results_audit(&r, COLUMN_OWN) && !results_audit(&r, C_PHI),
               "no audits");
    check_equal(results_info(&r, COLUMN_OWN + 1)->type, COLUMN_AUDIT);
    results_compute(&r, 2, &t, own);
    check_true(isnan(own[1]), "it has no value");
    results_pair(&r, COLUMN_OWN + 1, &t, own, pair);
    check_same_bits(pair[0], C_PHI / 4.0 + 1);
    check_same_bits(pair[1], C_NORM / 8.0);
    check_equal(results_compile(&r, "told > 1", &e, reason, sizeof reason),
                SWEEP_INPUT);
    check_text(reason, "'told' is of many trials: it has no value in one");
    check_true(e == NULL, "nothing is left");
    results_release(&r);
}

static void all_cases_ran(void **state)
{
    (void)state;
    check_cases(307);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values),
        cmocka_unit_test(undefined_stays),
        cmocka_unit_test(one_after_another),
        cmocka_unit_test(names),
        cmocka_unit_test(conditions),
        cmocka_unit_test(audits),
        cmocka_unit_test(all_cases_ran),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
