/* Hashes of whole files, the record that carries them, and the grid behind the perceptual one.
 * Pictures are drawn here; those of real encoders are in e2e/test_inspect_image.py. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jpeglib.h>

#include "crawler/extract/image_bytes.h"
#include "crawler/extract/image_grid.h"
#include "crawler/extract/image_hash.h"
#include "crawler/extract/image_head.h"
#include "crawler/extract/image_record.h"

enum { BMP_HEAD = 54 };

/* Brightness at a point of the unit square. */
typedef double (*picture_fn)(double x, double y);

static double hills(double x, double y)
{
    return 0.5 + 0.2 * sin(7 * x + 2 * y) + 0.2 * cos(9 * y - 3 * x * y) + 0.1 * sin(23 * x * y);
}

static double rings(double x, double y)
{
    return 0.5 + 0.5 * sin(40 * hypot(x - 0.3, y - 0.6)) * (1 - x);
}

static double nothing(double x, double y)
{
    (void)x;
    (void)y;
    return 0.4;
}

static unsigned char brightness(picture_fn picture, uint32_t x, uint32_t y, uint32_t width,
                                uint32_t height)
{
    double value = picture((x + 0.5) / width, (y + 0.5) / height);
    return (unsigned char)(255 * fmin(1, fmax(0, value)));
}

struct file {
    unsigned char *data;
    size_t bytes;
};

static void put_u32(unsigned char *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (unsigned char)(value >> 8 * i);
}

/* 24 bits a pixel, from the bottom upwards. */
static struct file bmp_of(picture_fn picture, uint32_t width, uint32_t height)
{
    size_t row_bytes = (3 * width + 3) / 4 * 4;
    struct file file = {.bytes = BMP_HEAD + row_bytes * height};
    file.data = calloc(1, file.bytes);
    memcpy(file.data, "BM", 2);
    put_u32(file.data + 10, BMP_HEAD);
    put_u32(file.data + 14, 40);
    put_u32(file.data + 18, width);
    put_u32(file.data + 22, height);
    put_u32(file.data + 26, 1 | 24 << 16);
    for (uint32_t y = 0; y < height; y++)
        for (uint32_t x = 0; x < width; x++)
            memset(file.data + BMP_HEAD + (height - 1 - y) * row_bytes + 3 * x,
                   brightness(picture, x, y, width, height), 3);
    return file;
}

static struct file jpeg_of(picture_fn picture, uint32_t width, uint32_t height, bool progressive)
{
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct file file = {0};
    unsigned long bytes = 0;
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, &file.data, &bytes);
    jpeg.image_width = width;
    jpeg.image_height = height;
    jpeg.input_components = 1;
    jpeg.in_color_space = JCS_GRAYSCALE;
    jpeg_set_defaults(&jpeg);
    jpeg_set_quality(&jpeg, 50, TRUE);
    if (progressive)
        jpeg_simple_progression(&jpeg);
    jpeg_start_compress(&jpeg, TRUE);
    unsigned char *row = malloc(width);
    for (uint32_t y = 0; y < height; y++) {
        for (uint32_t x = 0; x < width; x++)
            row[x] = brightness(picture, x, y, width, height);
        jpeg_write_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    free(row);
    file.bytes = bytes;
    return file;
}

static struct image_record take_record(struct file file)
{
    struct image_record record;
    image_record_read(file.data, file.bytes, true, &record);
    free(file.data);
    return record;
}

static uint64_t take_hash(struct file file)
{
    struct image_record record = take_record(file);
    assert_true(record.has_hash);
    return record.hash;
}

static void sha256_is_the_standard_one(void **state)
{
    (void)state;
    static const unsigned char expected[] = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea};
    unsigned char digest[IMAGE_SHA256_BYTES];
    image_sha256((const unsigned char *)"abc", 3, digest); /* FIPS 180-4's example */
    assert_memory_equal(digest, expected, sizeof expected);
}

static void hash_stays_when_the_picture_is_scaled_or_compressed(void **state)
{
    (void)state;
    static const picture_fn pictures[] = {hills, rings};
    for (size_t i = 0; i < 2; i++) {
        uint64_t hash = take_hash(bmp_of(pictures[i], 640, 480));
        assert_true(image_hash_distance(hash, take_hash(bmp_of(pictures[i], 320, 240))) <= 4);
        assert_true(image_hash_distance(hash, take_hash(bmp_of(pictures[i], 101, 76))) <= 8);
        assert_true(image_hash_distance(hash, take_hash(jpeg_of(pictures[i], 640, 480, false))) <=
                    4);
        assert_true(image_hash_distance(hash, take_hash(jpeg_of(pictures[i], 1300, 990, true))) <=
                    4);
    }
    uint64_t other = take_hash(bmp_of(rings, 640, 480));
    assert_true(image_hash_distance(take_hash(bmp_of(hills, 640, 480)), other) > 16);
}

