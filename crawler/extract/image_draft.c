/* See image_draft.h. Runs in a parse process. */
#include "crawler/extract/image_draft.h"

#include "crawler/extract/arena.h"
#include "crawler/extract/html_reader.h"

static const char *value_of(const struct html_element *element, const char *name)
{
    const struct html_attribute *attribute = html_attribute(element, name);
    return attribute ? attribute->value : NULL;
}

static struct image_texts texts_of(const struct html_element *element)
{
    return (struct image_texts){
        .alt = value_of(element, "alt"),
        .title = value_of(element, "title"),
        .width = value_of(element, "width"),
        .height = value_of(element, "height"),
        .loading = value_of(element, "loading"),
        .sizes = value_of(element, "sizes"),
        .media = value_of(element, "media"),
        .type = value_of(element, "type"),
        .aria_label = value_of(element, "aria-label"),
        .aria_labelledby = value_of(element, "aria-labelledby"),
        .role = value_of(element, "role"),
        .value = value_of(element, "value"),
    };
}

struct image_draft *image_draft_new(struct image_drafts *drafts, enum image_kind kind,
                                    const struct html_element *element,
                                    const struct image_surroundings *around)
{
    struct image_draft *draft = NULL;
    if (drafts->count < RECORD_MAX_IMAGES)
        draft = arena_alloc(drafts->arena, sizeof *draft);
    if (!draft) {
        drafts->left_out++;
        return NULL;
    }
    *draft = (struct image_draft){.kind = kind, .texts = texts_of(element), .around = *around};
    drafts->has_labels |= draft->texts.aria_labelledby != NULL;
    if (drafts->last)
        drafts->last->next = draft;
    else
        drafts->first = draft;
    drafts->last = draft;
    drafts->count++;
    return draft;
}

void image_draft_refer(struct image_drafts *drafts, struct image_draft *draft,
                       enum image_source source, enum image_ref_kind kind, const char *text,
                       size_t bytes)
{
    struct image_ref *ref = arena_alloc(drafts->arena, sizeof *ref);
    if (!ref)
        return;
    *ref = (struct image_ref){.text = text, .bytes = bytes, .kind = kind, .source = source};
    if (draft->last_ref)
        draft->last_ref->next = ref;
    else
        draft->refs = ref;
    draft->last_ref = ref;
}
