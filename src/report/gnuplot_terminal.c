#include "gnuplot_parts.h"

#include <math.h>

const char *const picture_endings[PICTURE_FORMATS] = {
    [PICTURE_SVG] = "svg",
    [PICTURE_PNG] = "png",
    [PICTURE_PDF] = "pdf",
    [PICTURE_TEX] = "tex",
};
const struct names all_pictures = {.what = "format", NAMES_OF(picture_endings)};

/* Letters are LETTERS pixels high; captions and titles have others. */
static const double LETTERS = 14, SMALL = 11, LARGE = 16;

/* Points to a pixel of an SVG, pixels of a PNG to the inch, points to the width 1 of a
 * line in a PDF without a size. */
static const double POINTS = 0.75, DOTS = 300, LINE_WIDTH = 0.72;

/* A picture without a size or a font. */
static const char *const terminals[PICTURE_TEX] = {
    [PICTURE_SVG] =
        "set terminal svg size width, height font 'Helvetica,14' background "
        "rgb 'white'\nset xtics offset 0, 0.5\nsmall = ',11'; large = ',16'\n",
    [PICTURE_PNG] = "set terminal pngcairo size 2 * width, 2 * height font "
                    "'Helvetica,10.5' fontscale 2 \\\n    linewidth 2 pointscale "
                    "2\nset xtics offset 0, 0.3\n"
                    "small = ',8.25'; large = ',12'\n",
    [PICTURE_PDF] = "set terminal pdfcairo size width / 100., height / 100. font "
                    "'Helvetica,10' fontscale 0.75\nset xtics offset 0, 0.3\nsmall = "
                    "',7.9'; large = ',11.5'\n",
};

/* In points. */
static double letters_of(const struct picture *p)
{
    bool pixels = p->format == PICTURE_SVG || p->format == PICTURE_PNG;
    return p->font_size > 0 ? p->font_size : p->width > 0 ? 8 : pixels ? 10.5 : 10;
}

double picture_unit(const struct picture *p)
{
    return letters_of(p) / LETTERS;
}

static void put_font(FILE *stream, const struct picture *p, double size)
{
    char font[256];
    const char *name = p->format == PICTURE_TEX ? "" : p->font ? p->font : "Helvetica";
    snprintf(font, sizeof font, "%s,%.4g", name, size);
    fputs(" font ", stream);
    escape_gnuplot(stream, font);
}

/* In a .tex the size of the letters is no option of gnuplot's. */
static void put_sizes(FILE *stream, double letters)
{
    /* LaTeX's own fonts have whole sizes. */
    const double sizes[] = {round(letters * SMALL / LETTERS),
                            round(letters * LARGE / LETTERS), letters};
    static const char *const before[] = {"\\\\def\\\\sweepsmall{",
                                         "}%\\n\\\\def\\\\sweeplarge{", "}%\\n"};
    fputs("    header \"", stream);
    for (size_t i = 0; i < 3; i++)
        fprintf(stream, "%s\\\\fontsize{%.4g}{%.4g}\\\\selectfont", before[i], sizes[i],
                1.2 * sizes[i]);
    fputs("\"\n", stream);
}

/* One of a given size or font. */
static void put_terminal(FILE *stream, const struct layout *l, const struct picture *p)
{
    double letters = letters_of(p), unit = picture_unit(p), scale = 1;
    double wide = l->width * unit, high = l->height * unit;
    switch (p->format) {
    case PICTURE_SVG:
        scale = 1 / POINTS;
        fprintf(stream, "set terminal svg size %.6g, %.6g", wide * scale, high * scale);
        put_font(stream, p, letters * scale);
        fprintf(stream, " background rgb 'white' \\\n    linewidth %.4g\n",
                unit * scale);
        break;
    case PICTURE_PNG:
        fprintf(stream, "set terminal pngcairo size %.0f, %.0f", wide * DOTS / 72,
                high * DOTS / 72);
        put_font(stream, p, letters);
        fprintf(stream, " fontscale %.6g \\\n    linewidth %.4g pointscale %.4g\n",
                POINTS * DOTS / 72, unit * DOTS / 72, unit * DOTS / 72);
        break;
    default:
        fprintf(stream, "set terminal %s size %.6gin, %.6gin",
                p->format == PICTURE_TEX ? "cairolatex pdf" : "pdfcairo", wide / 72,
                high / 72);
        put_font(stream, p, letters);
        fprintf(stream, " fontscale 0.75 \\\n    linewidth %.4g pointscale %.4g%s",
                unit / LINE_WIDTH, unit / LINE_WIDTH,
                p->format == PICTURE_TEX ? " \\\n" : "\n");
    }
    if (p->format == PICTURE_TEX)
        put_sizes(stream, letters);
    fprintf(stream, "set xtics offset 0, %s\n",
            p->format == PICTURE_SVG ? "0.5" : "0.3");
    fprintf(stream, "small = ',%.4g'; large = ',%.4g'\n",
            letters * scale * SMALL / LETTERS, letters * scale * LARGE / LETTERS);
}

void script_terminal(FILE *stream, const struct layout *l, const struct picture *p)
{
    bool plain = !(p->width > 0) && !(p->height > 0) && !(p->font_size > 0) && !p->font;
    if (plain && p->format != PICTURE_TEX)
        fputs(terminals[p->format], stream);
    else
        put_terminal(stream, l, p);
    putc('\n', stream);
}
