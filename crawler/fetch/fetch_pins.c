/* Pins: what curl's own host cache holds, so that curl never asks for a name by itself. Loop
 * thread.
 *
 * Before a transfer is given to curl, its host and port are pinned (CURLOPT_RESOLVE) to the
 * addresses that the resolver has given: the ones that were judged are the ones that are connected
 * to. Server name, certificate check, reuse of connections and the limit for each host still go by
 * name, and curl tries all addresses, both families beside each other. (CURLOPT_CONNECT_TO would
 * give curl one address alone, and would make all hosts at an address one host to those limits.)
 *
 * Pins in curl's cache have no end, so that it never scans it for what has expired: with 10,000
 * names that would be done for each transfer. What ends them is here: a pin is kept while a
 * transfer needs it and then among so many idle ones; the one idle longest leaves with the next
 * list that is given to curl. A list counts only once curl has taken a turn; curl's table has few
 * buckets, which is why idle pins are few.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "crawler/base/memory.h"
#include "crawler/fetch/fetch_exchange.h"
#include "crawler/fetch/resolver.h"

enum {
    MOST_IDLE_PINS = 512,
    PIN_TEXT_BYTES = 256 + 8 + RESOLVED_MAX_ADDRESSES * (INET6_ADDRSTRLEN + 3)
};

struct fetch_pin {
    struct name_node node;       /* first: a node is its pin; its name is the key */
    TAILQ_ENTRY(fetch_pin) link; /* among the idle */
    unsigned users;
    uint64_t set_turn; /* curl's turn before which its list was given */
    char *text;        /* "host:port:address,address"; NULL: not known to curl */
    char key[];        /* "host:port" */
};

struct pin_text {
    char text[PIN_TEXT_BYTES];
    size_t key_bytes;
};

static void write_address(char *at, size_t capacity, const union resolved_address *address)
{
    char ip[INET6_ADDRSTRLEN];
    if (address->any.sa_family == AF_INET6)
        snprintf(at, capacity, "[%s]", inet_ntop(AF_INET6, &address->v6.sin6_addr, ip, sizeof ip));
    else
        snprintf(at, capacity, "%s", inet_ntop(AF_INET, &address->v4.sin_addr, ip, sizeof ip));
}

static void write_pin(struct pin_text *pin, const char *host, unsigned port,
                      const struct resolved *resolved)
{
    pin->key_bytes = (size_t)snprintf(pin->text, sizeof pin->text, "%.255s:%u", host, port);
    size_t used = pin->key_bytes;
    for (unsigned i = 0; i < resolved->count; i++) {
        pin->text[used++] = i == 0 ? ':' : ',';
        write_address(pin->text + used, sizeof pin->text - used, &resolved->addresses[i]);
        used += strlen(pin->text + used);
    }
}

/* ---- the table ---- */

static struct fetch_pin *pin_new(struct fetch_pins *pins, const char *key, size_t bytes)
{
    struct fetch_pin *pin = memory_new(sizeof *pin + bytes + 1);
    memcpy(pin->key, key, bytes);
    name_table_insert(&pins->table, &pin->node, pin->key, bytes);
    return pin;
}

static void pin_free(struct fetch_pins *pins, struct fetch_pin *pin)
{
    name_table_remove(&pins->table, &pin->node);
    free(pin->text);
    free(pin);
}

static struct fetch_pin *take_pin(struct fetch_pins *pins, const char *key, size_t bytes)
{
    struct fetch_pin *pin = (struct fetch_pin *)name_table_find(&pins->table, key, bytes);
    if (!pin)
        pin = pin_new(pins, key, bytes);
    else if (pin->users == 0) {
        TAILQ_REMOVE(&pins->idle, pin, link);
        pins->idle_count--;
    }
    pin->users++;
    return pin;
}

static void give_pin(struct fetch_pins *pins, struct fetch_pin *pin)
{
    if (--pin->users > 0)
        return;
    TAILQ_INSERT_TAIL(&pins->idle, pin, link);
    pins->idle_count++;
}

/* ---- lists for curl ---- */

static void add_line(struct exchange *exchange, const char *line)
{
    struct curl_slist *list = curl_slist_append(exchange->pin_list, line);
    if (!list)
        abort();
    exchange->pin_list = list;
}

static void drop_idle(struct exchange *exchange)
{
    struct fetch_pins *pins = &exchange->fetcher->pins;
    while (pins->idle_count > MOST_IDLE_PINS) {
        struct fetch_pin *oldest = TAILQ_FIRST(&pins->idle);
        char line[PIN_TEXT_BYTES];
        snprintf(line, sizeof line, "-%s", oldest->key);
        add_line(exchange, line);
        TAILQ_REMOVE(&pins->idle, oldest, link);
        pins->idle_count--;
        pin_free(pins, oldest);
    }
}

static bool curl_knows(const struct fetcher *fetcher, const struct fetch_pin *pin, const char *text)
{
    return pin->text && pin->set_turn < fetcher->turns && strcmp(pin->text, text) == 0;
}

void fetch_pin(struct exchange *exchange, const char *host, unsigned port,
               const struct resolved *resolved)
{
    struct fetcher *fetcher = exchange->fetcher;
    struct pin_text wanted;
    write_pin(&wanted, host, port, resolved);
    struct fetch_pin *pin = take_pin(&fetcher->pins, wanted.text, wanted.key_bytes);
    exchange->pins[exchange->pin_count++] = pin;
    if (curl_knows(fetcher, pin, wanted.text))
        return;
    free(pin->text);
    pin->text = memory_strndup(wanted.text, strlen(wanted.text));
    pin->set_turn = fetcher->turns;
    add_line(exchange, pin->text);
}

void fetch_pins_hand_over(struct exchange *exchange)
{
    if (!exchange->pin_list)
        return;
    drop_idle(exchange);
    curl_easy_setopt(exchange->easy, CURLOPT_RESOLVE, exchange->pin_list);
}

void fetch_pins_release(struct exchange *exchange)
{
    struct fetcher *fetcher = exchange->fetcher;
    for (unsigned i = 0; i < exchange->pin_count; i++) {
        struct fetch_pin *pin = exchange->pins[i];
        if (pin->set_turn == fetcher->turns) { /* taken off before curl has read the list */
            free(pin->text);
            pin->text = NULL;
        }
        give_pin(&fetcher->pins, pin);
    }
    exchange->pin_count = 0;
    if (!exchange->pin_list)
        return;
    curl_easy_setopt(exchange->easy, CURLOPT_RESOLVE, NULL);
    curl_slist_free_all(exchange->pin_list);
    exchange->pin_list = NULL;
}

/* ---- the fetcher ---- */

void fetch_pins_init(struct fetcher *fetcher)
{
    name_table_init(&fetcher->pins.table, (size_t)MOST_IDLE_PINS * 2);
    TAILQ_INIT(&fetcher->pins.idle);
}

void fetch_pins_done(struct fetcher *fetcher)
{
    struct fetch_pin *pin;
    while ((pin = TAILQ_FIRST(&fetcher->pins.idle))) {
        TAILQ_REMOVE(&fetcher->pins.idle, pin, link);
        pin_free(&fetcher->pins, pin);
    }
    name_table_done(&fetcher->pins.table);
}
