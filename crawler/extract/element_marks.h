/* What an element's attributes say about it and its contents, whatever element it is: read in one
 * pass, as every element of a page is asked. Pure functions. */
#ifndef IMGCRAWL_EXTRACT_ELEMENT_MARKS_H
#define IMGCRAWL_EXTRACT_ELEMENT_MARKS_H

#include <stdbool.h>

struct html_element;

/* Values are NUL-ended, NULL where the attribute is not there. */
struct element_marks {
    const char *id, *classes, *role, *style, *title;
    const char *aria_label, *aria_labelledby;
    bool is_aria_hidden; /* aria-hidden=true */
    bool is_hidden;      /* that, or the hidden attribute */
    bool has_data;       /* attributes whose names begin with data- */
};

void element_marks_read(const struct html_element *element, struct element_marks *ret_marks);

/* Whether the attribute is there and says anything. */
bool mark_is_written(const char *value);
/* Whether the first of the roles in the value is this one, in any ASCII case. */
bool role_is(const char *value, const char *role);
bool role_is_presentational(const char *value);

#endif
