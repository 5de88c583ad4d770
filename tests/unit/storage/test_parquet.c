/* Parquet: the encodings, bit for bit, and the frame of a file. That other programs read the same
 * values back is for tests/e2e/test_exports.py to show.
 */
#include "fault.h"

#include "storage/parquet_dictionary.h"
#include "storage/parquet_encode.h"
#include "storage/parquet_thrift.h"
#include "storage/parquet_writer.h"

#define assert_bytes(buffer, ...)                                                                  \
    do {                                                                                           \
        const unsigned char expected_[] = {__VA_ARGS__};                                           \
        assert_int_equal((buffer).bytes, sizeof(expected_));                                       \
        assert_memory_equal((buffer).data, expected_, sizeof(expected_));                          \
        export_buffer_done(&(buffer));                                                             \
    } while (0)

/* --- runs and packed bits ------------------------------------------------------------------ */

/* The example of the format's description: 0 to 7 in three bits each. */
static void eight_different_values_are_packed(void **state)
{
    (void)state;
    static const uint32_t values[] = {0, 1, 2, 3, 4, 5, 6, 7};
    struct export_buffer out = {0};
    assert_int_equal(parquet_encode_hybrid(&out, values, 8, 3), 0);
    assert_bytes(out, 1 << 1 | 1, 0x88, 0xc6, 0xfa);
}

static void eight_equal_values_are_a_run(void **state)
{
    (void)state;
    uint32_t values[200];
    struct export_buffer out = {0};
    for (int i = 0; i < 200; i++)
        values[i] = 300;
    assert_int_equal(parquet_encode_hybrid(&out, values, 200, 9), 0);
    assert_bytes(out, 0x90, 0x03, 0x2c, 0x01); /* 200 << 1 in seven bits each, then two bytes */
}

static void last_group_is_filled_with_zeros(void **state)
{
    (void)state;
    static const uint32_t values[] = {1, 0, 1};
    struct export_buffer out = {0};
    assert_int_equal(parquet_encode_hybrid(&out, values, 3, 1), 0);
    assert_bytes(out, 3, 5);
    assert_int_equal(parquet_encode_hybrid(&out, values, 0, 1), 0);
    assert_int_equal(out.bytes, 0);
    export_buffer_done(&out);
}

struct reading {
    const unsigned char *at, *end;
};

static uint32_t read_varint(struct reading *in)
{
    uint32_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
        assert_true(in->at < in->end);
        value |= (uint32_t)(*in->at & 0x7f) << shift;
        if (!(*in->at++ & 0x80))
            return value;
    }
}

static uint32_t read_bits(const unsigned char *data, size_t from, unsigned bit_width)
{
    uint32_t value = 0;
    for (unsigned bit = 0; bit < bit_width; bit++)
        value |= (uint32_t)(data[(from + bit) / 8] >> (from + bit) % 8 & 1) << bit;
    return value;
}

/* By the description, one bit after the other. */
static void assert_decodes_to(const struct export_buffer *out, const uint32_t *values, size_t count,
                              unsigned bit_width)
{
    struct reading in = {(const unsigned char *)out->data,
                         (const unsigned char *)out->data + out->bytes};
    size_t i = 0;
    while (in.at < in.end) {
        uint32_t head = read_varint(&in);
        size_t length = head & 1 ? (size_t)(head >> 1) * 8 : head >> 1;
        size_t bytes = head & 1 ? length * bit_width / 8 : (bit_width + 7) / 8;
        assert_true(bytes <= (size_t)(in.end - in.at));
        for (size_t k = 0; k < length && i < count; k++, i++)
            assert_int_equal(read_bits(in.at, head & 1 ? k * bit_width : 0, bit_width), values[i]);
        in.at += bytes;
    }
    assert_int_equal(i, count);
}

static void any_mixture_comes_back(void **state)
{
    (void)state;
    uint64_t random = 1;
    uint32_t values[1000];
    for (unsigned bit_width = 1; bit_width <= 32; bit_width++) {
        for (size_t i = 0; i < 1000; i++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            bool repeats = i > 0 && (random >> 60) < 13;
            uint32_t mask = bit_width == 32 ? UINT32_MAX : (1u << bit_width) - 1;
            values[i] = repeats ? values[i - 1] : (uint32_t)(random >> 24) & mask;
        }
        struct export_buffer out = {0};
        assert_int_equal(parquet_encode_hybrid(&out, values, 1000, bit_width), 0);
        assert_decodes_to(&out, values, 1000, bit_width);
        export_buffer_done(&out);
    }
}

