/* Allocation of small fixed-size objects: out of memory ends the process, which systemd restarts
 * and which loses nothing that was acknowledged. What the network sizes never comes from here.
 */
#ifndef IMGCRAWL_MEMORY_H
#define IMGCRAWL_MEMORY_H

#include <stddef.h>

void *memory_new(size_t bytes) __attribute__((malloc, returns_nonnull)); /* zeroed */
void *memory_resize(void *take_block, size_t bytes) __attribute__((returns_nonnull));
char *memory_strndup(const char *text, size_t bytes) __attribute__((malloc, returns_nonnull));

#endif
