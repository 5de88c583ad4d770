/* See job_notes.h. A note is an event of kind "note" whose text is "code: sentence". */
#include "server/job_notes.h"

#include <stdlib.h>
#include <string.h>

#include "crawler/engine.h"
#include "server/json_value.h"
#include "storage/job_query.h"

enum { EVENTS_READ = 1000 }; /* the newest */

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

json_t *job_notes(const char *data_dir, int64_t job_id)
{
    char *path = engine_job_path(data_dir, job_id);
    struct job_reader *reader = NULL;
    json_t *notes = json_array();

    if (job_reader_open(path, &reader) == 0)
        query_events(reader, EVENTS_READ, add_note, notes);
    reader = job_reader_free(reader);
    free(path);
    return notes;
}
