/* See landmarks.h. Runs in a parse process, for each element of a page. */
#include "crawler/extract/landmarks.h"

#include <stddef.h>

#include "crawler/extract/element_marks.h"

static enum landmark landmark_of_role(const char *role)
{
    static const struct {
        const char *role;
        enum landmark landmark;
    } roles[] = {{"banner", LANDMARK_HEADER},
                 {"navigation", LANDMARK_NAV},
                 {"main", LANDMARK_MAIN},
                 {"complementary", LANDMARK_ASIDE},
                 {"contentinfo", LANDMARK_FOOTER}};
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (role_is(role, roles[i].role))
            return roles[i].landmark;
    return LANDMARK_NONE;
}

static enum landmark landmark_of_tag(enum html_tag tag, bool is_sectioned)
{
    switch (tag) {
    case HTML_HEADER:
        return is_sectioned ? LANDMARK_NONE : LANDMARK_HEADER;
    case HTML_FOOTER:
        return is_sectioned ? LANDMARK_NONE : LANDMARK_FOOTER;
    case HTML_NAV:
        return LANDMARK_NAV;
    case HTML_MAIN:
        return LANDMARK_MAIN;
    case HTML_ASIDE:
        return LANDMARK_ASIDE;
    default:
        return LANDMARK_NONE;
    }
}

enum landmark landmark_of(enum html_tag tag, const char *role, bool is_sectioned,
                          enum landmark around)
{
    enum landmark own =
        mark_is_written(role) ? landmark_of_role(role) : landmark_of_tag(tag, is_sectioned);
    return own == LANDMARK_NONE ? around : own;
}

bool landmark_is_section(enum html_tag tag)
{
    switch (tag) {
    case HTML_ARTICLE:
    case HTML_ASIDE:
    case HTML_MAIN:
    case HTML_NAV:
    case HTML_SECTION:
        return true;
    default:
        return false;
    }
}
