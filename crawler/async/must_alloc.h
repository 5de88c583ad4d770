/* Memory for small objects of fixed size: when there is none, the program ends here and the service
 * manager starts it again. Nothing whose size a remote site decides is allocated this way. */
#ifndef IMGCRAWL_ASYNC_MUST_ALLOC_H
#define IMGCRAWL_ASYNC_MUST_ALLOC_H

#include <stdlib.h>

static inline void *must_calloc(size_t count, size_t bytes)
{
    void *memory = calloc(count, bytes);
    if (!memory)
        abort();
    return memory;
}

static inline void *must_reallocarray(void *memory, size_t count, size_t bytes)
{
    void *moved = reallocarray(memory, count, bytes);
    if (!moved)
        abort();
    return moved;
}

#endif
