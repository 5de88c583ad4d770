/* Log: one line an event, to standard error; under systemd with the <N> priority prefix of
 * sd-daemon(3). Lines carry their object: "job 7 host example.com: …". Any thread.
 */
#ifndef IMGCRAWL_LOG_H
#define IMGCRAWL_LOG_H

enum log_level {
    LOG_LEVEL_ERROR,
    LOG_LEVEL_WARNING,
    LOG_LEVEL_INFO,
    LOG_LEVEL_DEBUG,
    LOG_LEVEL_COUNT
};

/* 0, or -EINVAL. */
int log_level_parse(const char *name, enum log_level *ret_level);
void log_set_level(enum log_level level);
/* Called before each line that is written, with the right to write to standard error (stdio's lock,
 * which whoever draws on the terminal holds too). NULL: nobody. */
void log_on_line(void (*on_line)(void *arg), void *arg);
void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...)   log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(...)    log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...)   log_line(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