static void widths_are_those_of_the_largest_value(void **state)
{
    (void)state;
    assert_int_equal(parquet_bit_width(0), 1);
    assert_int_equal(parquet_bit_width(1), 1);
    assert_int_equal(parquet_bit_width(2), 2);
    assert_int_equal(parquet_bit_width(255), 8);
    assert_int_equal(parquet_bit_width(256), 9);
    assert_int_equal(parquet_bit_width(UINT32_MAX), 32);
}

static void plain_values_are_little_endian(void **state)
{
    (void)state;
    static const uint32_t bits[] = {1, 0, 0, 0, 0, 0, 0, 1, 1};
    struct export_buffer out = {0};
    assert_int_equal(parquet_encode_number(&out, -2, 4), 0);
    assert_int_equal(parquet_encode_text(&out, "ab", 2), 0);
    assert_int_equal(parquet_encode_bits(&out, bits, 9), 0);
    assert_bytes(out, 0xfe, 0xff, 0xff, 0xff, 2, 0, 0, 0, 'a', 'b', 0x81, 0x01);
}

/* --- thrift -------------------------------------------------------------------------------- */

static void thrift_is_compact(void **state)
{
    (void)state;
    struct export_buffer out = {0};
    struct thrift thrift = thrift_begin(&out);
    thrift_put_i32(&thrift, 1, -1);
    thrift_put_i64(&thrift, 3, 150);
    thrift_put_text(&thrift, 4, "hi");
    thrift_put_bool(&thrift, 5, true);
    thrift_open_list(&thrift, 6, THRIFT_STRUCT, 1);
    thrift_open_item(&thrift);
    thrift_put_i32(&thrift, 2, 1);
    thrift_end(&thrift);
    thrift_open_list(&thrift, 7, THRIFT_I32, 20);
    thrift_end(&thrift);
    assert_int_equal(thrift.error, 0);
    assert_bytes(out, 0x15, 0x01, 0x26, 0xac, 0x02, 0x18, 2, 'h', 'i', 0x11, 0x19, 0x1c, 0x25, 0x02,
                 0x00, 0x19, 0xf5, 20, 0x00);
}

/* --- dictionaries -------------------------------------------------------------------------- */

static void dictionary_numbers_texts_as_they_come(void **state)
{
    (void)state;
    struct parquet_dictionary dictionary = {0};
    uint32_t index = 99;
    char text[16];
    for (int round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < 5000; i++) {
            int bytes = snprintf(text, sizeof(text), "text %u", i);
            assert_int_equal(parquet_dictionary_index(&dictionary, text, (size_t)bytes, &index), 0);
            assert_int_equal(index, i);
        }
    }
    assert_int_equal(parquet_dictionary_index(&dictionary, "", 0, &index), 0);
    assert_int_equal(index, 5000);
    parquet_dictionary_clear(&dictionary);
    assert_int_equal(parquet_dictionary_index(&dictionary, "text 4999", 9, &index), 0);
    assert_int_equal(index, 0);
    parquet_dictionary_done(&dictionary);
}

static void dictionary_ends_where_it_is_full(void **state)
{
    (void)state;
    struct parquet_dictionary dictionary = {0};
    static char large[PARQUET_DICTIONARY_BYTES + 1];
    uint32_t index;
    assert_int_equal(parquet_dictionary_index(&dictionary, large, sizeof(large), &index), -ENOSPC);
    for (uint32_t i = 0; i < PARQUET_DICTIONARY_ENTRIES; i++)
        assert_int_equal(parquet_dictionary_index(&dictionary, (const char *)&i, sizeof(i), &index),
                         0);
    assert_int_equal(parquet_dictionary_index(&dictionary, "one more", 8, &index), -ENOSPC);
    uint32_t first = 0;
    assert_int_equal(
        parquet_dictionary_index(&dictionary, (const char *)&first, sizeof(first), &index), 0);
    parquet_dictionary_done(&dictionary);
}

