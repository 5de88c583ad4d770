/* See diff_print.h. What comes from a site is printed with its control characters made visible, for
 * a terminal would obey them. */
#include "server/diff_print.h"

#include <inttypes.h>
#include <string.h>

#include "server/diff_view.h"
#include "server/human.h"

enum { FIRST_ROWS = 5, TEXT_BYTES = 200 };

static void print_text(FILE *out, const char *text)
{
    size_t bytes = 0;
    for (; *text && (bytes < TEXT_BYTES || ((unsigned char)*text & 0xc0) == 0x80);
         text++, bytes++) {
        bool control = (unsigned char)*text < 0x20 || *text == 0x7f;
        fputc(control ? '?' : *text, out);
    }
    if (*text)
        fputs("…", out);
}

static void print_alt(FILE *out, const char *text, const char *state)
{
    if (!text || strcmp(state, "missing") == 0) {
        fputs("(missing)", out);
        return;
    }
    fputc('"', out);
    print_text(out, text);
    fputc('"', out);
}

static void print_change(const struct diff_row *row, FILE *out)
{
    switch (row->kind) {
    case DIFF_ALT_FIXED:
    case DIFF_ALT_BROKEN:
    case DIFF_ALT_REWORDED:
        fputs("      ", out);
        print_alt(out, row->before, row->before_state);
        fputs(" -> ", out);
        print_alt(out, row->after, row->after_state);
        fputc('\n', out);
        break;
    case DIFF_CHANGED:
    case DIFF_REPLACED:
        fputs("      ", out);
        print_text(out, row->before ? row->before : "(none)");
        fputs(" -> ", out);
        print_text(out, row->after ? row->after : "(none)");
        fputc('\n', out);
        break;
    default:
        break;
    }
}

static void print_row(const struct diff_row *row, FILE *out)
{
    fputs("    ", out);
    if (row->rule)
        fprintf(out, "%s ", row->rule->name);
    print_text(out, row->url ? row->url : row->place ? row->place : row->page_url);
    if (row->page_url && (row->url || row->place)) {
        fputs("  on ", out);
        print_text(out, row->page_url);
    }
    fputc('\n', out);
    print_change(row, out);
}

/* The first rows of a kind that are not for the reason that a page was not crawled. */
struct first_rows {
    FILE *out;
    const struct diff_rule *rule; /* NULL: any */
    unsigned left;
};

static int print_first(const struct diff_row *row, void *arg)
{
    struct first_rows *first = arg;
    if (row->not_crawled || (first->rule && row->rule != first->rule))
        return 0;
    print_row(row, first->out);
    return --first->left == 0;
}

static int print_kind(struct job_diff *diff, const struct diff_summary *summary,
                      enum diff_kind kind, FILE *out)
{
    struct first_rows first = {.out = out, .left = FIRST_ROWS};
    fprintf(out, "  %9s  %s", human_count(summary->count[kind]).text, diff_kind_text(kind));
    if (summary->not_crawled[kind] > 0)
        fprintf(out, " (and %s of pages that the other did not crawl)",
                human_count(summary->not_crawled[kind]).text);
    fputc('\n', out);
    if (summary->count[kind] == 0)
        return 0;
    int r = job_diff_walk(diff, kind, 0, print_first, &first);
    if (summary->count[kind] > FIRST_ROWS)
        fputs("    …\n", out);
    return r < 0 ? r : 0;
}

static void print_notes(const struct job_diff *diff, FILE *out)
{
    if (!diff_has_findings(diff))
        fprintf(out, "  The %s was not checked for findings; none are compared.\n",
                job_diff_is_audited(diff, DIFF_OLDER) ? "newer crawl" : "older crawl");
    for (int side = 0; side < DIFF_SIDE_COUNT; side++)
        if (job_diff_is_audited(diff, (enum diff_side)side) &&
            !job_diff_is_judged(diff, (enum diff_side)side))
            fprintf(out, "  Some rules have not judged the %s crawl yet: its index is not there.\n",
                    side == DIFF_OLDER ? "older" : "newer");
    for (int side = 0; side < DIFF_SIDE_COUNT; side++)
        if (!job_diff_is_complete(diff, (enum diff_side)side))
            fprintf(out, "  The %s crawl did not see the whole site.\n",
                    side == DIFF_OLDER ? "older" : "newer");
}

static void print_rules(const struct job_diff *diff, const struct diff_summary *summary, FILE *out)
{
    size_t count = 0;
    const struct diff_rule *rules = job_diff_rules(diff, &count);
    for (size_t i = 0; i < count; i++)
        if (summary->rules[i].added > 0 || summary->rules[i].gone > 0)
            fprintf(out, "  %-8s %-20s +%" PRId64 " -%" PRId64 "  %s\n", rules[i].severity,
                    rules[i].name, summary->rules[i].added, summary->rules[i].gone, rules[i].title);
}

int diff_print(struct job_diff *diff, const struct diff_summary *summary, FILE *out)
{
    int r = 0;
    fprintf(out, "%s pages in both crawls\n", human_count(summary->pages).text);
    print_notes(diff, out);
    for (int kind = 0; r == 0 && kind < DIFF_KIND_COUNT; kind++)
        r = print_kind(diff, summary, (enum diff_kind)kind, out);
    print_rules(diff, summary, out);
    return r;
}

int diff_print_rises(struct job_diff *diff, const struct diff_summary *summary, FILE *out)
{
    size_t count = 0;
    int r = 0;
    const struct diff_rule *rules = job_diff_rules(diff, &count);
    for (size_t i = 0; r >= 0 && i < count; i++) {
        if (!job_diff_rose(diff, summary, i))
            continue;
        struct first_rows first = {.out = out, .rule = &rules[i], .left = FIRST_ROWS};
        fprintf(out, "  %s %s: %" PRId64 " new, %" PRId64 " gone: %s\n", rules[i].severity,
                rules[i].name, summary->rules[i].added, summary->rules[i].gone, rules[i].title);
        r = job_diff_walk(diff, DIFF_FINDINGS_NEW, 0, print_first, &first);
    }
    return r < 0 ? r : 0;
}
