/* Landmarks: the parts of a page that people jump to (HTML-AAM 1.0, ARIA 1.2). Pure functions. */
#ifndef IMGCRAWL_EXTRACT_LANDMARKS_H
#define IMGCRAWL_EXTRACT_LANDMARKS_H

#include <stdbool.h>

#include "crawler/extract/html_reader.h"
#include "crawler/extract/record.h"

/* The landmark that an element of this tag and role (NULL: none) is, or else the one around it. A
 * header or footer of a section is none: is_sectioned. */
enum landmark landmark_of(enum html_tag tag, const char *role, bool is_sectioned,
                          enum landmark around);

/* Whether the headers and footers in such an element are its own. */
bool landmark_is_section(enum html_tag tag);

#endif
