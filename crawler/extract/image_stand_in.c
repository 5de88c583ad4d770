/* Stand-ins: what lazily loaded images show first; see image_lazy.h. Runs in a parse process, at
 * the end of a page.
 *
 * A table of open addressing over the hashes of the src of all elements with lazy attributes.
 */
#include <string.h>
#include <strings.h>

#include <xxhash.h>

#include "crawler/extract/arena.h"
#include "crawler/extract/html_text.h"
#include "crawler/extract/image_file_name.h"
#include "crawler/extract/image_lazy.h"

struct stand_in {
    uint64_t hash; /* 0: free */
    const char *later;
    bool is_shared;
};

struct lazy_stand_ins {
    size_t mask;
    struct stand_in slots[];
};

static uint64_t hash(const char *text, size_t bytes)
{
    return XXH3_64bits(text, bytes) | 1;
}

static struct stand_in *find(struct lazy_stand_ins *stand_ins, const char *text, size_t bytes)
{
    uint64_t wanted = hash(text, bytes);
    struct stand_in *slots = stand_ins->slots;
    for (size_t i = (wanted >> 1) & stand_ins->mask;; i = (i + 1) & stand_ins->mask)
        if (!slots[i].hash || slots[i].hash == wanted)
            return &slots[i];
}

static const struct image_ref *ref_of(const struct image_draft *draft, bool is_lazy)
{
    for (const struct image_ref *ref = draft->refs; ref; ref = ref->next)
        if (is_lazy
                ? ref->source == IMAGE_SOURCE_LAZY_SRC || ref->source == IMAGE_SOURCE_LAZY_SRCSET
                : ref->source == IMAGE_SOURCE_IMG)
            return ref;
    return NULL;
}

static void note(struct lazy_stand_ins *stand_ins, const struct image_draft *draft)
{
    const struct image_ref *src = ref_of(draft, false);
    const struct image_ref *later = ref_of(draft, true);
    if (!src || !later)
        return;
    struct stand_in *slot = find(stand_ins, src->text, src->bytes);
    if (slot->hash && strcmp(slot->later, later->text) != 0)
        slot->is_shared = true;
    else
        *slot = (struct stand_in){hash(src->text, src->bytes), later->text, slot->is_shared};
}

struct lazy_stand_ins *lazy_stand_ins_of(const struct image_drafts *drafts)
{
    size_t count = 1, slots = 16;
    for (const struct image_draft *draft = drafts->first; draft; draft = draft->next)
        count += draft->has_lazy;
    while (slots < 2 * count)
        slots *= 2;
    size_t bytes = slots * sizeof(struct stand_in);
    struct lazy_stand_ins *stand_ins = arena_alloc(drafts->arena, sizeof *stand_ins + bytes);
    if (!stand_ins)
        return NULL;
    stand_ins->mask = slots - 1;
    memset(stand_ins->slots, 0, bytes);
    for (const struct image_draft *draft = drafts->first; draft; draft = draft->next)
        if (draft->has_lazy)
            note(stand_ins, draft);
    return stand_ins;
}

/* The image itself, given twice. */
static bool is_what_comes(const struct image_draft *draft, const char *reference, size_t bytes)
{
    for (const struct image_ref *ref = draft->refs; ref; ref = ref->next)
        if (ref->source == IMAGE_SOURCE_LAZY_SRC && ref->bytes == bytes &&
            !memcmp(ref->text, reference, bytes))
            return true;
    return false;
}

bool lazy_is_stand_in(struct lazy_stand_ins *stand_ins, const struct image_draft *draft,
                      const char *reference, size_t bytes)
{
    size_t trimmed_bytes;
    const char *trimmed = html_trim(reference, bytes, &trimmed_bytes);
    if (!draft->has_lazy || is_what_comes(draft, reference, bytes))
        return false;
    if (!trimmed_bytes || !strncasecmp(trimmed, "data:", 5) || !strncasecmp(trimmed, "about:", 6) ||
        image_file_name_is_placeholder(trimmed, trimmed_bytes))
        return true;
    return stand_ins && find(stand_ins, reference, bytes)->is_shared;
}
