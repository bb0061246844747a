#include "cli.h"

#include "template.h"
#include <string.h>

static void overview_cell(size_t row, size_t column, char *buffer, size_t size)
{
    const struct command *c = &command_table[row];
    if (column == 0)
        snprintf(buffer, size, "  %s", c->name);
    else
        snprintf(buffer, size, "%s", c->summary);
}

void print_overview(FILE *stream)
{
    fputs("sweep: parameter sweeps for provable machine unlearning\n\n"
          "usage: sweep COMMAND [OPTIONS]\n\n",
          stream);
    print_aligned(stream, command_count, 2, overview_cell);
    fputs("\n'sweep help COMMAND' explains one, 'sweep help grid' a grid file; a first "
          "one: "
          "sweep new\nNAME; others: sweeps/ of the source, share/sweep/sweeps/ of an "
          "installation\n",
          stream);
}

void print_command_help(FILE *stream, const struct command *command)
{
    fprintf(stream, "usage: sweep %s%s%s\n\n%s%s%s\n", command->name,
            *command->operands ? " " : "", command->operands,
            *command->details ? "" : command->summary, *command->details ? "" : "\n",
            command->details);
    for (int i = 0; i < OPTION_COUNT; i++) {
        const struct option_info *o = &option_table[i];
        char left[64], meaning[OPTION_TEXT];
        if (i != OPTION_HELP && !(command->options & OPTION_BIT(i)))
            continue;
        snprintf(left, sizeof left, "%c%c%c --%s%s%s", o->letter ? '-' : ' ',
                 o->letter ? o->letter : ' ', o->letter ? ',' : ' ', o->name,
                 o->argument ? " " : "", o->argument ? o->argument : "");
        fprintf(stream, "  %-24s %s\n", left,
                option_meaning(o, meaning, sizeof meaning));
    }
}

static void print_grid(FILE *stream)
{
    print_template(stream, "NAME");
}

static const struct {
    const char *name;
    void (*print)(FILE *stream);
} documents[] = {{"grid", print_grid},
                 {"man", print_manual},
                 {"bash", print_bash_completion},
                 {"zsh", print_zsh_completion},
                 {"fish", print_fish_completion}};

int cmd_help(const struct command *self, const struct arguments *args)
{
    (void)self;
    if (args->operand_count == 0) {
        print_overview(stdout);
        return EXIT_DONE;
    }
    for (size_t i = 0; i < sizeof documents / sizeof documents[0]; i++) {
        if (strcmp(args->operand[0], documents[i].name) == 0) {
            documents[i].print(stdout);
            return EXIT_DONE;
        }
    }
    const struct command *command = command_find(args->operand[0]);
    if (!command)
        return EXIT_USAGE;
    print_command_help(stdout, command);
    return EXIT_DONE;
}
