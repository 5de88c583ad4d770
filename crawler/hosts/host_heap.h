/* Host heap: what waits for its time, the earliest on top. A binary heap whose nodes are embedded
 * in their owners, so that one is taken out of the middle without a search. Loop thread.
 */
#ifndef IMGCRAWL_HOST_HEAP_H
#define IMGCRAWL_HOST_HEAP_H

#include <stdbool.h>
#include <stdint.h>

enum { HEAP_OUT = -1 };

struct heap_node {
    int64_t at_ms;
    int index; /* HEAP_OUT: it waits for nothing */
};

struct host_heap {
    struct heap_node **nodes;
    int count, capacity;
};

void host_heap_done(struct host_heap *heap);
/* Puts it in at that time, or moves it there. */
void host_heap_set(struct host_heap *heap, struct heap_node *node, int64_t at_ms);
/* Nothing where it is out already. */
void host_heap_remove(struct host_heap *heap, struct heap_node *node);
/* NULL where nothing waits. */
struct heap_node *host_heap_first(const struct host_heap *heap);

#endif
