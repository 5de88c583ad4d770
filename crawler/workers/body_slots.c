/* Body slots: one memfd, mapped once for writing here; the free slots form a stack. Loop thread.
 *
 * The descriptor given out is a second, read-only one of the same file, and the file's size is
 * sealed: a parse process that was taken over by a page can neither write into another page's body
 * nor shrink the file under the feet of this process.
 */
#include "crawler/workers/body_slots.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* What slots may keep touched while they are free: most pages fit, so that giving is no system
 * call.
 */
enum { KEPT_BYTES = 256 * 1024 };

struct body_slots {
    int fd;           /* writable, ours alone */
    int read_only_fd; /* of the same file */
    unsigned char *memory;
    size_t total_bytes;
    size_t touched_bytes, most_bytes; /* of the slots in use */
    size_t kept_most_bytes;           /* what a slot may keep touched while it is free */
    unsigned count;
    unsigned in_use;
    struct body_slot *free_slots;
    struct body_slot slots[];
};

static size_t round_to_pages(size_t bytes)
{
    size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
    return (bytes + page_bytes - 1) & ~(page_bytes - 1);
}

static int open_read_only(int fd)
{
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return open(path, O_RDONLY | O_CLOEXEC);
}

/* Opens, sizes and maps the file; body_slots_free() undoes whatever part of it was done. */
static int make_memory(struct body_slots *slots)
{
    slots->fd = memfd_create("imgcrawl-bodies", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (slots->fd < 0 || ftruncate(slots->fd, (off_t)slots->total_bytes) < 0)
        return -errno;
    slots->read_only_fd = open_read_only(slots->fd);
    if (slots->read_only_fd < 0)
        return -errno;
    if (fcntl(slots->fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
        return -errno;
    void *memory = mmap(NULL, slots->total_bytes, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_NORESERVE, slots->fd, 0);
    if (memory == MAP_FAILED)
        return -errno;
    slots->memory = memory;
    return 0;
}

static void make_slots(struct body_slots *slots, size_t slot_bytes)
{
    for (unsigned i = slots->count; i-- > 0;) {
        size_t offset = i * slot_bytes;
        slots->slots[i] = (struct body_slot){.data = slots->memory + offset,
                                             .offset = offset,
                                             .capacity = slot_bytes,
                                             .owner = slots,
                                             .next_free = slots->free_slots};
        slots->free_slots = &slots->slots[i];
    }
}

int body_slots_new(unsigned count, size_t slot_bytes, struct body_slots **ret_slots)
{
    if (count == 0 || slot_bytes == 0 || slot_bytes > SIZE_MAX / 4 / count)
        return -EINVAL;
    slot_bytes = round_to_pages(slot_bytes);
    struct body_slots *slots = calloc(1, sizeof *slots + count * sizeof slots->slots[0]);
    if (!slots)
        abort();
    slots->fd = slots->read_only_fd = -1;
    slots->count = count;
    slots->total_bytes = slots->most_bytes = count * slot_bytes;
    slots->kept_most_bytes = KEPT_BYTES;
    int r = make_memory(slots);
    if (r < 0) {
        body_slots_free(slots);
        return r;
    }
    make_slots(slots, slot_bytes);
    *ret_slots = slots;
    return 0;
}

struct body_slots *body_slots_free(struct body_slots *slots)
{
    if (!slots)
        return NULL;
    if (slots->memory)
        munmap(slots->memory, slots->total_bytes);
    if (slots->read_only_fd >= 0)
        close(slots->read_only_fd);
    if (slots->fd >= 0)
        close(slots->fd);
    free(slots);
    return NULL;
}

void body_slots_limit(struct body_slots *slots, unsigned full_slots)
{
    size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
    assert(full_slots > 0 && full_slots <= slots->count);
    slots->most_bytes = slots->total_bytes / slots->count * full_slots;
    slots->kept_most_bytes = round_to_pages(KEPT_BYTES / slots->count * full_slots + page_bytes);
}

int body_slots_fd(const struct body_slots *slots)
{
    return slots->read_only_fd;
}

size_t body_slots_total_bytes(const struct body_slots *slots)
{
    return slots->total_bytes;
}

unsigned body_slots_in_use(const struct body_slots *slots)
{
    return slots->in_use;
}

struct body_slot *body_slots_take(struct body_slots *slots)
{
    struct body_slot *slot = slots->free_slots;
    if (!slot)
        return NULL;
    slots->free_slots = slot->next_free;
    slot->next_free = NULL;
    slots->in_use++;
    return slot;
}

/* A hole reads as zeros and costs nothing. Should it not be made, the memory merely stays ours. */
static void return_memory(struct body_slots *slots, const struct body_slot *slot)
{
    size_t touched = round_to_pages(slot->touched);
    (void)fallocate(slots->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                    (off_t)(slot->offset + slots->kept_most_bytes),
                    (off_t)(touched - slots->kept_most_bytes));
}

void body_slots_give(struct body_slots *slots, struct body_slot *slot)
{
    assert(slots->in_use > 0 && !slot->next_free);
    if (slot->touched > slots->kept_most_bytes)
        return_memory(slots, slot);
    slots->touched_bytes -= slot->touched;
    slot->used = slot->touched = 0;
    slot->next_free = slots->free_slots;
    slots->free_slots = slot;
    slots->in_use--;
}

void body_slot_clear(struct body_slot *slot)
{
    slot->used = 0;
}

bool body_slot_has_memory(const struct body_slot *slot, size_t bytes)
{
    const struct body_slots *slots = slot->owner;
    return slot->used + bytes <= slot->touched || bytes <= slots->most_bytes - slots->touched_bytes;
}

void body_slot_append(struct body_slot *slot, const void *data, size_t bytes)
{
    assert(bytes <= slot->capacity - slot->used);
    memcpy(slot->data + slot->used, data, bytes);
    slot->used += bytes;
    if (slot->used <= slot->touched)
        return;
    slot->owner->touched_bytes += slot->used - slot->touched;
    slot->touched = slot->used;
}
