/* Completion scripts from the tables of commands and options. */
#include "cli.h"

#include "sweep/columns.h"
#include "sweep/gnuplot.h"
#include "sweep/statistic.h"
#include "sweep/table.h"
#include <string.h>

/* The words offered for an option, with a space before each. */
static void print_words(FILE *stream, enum offers offers)
{
    for (size_t i = 0; offers == OFFERS_FORMATS && i < all_formats.count; i++)
        fprintf(stream, " %s", table_formats[i].name);
    for (size_t i = 0; offers == OFFERS_PICTURES && i < all_pictures.count; i++)
        fprintf(stream, " %s", names_at(&all_pictures, i));
    for (size_t i = 0; offers == OFFERS_LEGENDS && i < all_legends.count; i++)
        fprintf(stream, " %s", names_at(&all_legends, i));
    for (enum parameter p = 0; offers == OFFERS_PARAMETERS && p < PARAMETER_COUNT; p++)
        fprintf(stream, " %s", parameter_table[p].name);
    for (enum column c = 0; offers == OFFERS_COLUMNS && c < COLUMN_COUNT; c++)
        if (column_table[c].in_table && column_table[c].type != COLUMN_WORD)
            fprintf(stream, " %s", column_table[c].name);
    for (size_t i = 0; offers == OFFERS_STATISTICS && i < all_statistics.count; i++)
        fprintf(stream, " %s", names_at(&all_statistics, i));
    if (offers == OFFERS_STATISTICS)
        fputs(" q05 q95 t95_low t95_high boot95_low boot95_high", stream);
}

static void print_command_names(FILE *stream)
{
    for (size_t i = 0; i < command_count; i++)
        fprintf(stream, " %s", command_table[i].name);
}

/* 'help' works on these instead of files. */
static bool is_help(const struct command *c)
{
    return c->run == cmd_help;
}
static const char help_words[] = " grid man bash zsh fish";

static bool has(const struct command *c, int option)
{
    return option == OPTION_HELP || c->options & OPTION_BIT(option);
}

/* A meaning between the quotes of a shell, without what completion takes for its own.
 */
static void print_quoted(FILE *stream, const char *words)
{
    for (; *words; words++)
        if (strchr("[]:\\", *words))
            putc(' ', stream);
        else
            fputs(*words == '\'' ? "'\\''" : (char[]){*words, '\0'}, stream);
}

/* The cases of the option before the cursor. */
static void print_bash_values(FILE *stream)
{
    for (int k = 0; k < OPTION_COUNT; k++) {
        const struct option_info *o = &option_table[k];
        if (o->offers == OFFERS_NOTHING)
            continue;
        fprintf(stream, "    --%s", o->name);
        if (o->letter)
            fprintf(stream, "|-%c", o->letter);
        if (o->offers == OFFERS_FOLDERS) {
            fputs(") COMPREPLY=($(compgen -d -- \"$cur\")); return ;;\n", stream);
            continue;
        }
        fputs(") words=\"", stream);
        print_words(stream, o->offers);
        fputs("\" ;;\n", stream);
    }
}

/* The cases of the command. */
static void print_bash_options(FILE *stream)
{
    for (size_t i = 0; i < command_count; i++) {
        fprintf(stream, "    %s) options=\"", command_table[i].name);
        for (int k = 0; k < OPTION_COUNT; k++)
            if (has(&command_table[i], k))
                fprintf(stream, " --%s", option_table[k].name);
        if (is_help(&command_table[i])) {
            print_command_names(stream);
            fputs(help_words, stream);
        }
        fputs("\" ;;\n", stream);
    }
}

void print_bash_completion(FILE *stream)
{
    fputs("# bash completion for sweep\n"
          "_sweep() {\n"
          "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
          "    local head= options= words=\n"
          "    [[ $cur != = ]] || cur=\n"
          "    [[ $prev != = ]] || prev=${COMP_WORDS[COMP_CWORD-2]}\n"
          "    [[ $cur != *,* ]] || head=${cur%,*},\n"
          "    if ((COMP_CWORD == 1)); then\n"
          "        COMPREPLY=($(compgen -W \"",
          stream);
    print_command_names(stream);
    fputs("\" -- \"$cur\"))\n        return\n    fi\n    case $prev in\n", stream);
    print_bash_values(stream);
    fputs(
        "    esac\n"
        "    if [[ $words ]]; then\n"
        "        COMPREPLY=($(compgen -P \"$head\" -W \"$words\" -- \"${cur##*,}\"))\n"
        "        return\n"
        "    fi\n"
        "    case ${COMP_WORDS[1]} in\n",
        stream);
    print_bash_options(stream);
    fputs("    esac\n"
          "    if [[ $cur == -* || ${COMP_WORDS[1]} == help ]]; then\n"
          "        COMPREPLY=($(compgen -W \"$options\" -- \"$cur\"))\n"
          "    else\n"
          "        COMPREPLY=($(compgen -f -- \"$cur\"))\n"
          "    fi\n"
          "}\n"
          "complete -o filenames -F _sweep sweep\n",
          stream);
}

