/* See host_heap.h. */
#include "crawler/hosts/host_heap.h"

#include <stdlib.h>

#include "crawler/base/memory.h"

static void place(struct host_heap *heap, int index, struct heap_node *node)
{
    heap->nodes[index] = node;
    node->index = index;
}

static void move_up(struct host_heap *heap, int index, struct heap_node *node)
{
    while (index > 0 && heap->nodes[(index - 1) / 2]->at_ms > node->at_ms) {
        place(heap, index, heap->nodes[(index - 1) / 2]);
        index = (index - 1) / 2;
    }
    place(heap, index, node);
}

static void move_down(struct host_heap *heap, int index, struct heap_node *node)
{
    for (;;) {
        int child = 2 * index + 1;
        if (child + 1 < heap->count && heap->nodes[child + 1]->at_ms < heap->nodes[child]->at_ms)
            child++;
        if (child >= heap->count || heap->nodes[child]->at_ms >= node->at_ms)
            break;
        place(heap, index, heap->nodes[child]);
        index = child;
    }
    place(heap, index, node);
}

void host_heap_done(struct host_heap *heap)
{
    free(heap->nodes);
    *heap = (struct host_heap){0};
}

static void add(struct host_heap *heap, struct heap_node *node)
{
    if (heap->count == heap->capacity) {
        heap->capacity = heap->capacity ? heap->capacity * 2 : 64;
        heap->nodes =
            memory_resize(heap->nodes, (size_t)heap->capacity * sizeof(struct heap_node *));
    }
    move_up(heap, heap->count++, node);
}

void host_heap_set(struct host_heap *heap, struct heap_node *node, int64_t at_ms)
{
    node->at_ms = at_ms;
    if (node->index == HEAP_OUT) {
        add(heap, node);
        return;
    }
    move_down(heap, node->index, node);
    move_up(heap, node->index, node);
}

void host_heap_remove(struct host_heap *heap, struct heap_node *node)
{
    int index = node->index;
    if (index == HEAP_OUT)
        return;
    node->index = HEAP_OUT;
    struct heap_node *last = heap->nodes[--heap->count];
    if (last == node)
        return;
    move_down(heap, index, last);
    move_up(heap, last->index, last);
}

struct heap_node *host_heap_first(const struct host_heap *heap)
{
    return heap->count > 0 ? heap->nodes[0] : NULL;
}
