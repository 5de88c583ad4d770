/* The table of outcomes; see outcome.h. Constant data, any thread. */
#include "crawler/base/outcome.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

static const struct {
    const char *name;
    const char *text;
    enum outcome_class class_;
    bool transient;
} outcomes[] = {
#define X(id, name_, class_id, retry, text_)                                                       \
    [OUTCOME_##                                                                                    \
        id] = {.name = name_, .text = text_, .class_ = OUTCOME_##class_id, .transient = retry},
    OUTCOME_TABLE(X)
#undef X
};
static_assert(sizeof outcomes / sizeof outcomes[0] == OUTCOME_COUNT, "one row for each outcome");

static const char *const class_names[] = {
    [OUTCOME_DONE] = "done", [OUTCOME_FAILED] = "failed", [OUTCOME_SKIPPED] = "skipped"};
static_assert(sizeof class_names / sizeof class_names[0] == OUTCOME_CLASS_COUNT, "all named");

const char *outcome_name(enum outcome outcome)
{
    return outcomes[outcome].name;
}

const char *outcome_text(enum outcome outcome)
{
    return outcomes[outcome].text;
}

enum outcome_class outcome_class_of(enum outcome outcome)
{
    return outcomes[outcome].class_;
}

const char *outcome_class_name(enum outcome_class class_)
{
    return class_names[class_];
}

bool outcome_is_transient(enum outcome outcome)
{
    return outcomes[outcome].transient;
}

int outcome_parse(const char *name, enum outcome *ret_outcome)
{
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        if (strcmp(outcomes[i].name, name) == 0) {
            *ret_outcome = (enum outcome)i;
            return 0;
        }
    }
    return -ENOENT;
}