static void print_zsh_option(FILE *stream, const struct option_info *o)
{
    char meaning[OPTION_TEXT];
    fputs(" \\\n            ", stream);
    if (o->letter)
        fprintf(stream, "'(-%c --%s)'{-%c,--%s}'[", o->letter, o->name, o->letter,
                o->name);
    else
        fprintf(stream, "'--%s[", o->name);
    print_quoted(stream, option_meaning(o, meaning, sizeof meaning));
    putc(']', stream);
    if (o->argument)
        fputs(":value:", stream);
    if (o->offers == OFFERS_FOLDERS) {
        fputs("_directories", stream);
    } else if (o->offers != OFFERS_NOTHING) {
        fprintf(stream, "_values%s value", o->offers > OFFERS_LEGENDS ? " -s ," : "");
        print_words(stream, o->offers);
    }
    putc('\'', stream);
}

void print_zsh_completion(FILE *stream)
{
    fputs("#compdef sweep\n"
          "_sweep() {\n"
          "    local -a commands\n"
          "    commands=(",
          stream);
    for (size_t i = 0; i < command_count; i++) {
        fprintf(stream, "\n        '%s:", command_table[i].name);
        print_quoted(stream, command_table[i].summary);
        putc('\'', stream);
    }
    fputs(")\n"
          "    if ((CURRENT == 2)); then\n"
          "        _describe command commands\n"
          "        return\n"
          "    fi\n"
          "    local command=$words[2]\n"
          "    shift words\n"
          "    ((CURRENT--))\n"
          "    case $command in\n",
          stream);
    for (size_t i = 0; i < command_count; i++) {
        fprintf(stream, "    %s)\n        _arguments", command_table[i].name);
        for (int k = 0; k < OPTION_COUNT; k++)
            if (has(&command_table[i], k))
                print_zsh_option(stream, &option_table[k]);
        fputs(" \\\n            '", stream);
        if (is_help(&command_table[i])) {
            fputs("1:command:(", stream);
            print_command_names(stream);
            fprintf(stream, "%s)", help_words);
        } else {
            fputs("*:file:_files", stream);
        }
        fputs("' ;;\n", stream);
    }
    fputs("    esac\n}\n_sweep \"$@\"\n", stream);
}

static void print_fish_option(FILE *stream, const struct command *c,
                              const struct option_info *o)
{
    char meaning[OPTION_TEXT];
    fprintf(stream, "complete -c sweep -n '__fish_seen_subcommand_from %s' -l %s",
            c->name, o->name);
    if (o->letter)
        fprintf(stream, " -s %c", o->letter);
    if (o->offers == OFFERS_FOLDERS)
        fputs(" -x -a '(__fish_complete_directories)'", stream);
    else if (o->offers == OFFERS_FORMATS) {
        fputs(" -x -a '", stream);
        print_words(stream, o->offers);
        putc('\'', stream);
    } else if (o->offers != OFFERS_NOTHING) {
        fputs(" -x -a '(__fish_append ,", stream);
        print_words(stream, o->offers);
        fputs(")'", stream);
    } else if (o->argument)
        fputs(" -x", stream);
    fputs(" -d '", stream);
    print_quoted(stream, option_meaning(o, meaning, sizeof meaning));
    fputs("'\n", stream);
}

void print_fish_completion(FILE *stream)
{
    fputs("# fish completion for sweep\n", stream);
    for (size_t i = 0; i < command_count; i++) {
        const struct command *c = &command_table[i];
        fprintf(stream, "complete -c sweep -n __fish_use_subcommand -f -a %s -d '",
                c->name);
        print_quoted(stream, c->summary);
        fputs("'\n", stream);
        if (is_help(c)) {
            fputs("complete -c sweep -n '__fish_seen_subcommand_from help' -f -a '",
                  stream);
            print_command_names(stream);
            fprintf(stream, "%s'\n", help_words);
        }
        for (int k = 0; k < OPTION_COUNT; k++)
            if (has(c, k))
                print_fish_option(stream, c, &option_table[k]);
    }
}