/* --- files --------------------------------------------------------------------------------- */

static const struct parquet_field fields[] = {{"text", PARQUET_TEXT, true},
                                              {"number", PARQUET_INT32, true},
                                              {"flag", PARQUET_BOOLEAN, false}};

static size_t footer_bytes(const struct export_buffer *out)
{
    const unsigned char *end = (const unsigned char *)out->data + out->bytes - 8;
    assert_memory_equal(out->data, "PAR1", 4);
    assert_memory_equal(end + 4, "PAR1", 4);
    return end[0] | (size_t)end[1] << 8 | (size_t)end[2] << 16 | (size_t)end[3] << 24;
}

static void put_row(struct parquet_writer *writer, int64_t i)
{
    char text[400];
    memset(text, 'x', sizeof(text));
    int bytes = snprintf(text, sizeof(text), "row %" PRId64, i);
    text[bytes] = ' ';
    assert_int_equal(parquet_put_text(writer, 0, text, sizeof(text)), 0);
    assert_int_equal(i % 2 ? parquet_put_null(writer, 1) : parquet_put_number(writer, 1, i), 0);
    assert_int_equal(parquet_put_number(writer, 2, i % 3 == 0), 0);
    assert_int_equal(parquet_end_row(writer), 0);
}

static void file_without_rows_is_whole(void **state)
{
    (void)state;
    struct export_buffer out = {0};
    struct parquet_writer *writer = NULL;
    assert_int_equal(parquet_writer_new(fields, 3, &out, &writer), 0);
    assert_int_equal(parquet_finish(writer), 0);
    assert_int_equal(footer_bytes(&out), out.bytes - 12);
    parquet_writer_free(writer);
    export_buffer_done(&out);
}

/* A row group comes out when it is full, whoever reads may take it at once, and what is left in
 * memory does not grow with the rows. */
static void row_groups_come_out_one_after_another(void **state)
{
    (void)state;
    struct export_buffer out = {0};
    struct parquet_writer *writer = NULL;
    size_t taken = 0, pieces = 0, largest = 0;
    assert_int_equal(parquet_writer_new(fields, 3, &out, &writer), 0);
    for (int64_t i = 0; i < 3 * PARQUET_GROUP_ROWS + 5; i++) {
        put_row(writer, i);
        pieces += out.bytes > 0;
        largest = out.bytes > largest ? out.bytes : largest;
        taken += out.bytes;
        out.bytes = 0;
    }
    assert_int_equal(pieces, 1 + 3); /* the magic, the groups */
    assert_true(largest < 4 * 1024 * 1024);
    assert_int_equal(parquet_finish(writer), 0);
    const char *end = out.data + out.bytes - 4;
    assert_memory_equal(end, "PAR1", 4);
    assert_non_null(memmem(out.data, out.bytes, "imgcrawl version ", 17));
    assert_true(taken > 0);
    parquet_writer_free(writer);
    export_buffer_done(&out);
}

static void writer_may_be_left_in_the_middle(void **state)
{
    (void)state;
    struct export_buffer out = {0};
    struct parquet_writer *writer = NULL;
    assert_int_equal(parquet_writer_new(fields, 3, &out, &writer), 0);
    for (int64_t i = 0; i < 10000; i++)
        put_row(writer, i);
    assert_null(parquet_writer_free(writer));
    export_buffer_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(eight_different_values_are_packed),
        cmocka_unit_test(eight_equal_values_are_a_run),
        cmocka_unit_test(last_group_is_filled_with_zeros),
        cmocka_unit_test(any_mixture_comes_back),
        cmocka_unit_test(widths_are_those_of_the_largest_value),
        cmocka_unit_test(plain_values_are_little_endian),
        cmocka_unit_test(thrift_is_compact),
        cmocka_unit_test(dictionary_numbers_texts_as_they_come),
        cmocka_unit_test(dictionary_ends_where_it_is_full),
        cmocka_unit_test(file_without_rows_is_whole),
        cmocka_unit_test(row_groups_come_out_one_after_another),
        cmocka_unit_test(writer_may_be_left_in_the_middle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
