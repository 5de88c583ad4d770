/* Patterns over whole URLs, as a job's include and exclude settings give them: a glob, where '*' is
 * any run of characters, or "re:" and a PCRE2 regular expression that must match the whole URL.
 *
 * A person writes them, so an expression may be one that takes for ever. When it is read it is
 * tried on short texts made to bring that out, and refused if they do. Each match has a limit of
 * steps and of memory, counted by PCRE2 and not by a clock, so that the answer is the same at any
 * time and on any machine: a pattern that hits it is "cut off" on this URL. A URL on which one was
 * cut off and none matches is not fetched. One thread at a time.
 */
#ifndef IMGCRAWL_PATTERN_H
#define IMGCRAWL_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "crawler/job/job_settings.h"

/* What is wrong with a pattern, as a sentence for people in detail; NULL: nothing. */
const char *pattern_problem(const char *text, char *detail, size_t detail_bytes);

/* Whether it is a regular expression; of those a list may hold PATTERN_REGEX_MOST. */
bool pattern_is_regex(const char *text);
enum { PATTERN_REGEX_MOST = 100 };

enum pattern_result { PATTERN_NO_MATCH, PATTERN_MATCH, PATTERN_CUT_OFF };

struct patterns;
/* texts: borrowed for the life of the list; ones with a problem never match. */
struct patterns *patterns_new(const struct text_list *texts);
struct patterns *patterns_free(struct patterns *patterns);
/* The first that matches, and which it is; else the first that was cut off, else no match. */
enum pattern_result patterns_match(struct patterns *patterns, const char *url, size_t bytes,
                                   size_t *ret_index);

#endif
