/* See progress.h. */
#include "server/progress.h"

#include <stdio.h>
#include <string.h>

#include "server/human.h"

/* The line being put together. ASCII only, so that bytes are columns. */
struct line {
    char *text;
    size_t used, width;
};

static void add_part(struct line *line, const char *part)
{
    const char *gap = line->used > 0 ? "   " : "";
    size_t bytes = strlen(gap) + strlen(part);
    if (line->used + bytes > line->width) {
        line->width = line->used; /* nothing shorter comes after what was left out */
        return;
    }
    memcpy(line->text + line->used, gap, strlen(gap));
    memcpy(line->text + line->used + strlen(gap), part, strlen(part) + 1);
    line->used += bytes;
}

/* Pages that are settled, whatever came of them, and pages that are or were to be visited. */
static void add_pages(struct line *line, const struct job_counts *counts)
{
    char part[96];
    int64_t settled = counts->by_class[OUTCOME_DONE] + counts->by_class[OUTCOME_FAILED];
    int64_t known = settled + counts->queued + counts->in_flight;
    snprintf(part, sizeof part, "%s / %s pages", human_count(settled).text,
             human_count(known).text);
    add_part(line, part);
}

static void add_probes(struct line *line, const struct asset_counts *counts)
{
    char part[96];
    snprintf(part, sizeof part, "%s / %s probed",
             human_count(counts->done + counts->failed + counts->skipped).text,
             human_count(counts->known).text);
    if (counts->known > 0)
        add_part(line, part);
}

static void add_count(struct line *line, int64_t count, const char *of)
{
    char part[64];
    snprintf(part, sizeof part, "%s %s", human_count(count).text, of);
    add_part(line, part);
}

static void add_speed(struct line *line, const struct board_entry *entry)
{
    char part[64];
    snprintf(part, sizeof part, "%.1f pages/s", entry->pages_per_second);
    add_part(line, part);
}

static void add_remaining(struct line *line, int64_t remaining_ms)
{
    char part[64];
    if (remaining_ms < 0)
        return;
    snprintf(part, sizeof part, "about %s left", human_duration(remaining_ms).text);
    add_part(line, part);
}

size_t progress_line(const struct board_entry *entry, size_t width, char *ret_line, size_t bytes)
{
    struct line line = {.text = ret_line, .width = width < bytes ? width : bytes - 1};
    *ret_line = '\0';
    add_pages(&line, &entry->counts);
    add_count(&line, entry->counts.images, "images");
    add_probes(&line, &entry->counts.probes);
    if (entry->state == JOB_RUNNING && entry->pages_per_second >= 0) {
        add_speed(&line, entry);
        add_remaining(&line, entry->remaining_ms);
    } else {
        add_part(&line, job_state_name(entry->state));
    }
    if (entry->counts.by_class[OUTCOME_FAILED] > 0)
        add_count(&line, entry->counts.by_class[OUTCOME_FAILED], "failed");
    return line.used;
}
