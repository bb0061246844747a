/* draw.h - run gnuplot on a script. */
#ifndef SWEEP_DRAW_H
#define SWEEP_DRAW_H

#include "sweep/gnuplot.h"
#include "sweep/status.h"
#include <stdbool.h>

/* Draw `script` into the file `picture`, which is either the old one or the new one,
 * whole. No shell takes part, nor the user's settings of gnuplot. SWEEP_OK; SWEEP_IO,
 * with what gnuplot said in `log`; SWEEP_NO_MEMORY. */
int draw_picture(const char *script, const char *picture, enum picture_format format,
                 struct diagnostics *log);

/* Write the script, whole or not at all. SWEEP_OK, SWEEP_IO, SWEEP_NO_MEMORY. */
int draw_script(const char *path, const struct figure *f, const struct picture *p,
                struct diagnostics *log);

/* Make a folder under TMPDIR. False, with errno: it could not be made. The name is for
 * free() in any case; NULL: no memory. */
bool draw_folder(char **folder);

/* Remove it, with whatever gnuplot left in there. */
void draw_folder_remove(const char *folder);

/* Whether there is a gnuplot to run. */
bool draw_available(void);

#endif
