/* Parse: what lies in a body slot, read by a process of the pool. A page whose process was killed,
 * crashed, met its memory limit or its deadline is tried once more, ahead of what waits; the second
 * time it is an outcome. Loop thread.
 */
#ifndef IMGCRAWL_PARSE_H
#define IMGCRAWL_PARSE_H

#include <stddef.h>
#include <stdint.h>

#include "crawler/base/outcome.h"
#include "crawler/extract/parse_request.h"

struct body_slot;
struct body_slots;
struct loop;
struct parser;
struct process_pool_stats;
struct promise;
struct promise_error;

struct parser_config {
    const struct body_slots *slots;
    unsigned processes;  /* 0: one for each core */
    int64_t timeout_ms;  /* for one page */
    size_t memory_bytes; /* address space that a process may add to what it starts with */
};

int parser_new(struct loop *loop, const struct parser_config *config, struct parser **ret_parser);
/* Ends the processes; what is unanswered is rejected with ECANCELED. */
struct parser *parser_free(struct parser *parser);

#define PARSE_ARGUMENT_WHOLE "whole"

/* slot: its body, until the promise settles. url and content_type are copied, and so is argument:
 * of PARSE_HTML the charset of a page that tells none, of PARSE_STYLE_SHEET likewise (that of the
 * page that links it), of PARSE_ROBOTS our product token, of PARSE_IMAGE PARSE_ARGUMENT_WHOLE or
 * "", else "".
 *
 * An image: the body may be any beginning of the file, and image_record.needed_bytes tells how much
 * more would help; url may be "". With PARSE_ARGUMENT_WHOLE the body is the whole file, also when
 * it is so short that its beginning is all: then the record has its hashes. A style sheet: url is
 * the sheet's own, and the record's images are those that it names (its @imports are not followed).
 *
 * Resolves with a struct process_reply, whose data image_record_open() or record_open() checks;
 * rejects with an enum process_error that parse_outcome() understands. */
struct promise *parser_submit(struct parser *parser, enum parse_kind kind,
                              const struct body_slot *slot, const char *url,
                              const char *content_type, const char *argument);

/* The outcome of a page whose parsing was rejected so. */
enum outcome parse_outcome(const struct promise_error *error);

void parser_stats(struct parser *parser, struct process_pool_stats *ret_stats);

#endif
