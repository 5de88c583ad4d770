/* Command-line options: `--name value`, `--name=value`, `-n value`, operands, `--`. Each command
 * has a table of its own, from which its help is printed too. Main thread.
 */
#ifndef IMGCRAWL_OPTIONS_H
#define IMGCRAWL_OPTIONS_H

enum { EXIT_USAGE = 2 };

struct command_option {
    int id;            /* the command's own, 1 and up; 0 ends a table */
    const char *name;  /* without the dashes */
    char letter;       /* short form; 0: none */
    const char *value; /* what it takes: "FILE"; NULL: nothing */
    const char *help;
};

/* Takes one option (value NULL where it takes none) or operand (id 0). 0 or -EINVAL, told already.
 */
typedef int (*option_fn)(int id, const char *value, void *arg);

/* argv[0] is the command's name. Says on standard error what is wrong; 0 or -EINVAL. */
int options_parse(const struct command_option *options, int argc, char **argv, option_fn fn,
                  void *arg);

/* "imgcrawl crawl: …" and where help is, on standard error. command NULL: of the program itself.
 * Returns -EINVAL. */
int usage_error(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
