/* The table of configuration options, and how the value of one is read. Constant data, any thread.
 */
#ifndef IMGCRAWL_CONFIG_TABLE_H
#define IMGCRAWL_CONFIG_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "server/config.h"

enum config_type {
    CONFIG_TEXT,     /* anything; not empty where min is 1 */
    CONFIG_NUMBER,   /* a whole number from min to max */
    CONFIG_BYTES,    /* the same with a unit: "512", "64 KiB", "10 MiB", "1 GiB" */
    CONFIG_CHOICE,   /* one of the words of `choices` */
    CONFIG_LISTEN,   /* ADDRESS:PORT */
    CONFIG_PROXY,    /* the URL of a proxy; or empty */
    CONFIG_LIST,     /* words, separated by spaces or commas */
    CONFIG_NETWORKS, /* the same, networks; or "auto" or "none" */
    CONFIG_TYPE_COUNT
};

struct config_option {
    const char *section, *key;
    enum config_type type;
    size_t offset;        /* of its member of struct config */
    const char *fallback; /* the default, as one would write it */
    int64_t min, max;
    const char *choices; /* words separated by a space, in order of their enum */
    const char *help;    /* a sentence or more for people */
};

extern const struct config_option config_options[];
extern const size_t config_option_count;

/* What a section is about, or NULL where there is none of that name. */
const char *config_section_help(const char *section);
const struct config_option *config_option_find(const char *section, const char *key);
/* The section or key that was meant, or NULL. */
const char *config_nearest_section(const char *section);
const char *config_nearest_key(const char *section, const char *key);

/* Reads text into the option's member of config; a list is replaced, or added to by
 * config_value_add. 0, or -EINVAL and the member is as it was. */
int config_value_set(struct config *config, const struct config_option *option, const char *text);
int config_value_add(struct config *config, const struct config_option *option, const char *text);
void config_value_free(struct config *config, const struct config_option *option);
/* "a whole number from 1 to 20": what is allowed for it. Returns ret_text. */
const char *config_value_allowed(const struct config_option *option, char *ret_text, size_t bytes);

#endif
