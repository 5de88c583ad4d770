/* What a whole image file is known by: its bytes (SHA-256) and its looks (a perceptual hash). */
#ifndef IMGCRAWL_EXTRACT_IMAGE_HASH_H
#define IMGCRAWL_EXTRACT_IMAGE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct image_bytes;
struct image_head;

enum { IMAGE_SHA256_BYTES = 32 };

void image_sha256(const unsigned char *data, size_t bytes,
                  unsigned char ret_digest[IMAGE_SHA256_BYTES]);

/* 64 bits of the image as displayed, on white, of an animation its first frame: 32 × 32 means of
 * brightness, their discrete cosine transform, of its 8 × 8 lowest frequencies (without the first
 * row and column) one bit each, set where it is above their median (C. Zauner, "Implementation and
 * Benchmarking of Perceptual Image Hash Functions", 2010, 3.2). The same picture scaled or
 * compressed again is at most a few bits away.
 *
 * False where there is none: no JPEG, PNG, GIF, WebP, AVIF or BMP, broken, more than 64 Mpx, or
 * without any structure to tell it by. Icons, SVG and HEIC have none. */
bool image_perceptual_hash(const struct image_bytes *file, const struct image_head *head,
                           uint64_t *ret_hash);

/* Bits that differ, 0 to 64. */
unsigned image_hash_distance(uint64_t a, uint64_t b);

#endif
