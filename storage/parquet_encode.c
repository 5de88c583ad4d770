/* See parquet_encode.h. */
#include "storage/parquet_encode.h"

enum { GROUP = 8, LONGEST_VARINT = 5 };

unsigned parquet_bit_width(uint32_t largest)
{
    unsigned bits = 1;
    while (bits < 32 && largest >> bits != 0)
        bits++;
    return bits;
}

static void add_byte(struct export_buffer *out, unsigned byte)
{
    out->data[out->bytes++] = (char)(unsigned char)byte;
}

static void add_varint(struct export_buffer *out, uint32_t value)
{
    while (value >= 0x80) {
        add_byte(out, (value & 0x7f) | 0x80);
        value >>= 7;
    }
    add_byte(out, value);
}

static size_t run_length(const uint32_t *values, size_t count)
{
    size_t length = 1;
    while (length < count && values[length] == values[0])
        length++;
    return length;
}

static int add_run(struct export_buffer *out, uint32_t value, size_t length, unsigned bit_width)
{
    int r = export_buffer_reserve(out, LONGEST_VARINT + sizeof(value));
    if (r < 0)
        return r;
    add_varint(out, (uint32_t)length << 1);
    for (unsigned bits = 0; bits < bit_width; bits += 8)
        add_byte(out, value >> bits & 0xff);
    return 0;
}

/* Packs whole groups; the last one is filled up with zeros. */
static void pack(struct export_buffer *out, const uint32_t *values, size_t count,
                 unsigned bit_width)
{
    uint64_t waiting = 0;
    unsigned bits = 0;
    size_t padded = (count + GROUP - 1) / GROUP * GROUP;
    for (size_t i = 0; i < padded; i++) {
        waiting |= (uint64_t)(i < count ? values[i] : 0) << bits;
        for (bits += bit_width; bits >= 8; bits -= 8) {
            add_byte(out, waiting & 0xff);
            waiting >>= 8;
        }
    }
}

static int add_packed(struct export_buffer *out, const uint32_t *values, size_t count,
                      unsigned bit_width)
{
    size_t groups = (count + GROUP - 1) / GROUP;
    if (groups == 0)
        return 0;
    int r = export_buffer_reserve(out, LONGEST_VARINT + groups * bit_width);
    if (r < 0)
        return r;
    add_varint(out, (uint32_t)groups << 1 | 1);
    pack(out, values, count, bit_width);
    return 0;
}

int parquet_encode_hybrid(struct export_buffer *out, const uint32_t *values, size_t count,
                          unsigned bit_width)
{
    size_t packed_from = 0, i = 0;
    int r = 0;
    while (i < count && r == 0) {
        size_t length = run_length(values + i, count - i);
        if (length < GROUP) {
            i += count - i < GROUP ? count - i : GROUP;
            continue;
        }
        r = add_packed(out, values + packed_from, i - packed_from, bit_width);
        if (r == 0)
            r = add_run(out, values[i], length, bit_width);
        i += length;
        packed_from = i;
    }
    return r < 0 ? r : add_packed(out, values + packed_from, count - packed_from, bit_width);
}

int parquet_encode_number(struct export_buffer *out, int64_t number, size_t bytes)
{
    int r = export_buffer_reserve(out, bytes);
    if (r < 0)
        return r;
    for (size_t i = 0; i < bytes; i++)
        add_byte(out, (unsigned)((uint64_t)number >> 8 * i & 0xff));
    return 0;
}

int parquet_encode_text(struct export_buffer *out, const char *text, size_t bytes)
{
    int r = export_buffer_reserve(out, 4 + bytes);
    if (r < 0)
        return r;
    parquet_encode_number(out, (int64_t)bytes, 4);
    export_buffer_add(out, text, bytes);
    return 0;
}

int parquet_encode_bits(struct export_buffer *out, const uint32_t *values, size_t count)
{
    int r = export_buffer_reserve(out, (count + GROUP - 1) / GROUP);
    if (r == 0)
        pack(out, values, count, 1);
    return r;
}
