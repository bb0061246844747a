#include "cli.h"

#include "draw.h"
#include "plot_folders.h"
#include "plot_wish.h"
#include "sweep/escape.h"
#include "sweep/infile.h"
#include <stdlib.h>
#include <sys/stat.h>

/* Nobody asked for the script and the drawing of a .tex by their names: a file that is not
 * such a script stays, and so does a drawing without one of a .tex. */
static int check_files(const struct plot_wish *w, struct diagnostics *log)
{
    const char *reason, *what = NULL, *victim = w->script, *is = "one of sweep's";
    struct stat info;
    FILE *there = infile_open(w->script, INFILE_OWN, &reason);
    if (there && !gnuplot_wrote(there))
        what = "script";
    else if (w->drawing && lstat(w->drawing, &info) == 0 &&
             !(there && gnuplot_draws_tex(there))) {
        what = "drawing";
        victim = w->drawing;
        is = "that of a .tex of sweep's";
    }
    if (there)
        fclose(there); /* else outfile says what is wrong with it, if anything is */
    if (!what)
        return SWEEP_OK;
    diagnostics_add(log, NULL, 0, 0,
                    "the %s of this figure would replace '%s', which is not %s; move "
                    "it away, or choose another name with -o",
                    what, victim, is);
    return SWEEP_INPUT;
}

/* A label in the place of the names of several results would name none of them. */
static int check_label(const struct plot_wish *w, const struct figure *f,
                       struct diagnostics *log)
{
    if (!w->looks.picture.y_label || f->map || f->result_count == 1)
        return SWEEP_OK;
    diagnostics_add(log, NULL, 0, 0,
                    "--ylabel is for one result, the figure shows %zu: choose with --y",
                    f->result_count);
    return SWEEP_INPUT;
}

/* What the picture does not say. */
static int print_caption(const struct figure *f, struct diagnostics *log)
{
    char *caption = gnuplot_caption(f);
    if (!caption)
        return diagnostics_no_memory(log, NULL);
    for (char *c = caption; *c; c++)
        *c = *c == '\n' ? ' ' : *c;
    escape_print(stderr, "caption: %s\n", caption);
    free(caption);
    return SWEEP_OK;
}

static int make_plot(const struct plot_wish *w, const struct figure *f,
                     struct diagnostics *log)
{
    int status = check_label(w, f, log);
    if (status == SWEEP_OK)
        status = picture_check(f, &w->looks.picture, log);
    if (status == SWEEP_OK)
        status = draw_script(w->script, f, &w->looks.picture, log);
    if (status == SWEEP_OK)
        status = draw_picture(w->script, w->path, w->looks.picture.format, log);
    if (status == SWEEP_OK && f->fit)
        gnuplot_put_fits(stdout, f);
    if (status == SWEEP_OK && w->looks.picture.no_caption)
        status = print_caption(f, log);
    return status;
}

int cmd_plot(const struct command *self, const struct arguments *args)
{
    struct plot_wish w;
    struct plot_folders folders = {0};
    struct diagnostics log = {0};
    int code = EXIT_DONE;

    int status = plot_wish_init(&w, args, &log);
    if (status == SWEEP_OK)
        status = check_files(&w, &log);
    if (status == SWEEP_OK)
        status = plot_folders_init(&folders, args->operand[0], args, &w, &log);
    if (status == SWEEP_OK)
        status = make_plot(&w, folders.figure, &log);
    plot_folders_release(&folders, &log);
    if (status != SWEEP_OK)
        code = give_up(self, status, &log);
    else {
        escape_print(stderr, "figure: %s\n", w.path);
        if (w.drawing)
            escape_print(stderr, "drawing: %s\n", w.drawing);
        escape_print(stderr, "script: %s\n", w.script);
    }
    plot_wish_release(&w);
    return code;
}
