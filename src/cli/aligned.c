#include "cli.h"

#include "sweep/text.h"

enum { MOST_COLUMNS = 16 };

void print_aligned(FILE *stream, size_t rows, size_t columns,
                   void (*cell)(size_t row, size_t column, char *buffer, size_t size))
{
    char text[1024];
    size_t width[MOST_COLUMNS] = {0};

    for (size_t row = 0; row < rows; row++)
        for (size_t column = 0; column < columns; column++) {
            cell(row, column, text, sizeof text);
            if (text_letters(text) > width[column])
                width[column] = text_letters(text);
        }
    for (size_t row = 0; row < rows; row++)
        for (size_t column = 0; column < columns; column++) {
            cell(row, column, text, sizeof text);
            if (column + 1 == columns)
                fprintf(stream, "%s\n", text);
            else
                fprintf(stream, "%s%*s", text,
                        (int)(width[column] - text_letters(text) + 2), "");
        }
}
