/* See image_hash.h. Runs in a parse process; image_hash_distance() anywhere. Nettle, because it
 * needs no initialisation that the sandbox could stop, and is mapped anyway. */
#include "crawler/extract/image_hash.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <nettle/sha2.h>

#include "crawler/extract/image_bytes.h"
#include "crawler/extract/image_grey.h"
#include "crawler/extract/image_grid.h"
#include "crawler/extract/image_head.h"

enum { SIDE = IMAGE_GRID_SIDE, FREQUENCIES = 8, BITS = FREQUENCIES * FREQUENCIES };

_Static_assert(SHA256_DIGEST_SIZE == IMAGE_SHA256_BYTES, "one size");

/* Below this every coefficient is rounding: an image of one colour. */
static const double structure_min = 2.0;

void image_sha256(const unsigned char *data, size_t bytes,
                  unsigned char ret_digest[IMAGE_SHA256_BYTES])
{
    struct sha256_ctx context;
    sha256_init(&context);
    sha256_update(&context, bytes, data);
    sha256_digest(&context, IMAGE_SHA256_BYTES, ret_digest);
}

/* --- means → frequencies → bits --- */

static double cosine(int frequency, int position)
{
    return cos(M_PI * frequency * (2 * position + 1) / (2.0 * SIDE));
}

/* Frequencies 1 to 8 of the rows, then of the columns of that. */
static void transform(const double means[IMAGE_GRID_CELLS], double ret_lowest[BITS])
{
    double rows[SIDE][FREQUENCIES] = {0};
    for (int f = 0; f < FREQUENCIES; f++)
        for (int x = 0; x < SIDE; x++)
            for (int y = 0; y < SIDE; y++)
                rows[y][f] += means[y * SIDE + x] * cosine(f + 1, x);
    memset(ret_lowest, 0, BITS * sizeof *ret_lowest);
    for (int f = 0; f < FREQUENCIES; f++)
        for (int y = 0; y < SIDE; y++)
            for (int column = 0; column < FREQUENCIES; column++)
                ret_lowest[f * FREQUENCIES + column] += rows[y][column] * cosine(f + 1, y);
}

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static double median(const double values[BITS])
{
    double sorted[BITS];
    memcpy(sorted, values, sizeof sorted);
    qsort(sorted, BITS, sizeof *sorted, compare);
    return (sorted[BITS / 2 - 1] + sorted[BITS / 2]) / 2;
}

static double largest(const double values[BITS])
{
    double most = 0;
    for (int i = 0; i < BITS; i++)
        most = fmax(most, fabs(values[i]));
    return most;
}

static bool hash_of(const double means[IMAGE_GRID_CELLS], uint64_t *ret_hash)
{
    double lowest[BITS];
    transform(means, lowest);
    if (largest(lowest) < structure_min)
        return false;
    double middle = median(lowest);
    uint64_t hash = 0;
    for (int i = 0; i < BITS; i++)
        hash |= (uint64_t)(lowest[i] > middle) << i;
    *ret_hash = hash;
    return true;
}

/* --- files --- */

static bool decode(const struct image_bytes *file, enum image_type type, struct image_grid *grid)
{
    switch (type) {
    case IMAGE_JPEG:
        return image_grey_jpeg(file, grid);
    case IMAGE_PNG:
        return image_grey_png(file, grid);
    case IMAGE_GIF:
        return image_grey_gif(file, grid);
    case IMAGE_WEBP:
        return image_grey_webp(file, grid);
    case IMAGE_AVIF:
        return image_grey_avif(file, grid);
    case IMAGE_BMP:
        return image_grey_bmp(file, grid);
    default:
        return false;
    }
}

bool image_perceptual_hash(const struct image_bytes *file, const struct image_head *head,
                           uint64_t *ret_hash)
{
    struct image_grid grid;
    double means[IMAGE_GRID_CELLS];
    return decode(file, head->type, &grid) && image_grid_means(&grid, head->orientation, means) &&
           hash_of(means, ret_hash);
}

unsigned image_hash_distance(uint64_t a, uint64_t b)
{
    return (unsigned)__builtin_popcountll(a ^ b);
}
