/* Fuzzing robots.txt: "PATH\nFILE". The rules that come out are well-formed lines; only a rule can
 * disallow. */
#include <stdint.h>
#include <string.h>

#include "crawler/extract/robots_txt.h"
#include "tests/fuzz/demand.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static const char *const agents[] = {"imgcrawl-images", "imgcrawl"};

/* "KIND LINE VALUE"; a pattern is printable ASCII. */
static void check_rule(const char *rule, size_t bytes)
{
    const char *space = memchr(rule, ' ', bytes);
    demand(space && space[1] >= '1' && space[1] <= '9');
    const char *value = memchr(space + 1, ' ', (size_t)(rule + bytes - space - 1));
    demand(value && value + 1 < rule + bytes);
    bool is_pattern = strncmp(rule, "allow ", 6) == 0 || strncmp(rule, "disallow ", 9) == 0;
    for (const char *at = value + 1; is_pattern && at < rule + bytes; at++)
        demand(*at > ' ' && *at < 0x7f);
}

static void check_rules(const char *rules)
{
    for (const char *end; *rules; rules = end + 1) {
        end = strchr(rules, '\n');
        demand(end);
        check_rule(rules, (size_t)(end - rules));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static char rules[64 * 1024];
    const char *text = (const char *)data;
    const char *line_end = bytes ? memchr(text, '\n', bytes) : NULL;
    size_t path_bytes = line_end ? (size_t)(line_end - text) : 0;
    size_t start = line_end ? path_bytes + 1 : 0;
    size_t length = robots_txt_parse(text + start, bytes - start, agents, 2, rules, sizeof rules);
    demand(strlen(rules) == length);
    check_rules(rules);
    struct robots_decision decision;
    robots_rules_match(rules, text, path_bytes, &decision);
    demand(decision.allowed || decision.line);
    demand(robots_rules_delay_ms(rules) >= -1);
    demand(robots_rules_delay_ms(rules) <= 24 * 60 * 60 * 1000);
    return 0;
}
