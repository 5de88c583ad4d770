/* See resolver_local.h. */
#include "crawler/fetch/resolver_local.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "crawler/base/memory.h"
#include "crawler/base/text_map.h"

/* How long the hosts file's word is taken before its change is looked for. */
enum { HOSTS_RECHECK_MS = 5000 };

/* One address of a name, in the order of the file. */
struct hosts_address {
    struct hosts_address *next;
    union resolved_address address;
};

struct resolver_local {
    char *hosts_file;
    struct stat stamp; /* of the file as it was read; zeroes: there was none */
    int64_t check_at_ms;
    struct text_map *names; /* → struct hosts_address */
};

/* ---- the hosts file ---- */

static bool read_address(const char *text, union resolved_address *ret_address)
{
    union resolved_address address = {.v4 = {.sin_family = AF_INET}};
    if (inet_pton(AF_INET, text, &address.v4.sin_addr) != 1) {
        address = (union resolved_address){.v6 = {.sin6_family = AF_INET6}};
        if (inet_pton(AF_INET6, text, &address.v6.sin6_addr) != 1)
            return false;
    }
    *ret_address = address;
    return true;
}

static void add_name(struct resolver_local *local, char *name,
                     const union resolved_address *address)
{
    size_t bytes = strlen(name);
    if (bytes > 1 && name[bytes - 1] == '.')
        bytes--;
    for (size_t i = 0; i < bytes; i++)
        name[i] = name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] + 'a' - 'A') : name[i];

    struct hosts_address *added = memory_new(sizeof *added);
    added->address = *address;
    struct hosts_address *last = text_map_get(local->names, name, bytes);
    if (!last) {
        text_map_put(local->names, name, bytes, added);
        return;
    }
    while (last->next)
        last = last->next;
    last->next = added;
}

/* "ADDRESS NAME NAME… # comment" */
static void read_line(struct resolver_local *local, char *line)
{
    static const char blanks[] = " \t\r\n";
    union resolved_address address;
    char *rest = NULL;
    line[strcspn(line, "#")] = '\0';
    const char *first = strtok_r(line, blanks, &rest);
    if (!first || !read_address(first, &address))
        return;
    char *name;
    while ((name = strtok_r(NULL, blanks, &rest)))
        add_name(local, name, &address);
}

static void free_addresses(void *value, void *arg)
{
    (void)arg;
    struct hosts_address *address = value;
    while (address) {
        struct hosts_address *next = address->next;
        free(address);
        address = next;
    }
}

static void forget_file(struct resolver_local *local)
{
    text_map_each(local->names, free_addresses, NULL);
    text_map_free(local->names);
    local->names = text_map_new();
}

static void read_file(struct resolver_local *local)
{
    char *line = NULL;
    size_t capacity = 0;
    forget_file(local);
    FILE *file = fopen(local->hosts_file, "re");
    if (!file)
        return;
    while (getline(&line, &capacity, file) >= 0)
        read_line(local, line);
    free(line);
    fclose(file);
}

static bool is_same_file(const struct stat *one, const struct stat *other)
{
    return one->st_dev == other->st_dev && one->st_ino == other->st_ino &&
           one->st_size == other->st_size && one->st_mtim.tv_sec == other->st_mtim.tv_sec &&
           one->st_mtim.tv_nsec == other->st_mtim.tv_nsec;
}

static void follow_file(struct resolver_local *local, int64_t now_ms)
{
    struct stat stamp = {0};
    if (now_ms < local->check_at_ms)
        return;
    local->check_at_ms = now_ms + HOSTS_RECHECK_MS;
    if (stat(local->hosts_file, &stamp) < 0)
        stamp = (struct stat){0};
    if (is_same_file(&stamp, &local->stamp))
        return;
    local->stamp = stamp;
    read_file(local);
}

/* ---- the answers ---- */

static void add_address(struct resolved *resolved, const union resolved_address *address)
{
    if (resolved->count < RESOLVED_MAX_ADDRESSES)
        resolved->addresses[resolved->count++] = *address;
}

static bool find_literal(const char *name, size_t bytes, struct resolved *resolved)
{
    char text[INET6_ADDRSTRLEN];
    union resolved_address address;
    bool bracketed = bytes > 2 && name[0] == '[' && name[bytes - 1] == ']';
    if (bracketed) {
        name++;
        bytes -= 2;
    }
    if (bytes >= sizeof text)
        return false;
    memcpy(text, name, bytes);
    text[bytes] = '\0';
    if (!read_address(text, &address))
        return false;
    add_address(resolved, &address);
    return true;
}

/* "localhost" and every name below it; a search for them elsewhere would only be a risk. */
static bool find_loopback(const char *name, size_t bytes, struct resolved *resolved)
{
    static const char localhost[] = "localhost";
    size_t length = sizeof localhost - 1;
    if (bytes < length || strncasecmp(name + bytes - length, localhost, length) != 0 ||
        (bytes > length && name[bytes - length - 1] != '.'))
        return false;
    union resolved_address v6 = {
        .v6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT}};
    union resolved_address v4 = {
        .v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}};
    add_address(resolved, &v6);
    add_address(resolved, &v4);
    return true;
}

static bool find_in_file(struct resolver_local *local, const char *name, size_t bytes,
                         struct resolved *resolved)
{
    const struct hosts_address *address = text_map_get(local->names, name, bytes);
    for (; address; address = address->next)
        add_address(resolved, &address->address);
    return resolved->count > 0;
}

bool resolver_local_find(struct resolver_local *local, const char *name, size_t bytes,
                         int64_t now_ms, struct resolved *ret_resolved)
{
    struct resolved resolved = {.detail = "", .expires_ms = INT64_MAX};
    if (!find_literal(name, bytes, &resolved) && !find_loopback(name, bytes, &resolved)) {
        follow_file(local, now_ms);
        if (!find_in_file(local, name, bytes, &resolved))
            return false;
        resolved.expires_ms = local->check_at_ms;
    }
    *ret_resolved = resolved;
    return true;
}

/* ---- making ---- */

struct resolver_local *resolver_local_new(const char *hosts_file)
{
    struct resolver_local *local = memory_new(sizeof *local);
    local->hosts_file = memory_strndup(hosts_file, strlen(hosts_file));
    local->check_at_ms = INT64_MIN;
    local->names = text_map_new();
    return local;
}

struct resolver_local *resolver_local_free(struct resolver_local *local)
{
    if (!local)
        return NULL;
    text_map_each(local->names, free_addresses, NULL);
    text_map_free(local->names);
    free(local->hosts_file);
    free(local);
    return NULL;
}
