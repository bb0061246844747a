/* page_parts.h - the sections of a page. */
#ifndef SWEEP_PAGE_PARTS_H
#define SWEEP_PAGE_PARTS_H

#include "sweep/escape.h"
#include "sweep/page.h"

/* Of the whole page: CSS, and the script with its SHA-256 in base64, by which the policy of
 * the page knows it. */
extern const char page_style[], page_script[], page_script_hash[];

/* "<p class=...>TEXT</p>"; nothing for an empty text. */
void page_paragraph(FILE *stream, const char *class, const char *text);

/* "dimension 1000, step_scale 0.5" of a cell, escaped: its axes. */
void page_cell_name(FILE *stream, const struct grid *g, size_t cell);

/* "2026-01-31 12:00:00 UTC"; nothing for what is no date. */
void page_date(FILE *stream, double seconds);

void page_question(FILE *stream, const struct page *p);
void page_outcome(FILE *stream, const struct page *p);
void page_time(FILE *stream, const struct page *p);
void page_figures(FILE *stream, const struct page *p);
int page_table(FILE *stream, const struct page *p);
int page_provenance(FILE *stream, const struct page *p, struct diagnostics *log);

#endif
