/* The predicates of audit_rules.c, and what they share. Private to crawler/audit. */
#ifndef IMGCRAWL_AUDIT_PREDICATES_H
#define IMGCRAWL_AUDIT_PREDICATES_H

#include "crawler/audit/audit_rules.h"

bool audit_is_alt_missing(const struct audit_subject *subject);
bool audit_is_alt_empty_in_link(const struct audit_subject *subject);
bool audit_is_alt_whitespace(const struct audit_subject *subject);
bool audit_is_alt_filename(const struct audit_subject *subject);
bool audit_is_alt_generic(const struct audit_subject *subject);
bool audit_is_alt_repeated(const struct audit_subject *subject);
bool audit_is_alt_too_long(const struct audit_subject *subject);
bool audit_is_decorative(const struct audit_subject *subject);

bool audit_is_broken(const struct audit_subject *subject);
bool audit_is_blocked(const struct audit_subject *subject);
bool audit_is_redirected(const struct audit_subject *subject);
bool audit_is_html_as_image(const struct audit_subject *subject);
bool audit_is_wrong_type(const struct audit_subject *subject);
bool audit_is_oversized_bytes(const struct audit_subject *subject);
bool audit_is_oversized_pixels(const struct audit_subject *subject);

bool audit_is_mixed_content(const struct audit_subject *subject);
bool audit_is_dimensions_missing(const struct audit_subject *subject);
bool audit_is_not_lazy(const struct audit_subject *subject);
bool audit_is_placeholder_only(const struct audit_subject *subject);

/* Of an img element, or of input type=image: it has an alt of its own. */
bool audit_has_alt(enum image_source source);
/* Of an img element. */
bool audit_is_img(enum image_source source);
/* What a browser loads to show the page, unlike a link to an image or what is said for other sites.
 */
bool audit_is_loaded(enum image_source source);
/* A width or height attribute in CSS pixels, as HTML parses dimensions; 0: none, or a percentage.
 */
int64_t audit_dimension(struct store_text value);

/* The last segment of a URL's path; text.data NULL where there is none. */
struct store_text audit_file_name(struct store_text url);
/* What stands behind its last dot, without it; data NULL where there is none. */
struct store_text audit_extension(struct store_text file_name);
/* The type that goes with a file extension; NULL: none of those of images. */
const char *audit_type_of_extension(struct store_text extension);

bool audit_equals(struct store_text text, const char *word); /* ASCII case-insensitively */
bool audit_starts_with(struct store_text text, const char *prefix);

#endif
