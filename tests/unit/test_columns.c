#include "check.h"
#include "sweep/columns.h"
#include "sweep/parameters.h"
#include "sweep/train.h"

static void table_is_complete(void **state)
{
    (void)state;
    for (enum column c = 0; c < COLUMN_COUNT; c++) {
        const struct column_info *info = &column_table[c];

        check_equal(column_find(info->name), c);
        check_true(strlen(info->meaning) > 0 && !strchr(info->meaning, '\n'),
                   "meaning of %s", info->name);
        /* A table or a figure shows it without those before it. */
        check_true(!strstr(info->meaning, "the same ") &&
                       !strstr(info->meaning, " there") &&
                       !strstr(info->meaning, " that exact"),
                   "'%s' points to another meaning", info->meaning);
        check_true(info->name[strspn(info->name, "abcdefghijklmnopqrstuvwxyz_")] == 0,
                   "%s is no SQL name", info->name);
        check_true((info->type == COLUMN_WORD) == (info->words != NULL), "words of %s",
                   info->name);
        /* Both are names of columns in one SQL query. */
        check_equal(parameter_find(info->name), PARAMETER_COUNT);
        check_equal(info->in_table, c != C_SECONDS);
        check_true(info->scale != SCALE_UNDECIDED, "%s has no scale", info->name);
        check_true(info->type != COLUMN_WORD || info->scale == SCALE_EVENTS,
                   "%s: a word has no other scale", info->name);
    }
    check_equal(column_find("tau"), COLUMN_COUNT);
}

static void words_are_in_order(void **state)
{
    const char *const *reasons = column_table[C_STOP_REASON].words;

    (void)state;
    check_text(reasons[TRAIN_TOLERANCE], "tolerance");
    check_text(reasons[TRAIN_STEP_LIMIT], "step_limit");
    check_text(reasons[TRAIN_NON_FINITE], "non_finite");
    check_text(reasons[TRAIN_CANCELLED], "cancelled");
    check_text(reasons[TRAIN_GATES_STABLE], "gates_stable");
    check_text(reasons[TRAIN_SEPARATED], "separated");
    check_text(reasons[TRAIN_ZERO_LOSS], "zero_loss");
    check_text(reasons[TRAIN_ZERO_LOSS + 1], NULL);
    for (size_t i = 0; i < TRIAL_STATUS_COUNT; i++)
        check_true(trial_status_words[i] && *trial_status_words[i], "status %zu", i);
    check_text(trial_status_words[TRIAL_STATUS_COUNT], NULL);
    check_text(trial_status_words[TRIAL_NOT_SEPARATED], "not_separated");
}

static void cleared_record_is_undefined(void **state)
{
    struct record r;

    (void)state;
    memset(&r, 0x55, sizeof r);
    record_clear(&r);
    check_equal(r.status, TRIAL_OK);
    check_text(r.message, "");
    for (enum column c = 0; c < COLUMN_COUNT; c++)
        check_true(isnan(r.value[c]), "%s", column_table[c].name);
}

static void all_cases_ran(void **state)
{
    (void)state;
    check_cases(10 * COLUMN_COUNT + 1 + 6 + TRIAL_STATUS_COUNT + 2 + 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_is_complete),
        cmocka_unit_test(words_are_in_order),
        cmocka_unit_test(cleared_record_is_undefined),
        cmocka_unit_test(all_cases_ran),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
