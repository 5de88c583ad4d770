/* See crawl_summary.h. */
#include "server/crawl_summary.h"

#include <inttypes.h>

#include "server/human.h"

/* What a person can do about some outcomes. */
static const struct {
    enum outcome outcome;
    const char *text;
} remedies[] = {
    {OUTCOME_ADDRESS_BLOCKED,
     "to allow a network of yours: --set politeness.allow_networks=10.1.0.0/16"},
    {OUTCOME_TLS_INVALID, "to trust an authority of your own: --set fetch.ca_file=FILE.pem"},
    {OUTCOME_BODY_TOO_LARGE, "to read longer pages: --set fetch.max_body_bytes=50MiB"},
    {OUTCOME_PARSE_TIMEOUT, "to give pages more time: --set parse.timeout_ms=60000"},
    {OUTCOME_OUT_OF_SCOPE, "to follow these too: --scope domain, or --scope hosts --host NAME"},
};

static void print_head(const struct board_entry *entry, FILE *out)
{
    fprintf(out, "Job %" PRId64 " %s", entry->job_id, job_state_name(entry->state));
    if (entry->detail[0] != '\0')
        fprintf(out, ": %s", entry->detail);
    else if (entry->reason[0] != '\0')
        fprintf(out, " (%s)", entry->reason);
    fputc('\n', out);
}

static void print_pages(const struct board_entry *entry, FILE *out)
{
    const struct job_counts *counts = &entry->counts;
    fprintf(out, "  pages     %s done", human_count(counts->by_class[OUTCOME_DONE]).text);
    fprintf(out, ", %s failed", human_count(counts->by_class[OUTCOME_FAILED]).text);
    fprintf(out, ", %s skipped", human_count(counts->by_class[OUTCOME_SKIPPED]).text);
    if (counts->queued + counts->in_flight > 0)
        fprintf(out, ", %s not yet visited", human_count(counts->queued + counts->in_flight).text);
    fprintf(out, ", in %s\n", human_duration(entry->active_ms).text);
}

static void print_images(const struct job_counts *counts, FILE *out)
{
    fprintf(out, "  images    %s different", human_count(counts->images).text);
    fprintf(out, ", shown %s times\n", human_count(counts->occurrences).text);
    fprintf(out, "  alt text  %s missing", human_count(counts->alt_missing).text);
    fprintf(out, ", %s empty", human_count(counts->alt_empty).text);
    fprintf(out, ", %s only blanks", human_count(counts->alt_whitespace).text);
    fprintf(out, ", %s with text\n", human_count(counts->alt_text).text);
}

/* What was asked for besides pages, where anything was. */
static void print_assets(const char *what, const struct asset_counts *counts, FILE *out)
{
    if (counts->known == 0)
        return;
    fprintf(out, "  %-9s %s done", what, human_count(counts->done).text);
    fprintf(out, ", %s failed", human_count(counts->failed).text);
    fprintf(out, ", %s skipped", human_count(counts->skipped).text);
    if (counts->queued + counts->in_flight > 0)
        fprintf(out, ", %s not yet asked for",
                human_count(counts->queued + counts->in_flight).text);
    fputc('\n', out);
}

static void print_remedy(enum outcome outcome, FILE *out)
{
    for (size_t i = 0; i < sizeof remedies / sizeof remedies[0]; i++) {
        if (remedies[i].outcome == outcome)
            fprintf(out, "%16s%s\n", "", remedies[i].text);
    }
}

static void print_outcomes(const struct job_counts *counts, enum outcome_class class_, FILE *out)
{
    if (counts->by_class[class_] == 0)
        return;
    fprintf(out, "  %s\n", outcome_class_name(class_));
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        enum outcome outcome = (enum outcome)i;
        if (outcome_class_of(outcome) != class_ || counts->by_outcome[i] == 0)
            continue;
        fprintf(out, "    %9s  %-20s %s\n", human_count(counts->by_outcome[i]).text,
                outcome_name(outcome), outcome_text(outcome));
        print_remedy(outcome, out);
    }
}

void crawl_summary_print(const struct crawl_summary *summary, FILE *out)
{
    const struct job_counts *counts = &summary->entry->counts;
    print_head(summary->entry, out);
    print_pages(summary->entry, out);
    print_images(counts, out);
    print_assets("probes", &counts->probes, out);
    print_assets("styles", &counts->style_sheets, out);
    print_outcomes(counts, OUTCOME_FAILED, out);
    print_outcomes(counts, OUTCOME_SKIPPED, out);
    fprintf(out, "  data      %s  (to look at it: imgcrawl serve --data %s)\n", summary->job_path,
            summary->data_dir);
    if (summary->exported != NULL)
        fprintf(out, "  written   %s\n", summary->exported);
    if (summary->entry->state == JOB_STOPPED)
        fputs("The same command goes on with it later.\n", out);
}
