/* See element_marks.h. Runs in a parse process, for each element of a page. */
#include "crawler/extract/element_marks.h"

#include <string.h>
#include <strings.h>

#include "crawler/extract/html_reader.h"
#include "crawler/extract/html_text.h"

static void see_aria(const struct html_attribute *attribute, struct element_marks *marks)
{
    if (!strcmp(attribute->name, "aria-label"))
        marks->aria_label = attribute->value;
    else if (!strcmp(attribute->name, "aria-labelledby"))
        marks->aria_labelledby = attribute->value;
    else if (!strcmp(attribute->name, "aria-hidden"))
        marks->is_aria_hidden = !strcasecmp(attribute->value, "true");
}

static void see_plain(const struct html_attribute *attribute, struct element_marks *marks)
{
    const char *name = attribute->name;
    if (!strcmp(name, "class"))
        marks->classes = attribute->value;
    else if (!strcmp(name, "id"))
        marks->id = attribute->value;
    else if (!strcmp(name, "role"))
        marks->role = attribute->value;
    else if (!strcmp(name, "style"))
        marks->style = attribute->value;
    else if (!strcmp(name, "title"))
        marks->title = attribute->value;
    else if (!strcmp(name, "hidden"))
        marks->is_hidden = true;
}

void element_marks_read(const struct html_element *element, struct element_marks *ret_marks)
{
    struct element_marks marks = {0};
    for (size_t i = 0; i < element->attribute_count; i++) {
        const struct html_attribute *attribute = &element->attributes[i];
        if (!strncmp(attribute->name, "data-", 5))
            marks.has_data = true;
        else if (!strncmp(attribute->name, "aria-", 5))
            see_aria(attribute, &marks);
        else
            see_plain(attribute, &marks);
    }
    marks.is_hidden |= marks.is_aria_hidden;
    *ret_marks = marks;
}

bool mark_is_written(const char *value)
{
    return value && !html_is_blank(value, strlen(value));
}

bool role_is(const char *value, const char *role)
{
    if (!value)
        return false;
    while (html_is_space(*value))
        value++;
    size_t bytes = strlen(role);
    return !strncasecmp(value, role, bytes) && (!value[bytes] || html_is_space(value[bytes]));
}

bool role_is_presentational(const char *value)
{
    return role_is(value, "none") || role_is(value, "presentation");
}