static void hash_is_of_the_image_as_displayed(void **state)
{
    (void)state;
    unsigned char grey[96];
    struct image_grid stored, turned;
    double means[IMAGE_GRID_CELLS], expected[IMAGE_GRID_CELLS];
    image_grid_begin(&stored, 64, 96);
    for (uint32_t y = 0; y < 96; y++) {
        for (uint32_t x = 0; x < 64; x++)
            grey[x] = brightness(hills, x, y, 64, 96);
        image_grid_row(&stored, y, grey);
    }
    image_grid_begin(&turned, 96, 64); /* by 90 degrees, clockwise: EXIF's 6 */
    for (uint32_t y = 0; y < 64; y++) {
        for (uint32_t x = 0; x < 96; x++)
            grey[x] = brightness(hills, y, 95 - x, 64, 96);
        image_grid_row(&turned, y, grey);
    }
    assert_true(image_grid_means(&stored, 6, means));
    assert_true(image_grid_means(&turned, 1, expected));
    for (int i = 0; i < IMAGE_GRID_CELLS; i++)
        assert_true(fabs(means[i] - expected[i]) < 1e-9);
}

static void grid_of_a_small_image_is_spread(void **state)
{
    (void)state;
    static const unsigned char row[] = {0, 255};
    struct image_grid grid;
    double means[IMAGE_GRID_CELLS];
    assert_true(image_grid_begin(&grid, 2, 1));
    assert_false(image_grid_means(&grid, 1, means));
    image_grid_row(&grid, 0, row);
    assert_true(image_grid_means(&grid, 1, means));
    assert_true(means[0] < 1 && means[15] < 1 && means[16] > 254 && means[1023] > 254);
}

static void image_without_structure_has_no_hash(void **state)
{
    (void)state;
    struct image_record record = take_record(bmp_of(nothing, 64, 64));
    assert_int_equal(record.type, IMAGE_BMP);
    assert_true(record.has_sha256);
    assert_false(record.has_hash);
}

static void image_too_large_is_not_decoded(void **state)
{
    (void)state;
    struct image_grid grid;
    assert_false(image_grid_begin(&grid, 65536, 65536));
    assert_false(image_grid_begin(&grid, 0, 10));
    struct file file = bmp_of(hills, 8, 8);
    put_u32(file.data + 18, 0x7fffffff);
    assert_false(take_record(file).has_hash);
}

static void record_is_opened_as_it_was_written(void **state)
{
    (void)state;
    uint64_t flat[64];
    struct image_record opened, record = take_record(jpeg_of(hills, 64, 48, false));
    int64_t bytes = image_record_write(&record, flat, sizeof flat);
    assert_true(bytes > 0);
    assert_int_equal(image_record_open(flat, (size_t)bytes, &opened), 0);
    assert_int_equal(opened.type, IMAGE_JPEG);
    assert_string_equal(opened.mime_type, "image/jpeg");
    assert_int_equal(opened.width, 64);
    assert_int_equal(opened.height, 48);
    assert_true(opened.has_hash && opened.hash == record.hash);
    assert_memory_equal(opened.sha256, record.sha256, sizeof opened.sha256);
    assert_int_equal(image_record_write(&record, flat, 16), -E2BIG);
    assert_int_equal(image_record_open(flat, (size_t)bytes - 1, &opened), -EBADMSG);
}

/* Each byte that has but one right value, or few. */
static void record_that_does_not_hold_is_refused(void **state)
{
    (void)state;
    uint64_t flat[64];
    unsigned char *byte = (unsigned char *)flat;
    struct image_record opened, record;
    image_record_read((const unsigned char *)"text", 4, false, &record);
    int64_t bytes = image_record_write(&record, flat, sizeof flat);
    static const size_t fixed[] = {0, 4, 6, 8, 12, 24, 32, 63, 64 + 4, 64 + 20};
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
        unsigned char before = byte[fixed[i]];
        byte[fixed[i]] = 0xf8;
        assert_int_equal(image_record_open(flat, (size_t)bytes, &opened), -EBADMSG);
        byte[fixed[i]] = before;
    }
    assert_int_equal(image_record_open(flat, (size_t)bytes, &opened), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_is_the_standard_one),
        cmocka_unit_test(hash_stays_when_the_picture_is_scaled_or_compressed),
        cmocka_unit_test(hash_is_of_the_image_as_displayed),
        cmocka_unit_test(grid_of_a_small_image_is_spread),
        cmocka_unit_test(image_without_structure_has_no_hash),
        cmocka_unit_test(image_too_large_is_not_decoded),
        cmocka_unit_test(record_is_opened_as_it_was_written),
        cmocka_unit_test(record_that_does_not_hold_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
