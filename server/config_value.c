/* Reads the value of one configuration option into its member of struct config, by the option's
 * type. Plain functions of the main thread; a member that is replaced is freed here.
 */
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/fetch/address_guard.h"
#include "crawler/job/proxy_url.h"
#include "server/config_table.h"
#include "server/listen_address.h"

static const char separators[] = " \t,";

static void *member(struct config *config, const struct config_option *option)
{
    return (char *)config + option->offset;
}

static char *dup_text(const char *text, size_t bytes)
{
    char *copy = strndup(text, bytes);
    if (copy == NULL)
        abort();
    return copy;
}

/* A unit after a number, perhaps after a space: "KiB". Its size, 0 where there is no such unit. */
static int64_t unit_bytes(const char *text)
{
    static const struct {
        const char *name;
        int64_t bytes;
    } units[] = {{"", 1},        {"B", 1},         {"K", 1 << 10}, {"KiB", 1 << 10},
                 {"M", 1 << 20}, {"MiB", 1 << 20}, {"G", 1 << 30}, {"GiB", 1 << 30}};
    text += strspn(text, " ");
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(units[i].name, text) == 0)
            return units[i].bytes;
    }
    return 0;
}

static int parse_number(const struct config_option *option, const char *text, int64_t *ret_number)
{
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 18)
        return -EINVAL;
    int64_t number = strtoll(text, NULL, 10);
    int64_t unit = option->type == CONFIG_BYTES ? unit_bytes(text + digits) : text[digits] == '\0';
    if (unit == 0 || number > option->max / unit)
        return -EINVAL;
    number *= unit;
    if (number < option->min)
        return -EINVAL;
    *ret_number = number;
    return 0;
}

static int parse_choice(const char *choices, const char *text, int64_t *ret_index)
{
    size_t bytes = strlen(text);
    int64_t index = 0;
    for (const char *word = choices; *word != '\0'; index++) {
        size_t word_bytes = strcspn(word, " ");
        if (word_bytes == bytes && memcmp(word, text, bytes) == 0) {
            *ret_index = index;
            return 0;
        }
        word += word_bytes;
        word += strspn(word, " ");
    }
    return -EINVAL;
}

static void list_free(struct text_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i]);
    free(list->items);
    *list = (struct text_list){0};
}

static void list_add_words(struct text_list *list, const char *text)
{
    for (text += strspn(text, separators); *text != '\0'; text += strspn(text, separators)) {
        size_t bytes = strcspn(text, separators);
        list->items = reallocarray(list->items, list->count + 1, sizeof *list->items);
        if (list->items == NULL)
            abort();
        list->items[list->count++] = dup_text(text, bytes);
        text += bytes;
    }
}

static bool are_networks(const struct text_list *list)
{
    struct address_network network;
    for (size_t i = 0; i < list->count; i++) {
        if (address_network_parse(list->items[i], &network) < 0)
            return false;
    }
    return true;
}

/* "auto" and "none" stand alone. */
static bool is_network_word(const struct text_list *list)
{
    return list->count == 1 &&
           (strcmp(list->items[0], "auto") == 0 || strcmp(list->items[0], "none") == 0);
}

static int set_list(struct text_list *list, const struct config_option *option, const char *text)
{
    struct text_list words = {0};
    list_add_words(&words, text);
    if (option->type == CONFIG_NETWORKS && !is_network_word(&words) && !are_networks(&words)) {
        list_free(&words);
        return -EINVAL;
    }
    list_free(list);
    *list = words;
    return 0;
}

static int set_text(char **text_member, const struct config_option *option, const char *text)
{
    struct listen_address address;
    if (option->type == CONFIG_LISTEN && listen_address_parse(text, &address) < 0)
        return -EINVAL;
    if (option->type == CONFIG_PROXY && *text && proxy_problem(text))
        return -EINVAL;
    if ((int64_t)strlen(text) < option->min)
        return -EINVAL;
    free(*text_member);
    *text_member = dup_text(text, strlen(text));
    return 0;
}

int config_value_set(struct config *config, const struct config_option *option, const char *text)
{
    switch (option->type) {
    case CONFIG_NUMBER:
    case CONFIG_BYTES:
        return parse_number(option, text, member(config, option));
    case CONFIG_CHOICE:
        return parse_choice(option->choices, text, member(config, option));
    case CONFIG_LIST:
    case CONFIG_NETWORKS:
        return set_list(member(config, option), option, text);
    case CONFIG_TEXT:
    case CONFIG_LISTEN:
    case CONFIG_PROXY:
    case CONFIG_TYPE_COUNT:
        break;
    }
    return set_text(member(config, option), option, text);
}

int config_value_add(struct config *config, const struct config_option *option, const char *text)
{
    assert(option->type == CONFIG_LIST || option->type == CONFIG_NETWORKS);
    const struct text_list *list = member(config, option);
    char *joined = dup_text("", 0);
    for (size_t i = 0; i <= list->count; i++) {
        char *longer = NULL;
        if (asprintf(&longer, "%s %s", joined, i < list->count ? list->items[i] : text) < 0)
            abort();
        free(joined);
        joined = longer;
    }
    int r = config_value_set(config, option, joined);
    free(joined);
    return r;
}

void config_value_free(struct config *config, const struct config_option *option)
{
    if (option->type == CONFIG_LIST || option->type == CONFIG_NETWORKS) {
        list_free(member(config, option));
    } else if (option->type == CONFIG_TEXT || option->type == CONFIG_LISTEN ||
               option->type == CONFIG_PROXY) {
        char **text = member(config, option);
        free(*text);
        *text = NULL;
    }
}

/* A number of bytes as people write it. */
static void bytes_text(int64_t bytes, char *ret_text, size_t capacity)
{
    static const char *const units[] = {"", " KiB", " MiB", " GiB"};
    size_t unit = 0;
    while (unit < 3 && bytes >= 1024 && bytes % 1024 == 0) {
        bytes /= 1024;
        unit++;
    }
    snprintf(ret_text, capacity, "%" PRId64 "%s", bytes, units[unit]);
}

const char *config_value_allowed(const struct config_option *option, char *ret_text, size_t bytes)
{
    char least[32], most[32];
    switch (option->type) {
    case CONFIG_NUMBER:
        snprintf(ret_text, bytes, "a whole number from %" PRId64 " to %" PRId64, option->min,
                 option->max);
        break;
    case CONFIG_BYTES:
        bytes_text(option->min, least, sizeof least);
        bytes_text(option->max, most, sizeof most);
        snprintf(ret_text, bytes, "bytes, with KiB, MiB or GiB if you like, from %s to %s", least,
                 most);
        break;
    case CONFIG_CHOICE:
        snprintf(ret_text, bytes, "one of: %s", option->choices);
        break;
    case CONFIG_LISTEN:
        snprintf(ret_text, bytes, "ADDRESS:PORT, such as 127.0.0.1:8080 or [::1]:8080");
        break;
    case CONFIG_PROXY:
        snprintf(ret_text, bytes,
                 "http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT, with USER:PASSWORD@ "
                 "before the host if it asks for them; or empty");
        break;
    case CONFIG_LIST:
        snprintf(ret_text, bytes, "words, separated by spaces or commas");
        break;
    case CONFIG_NETWORKS:
        snprintf(ret_text, bytes,
                 "networks such as 10.0.0.0/8 or fd00::/8, separated by spaces or commas, or auto, "
                 "or none");
        break;
    case CONFIG_TEXT:
    case CONFIG_TYPE_COUNT:
        snprintf(ret_text, bytes, option->min > 0 ? "text, not empty" : "text");
        break;
    }
    return ret_text;
}
