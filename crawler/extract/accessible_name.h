/* The accessible name of an image: what a screen reader says for it (accname 1.2, HTML-AAM 1.0,
 * SVG-AAM 1.0). Asked at the end of a page, as other elements may name it. */
#ifndef IMGCRAWL_EXTRACT_ACCESSIBLE_NAME_H
#define IMGCRAWL_EXTRACT_ACCESSIBLE_NAME_H

struct arena;
struct image_draft;
struct image_name;
struct label_texts;

/* labels: NULL where no image of the page has aria-labelledby. The text is in the arena. Whether
 * aria-hidden takes the image away from everyone does not matter here. */
struct image_name accessible_name(const struct image_draft *draft, const struct label_texts *labels,
                                  struct arena *arena);

#endif
