/* How Parquet writes values: PLAIN, and the hybrid of runs and packed bits that levels and
 * dictionary indexes are in (Parquet: Encodings.md). Pure functions. Private to storage/.
 */
#ifndef IMGCRAWL_STORAGE_PARQUET_ENCODE_H
#define IMGCRAWL_STORAGE_PARQUET_ENCODE_H

#include "storage/export_buffer.h"

/* Bits that the largest value needs; 1 at least. */
unsigned parquet_bit_width(uint32_t largest);
/* Eight equal values or more in a row become a run, others are packed. 0 or -ENOMEM. */
int parquet_encode_hybrid(struct export_buffer *out, const uint32_t *values, size_t count,
                          unsigned bit_width);
/* The lowest `bytes` (4, 8) of a number, lowest first. */
int parquet_encode_number(struct export_buffer *out, int64_t number, size_t bytes);
/* Length, then bytes. */
int parquet_encode_text(struct export_buffer *out, const char *text, size_t bytes);
/* Eight to a byte, the first is the lowest bit. */
int parquet_encode_bits(struct export_buffer *out, const uint32_t *values, size_t count);

#endif
