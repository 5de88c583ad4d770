/* Nearest: optimal string alignment distance over short words; see nearest.h. */
#include "server/nearest.h"

#include <stdbool.h>
#include <string.h>

enum { WORD_MAX = 63 };

/* One row of the table of distances: from the first i letters of a to each beginning of b. */
struct row {
    size_t cell[WORD_MAX + 1];
};

static size_t min3(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;
    return least < c ? least : c;
}

static void fill_row(struct row *row, const struct row *above, const struct row *two_above,
                     const char *a, size_t i, const char *b)
{
    row->cell[0] = i;
    for (size_t j = 1; b[j - 1] != '\0'; j++) {
        bool same = a[i - 1] == b[j - 1];
        row->cell[j] =
            min3(above->cell[j] + 1, row->cell[j - 1] + 1, above->cell[j - 1] + (same ? 0 : 1));
        bool exchanged = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
        if (exchanged && two_above->cell[j - 2] + 1 < row->cell[j])
            row->cell[j] = two_above->cell[j - 2] + 1;
    }
}

size_t nearest_distance(const char *a, const char *b, size_t enough)
{
    size_t a_bytes = strlen(a), b_bytes = strlen(b);
    if (a_bytes > WORD_MAX || b_bytes > WORD_MAX)
        return enough;
    struct row rows[3] = {0};
    for (size_t j = 0; j <= b_bytes; j++)
        rows[0].cell[j] = j;
    for (size_t i = 1; i <= a_bytes; i++)
        fill_row(&rows[i % 3], &rows[(i + 2) % 3], &rows[(i + 1) % 3], a, i, b);
    return rows[a_bytes % 3].cell[b_bytes];
}

const char *nearest_word(const char *word, nearest_next_fn next, void *arg)
{
    const char *nearest = NULL;
    size_t least = strlen(word) / 3 + 1; /* a third of the letters wrong is no longer a slip */
    if (least > 3)
        least = 3;
    least++;
    for (const char *candidate; (candidate = next(arg)) != NULL;) {
        size_t distance = nearest_distance(word, candidate, least);
        if (distance < least) {
            least = distance;
            nearest = candidate;
        }
    }
    return nearest;
}
