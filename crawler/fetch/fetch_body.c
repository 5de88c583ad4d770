/* Body bytes, already decoded by curl, go straight into the request's slot; its cap counts them
 * here, after decompression. Called by curl on the loop thread.
 */
#include <curl/curl.h>

#include "crawler/async/promise.h"
#include "crawler/fetch/fetch_exchange.h"

enum { STOP = 0 }; /* any count but the one that was offered ends the transfer */

static size_t drop_bytes(struct exchange *exchange, size_t bytes)
{
    exchange->unwanted_bytes += bytes;
    return exchange->unwanted_bytes <= FETCH_SMALL_BODY_BYTES ? bytes : STOP;
}

static size_t body_full(struct exchange *exchange, const char *data, size_t room)
{
    if (exchange->cut_body)
        body_slot_append(exchange->slot, data, room);
    exchange->was_cut = true;
    exchange_decide(exchange, exchange->cut_body ? OUTCOME_OK : OUTCOME_BODY_TOO_LARGE);
    return STOP;
}

static size_t on_body(char *data, size_t size, size_t count, void *arg)
{
    struct exchange *exchange = arg;
    size_t bytes = size * count;
    /* Once cancelled, the slot is no longer ours, though the hook that ends us may still be queued.
     */
    if (promise_state_of(exchange->promise) != PROMISE_PENDING)
        return STOP;
    if (exchange->body_unwanted)
        return drop_bytes(exchange, bytes);
    size_t room = exchange->max_body_bytes - exchange->slot->used;
    if (bytes > room)
        return body_full(exchange, data, room);
    if (!body_slot_has_memory(exchange->slot, bytes)) {
        exchange_decide(exchange,
                        OUTCOME_TOO_SLOW); /* others are quicker; another try may be too */
        return STOP;
    }
    body_slot_append(exchange->slot, data, bytes);
    return bytes;
}

void fetch_body_attach(struct exchange *exchange)
{
    curl_easy_setopt(exchange->easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(exchange->easy, CURLOPT_WRITEDATA, exchange);
}
