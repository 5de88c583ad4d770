/* See job_notes.h. A note is an event of kind "note" whose text is "code: sentence". */
#include "server/job_notes.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "crawler/engine.h"
#include "server/json_value.h"
#include "storage/job_query.h"

enum {
    EVENTS_READ = 1000, /* the newest */
    TRAPS_READ = 10000
};

static int add_note(int64_t at_ms, const char *kind, const char *text, void *arg)
{
    const char *colon = strstr(text, ": ");
    json_t *note;

    if (strcmp(kind, "note") != 0 || !colon)
        return 0;
    note = json_object();
    json_object_set_new(note, "code", json_stringn(text, (size_t)(colon - text)));
    json_object_set_new(note, "detail", json_text(colon + 2));
    json_object_set_new(note, "at", json_time(at_ms));
    json_array_append_new(arg, note);
    return 0;
}

/* What traps hold back now. */
struct held {
    int64_t traps, urls, found_ms;
};

static int count_held(const struct trap_result *trap, void *arg)
{
    struct held *held = arg;

    if (strcmp(trap->state, "suspended") != 0)
        return 0;
    held->traps++;
    held->urls += trap->held_urls;
    held->found_ms = trap->found_ms;
    return 0;
}

/* Not an event: it is true as long as a trap is suspended. */
static void add_traps_note(struct job_reader *reader, json_t *notes)
{
    struct held held = {0};

    if (query_traps(reader, 0, TRAPS_READ, count_held, &held) < 0 || held.traps == 0)
        return;
    json_array_append_new(
        notes, json_pack("{s:s, s:o, s:o}", "code", "traps_suspended", "detail",
                         json_sprintf("%" PRId64 " %s %" PRId64
                                      " URLs back: see traps; released, they are fetched, also "
                                      "where the job has finished as complete",
                                      held.traps, held.traps == 1 ? "trap holds" : "traps hold",
                                      held.urls),
                         "at", json_time(held.found_ms)));
}

json_t *job_notes(const char *data_dir, int64_t job_id)
{
    char *path = engine_job_path(data_dir, job_id);
    struct job_reader *reader = NULL;
    json_t *notes = json_array();

    if (job_reader_open(path, &reader) == 0) {
        query_events(reader, EVENTS_READ, add_note, notes);
        add_traps_note(reader, notes);
    }
    reader = job_reader_free(reader);
    free(path);
    return notes;
}
