/* Prints the table of options in three dresses; see config_help.h. */
#include "server/config_help.h"

#include <stdbool.h>
#include <string.h>

#include "server/config_table.h"

/* One way to dress the table. */
struct dress {
    void (*section)(FILE *out, const char *name, const char *help, bool is_first);
    void (*option)(FILE *out, const struct config_option *option, const char *allowed);
};

static void each_option(FILE *out, const struct dress *dress)
{
    const char *section = "";
    char allowed[160];
    for (size_t i = 0; i < config_option_count; i++) {
        const struct config_option *option = &config_options[i];
        if (strcmp(section, option->section) != 0) {
            section = option->section;
            dress->section(out, section, config_section_help(section), i == 0);
        }
        dress->option(out, option, config_value_allowed(option, allowed, sizeof allowed));
    }
}

/* text in lines of at most width, each begun with prefix. */
static void print_wrapped(FILE *out, const char *prefix, int width, const char *text)
{
    int column = 0;
    while (*text != '\0') {
        int bytes = (int)strcspn(text, " ");
        if (column > 0 && column + 1 + bytes > width) {
            fputc('\n', out);
            column = 0;
        }
        column += fprintf(out, "%s%.*s", column > 0 ? " " : prefix, bytes, text);
        text += bytes;
        text += strspn(text, " ");
    }
    fputc('\n', out);
}

static void print_section(FILE *out, const char *name, const char *help, bool is_first)
{
    fprintf(out, "%s[%s]\n", is_first ? "" : "\n", name);
    print_wrapped(out, "  ", 80, help);
}

static void print_option(FILE *out, const struct config_option *option, const char *allowed)
{
    fprintf(out, "\n  %s = %s\n", option->key, option->fallback);
    print_wrapped(out, "      ", 80, option->help);
    fprintf(out, "      Allowed: %s.\n", allowed);
}

void config_help_print(FILE *out)
{
    static const struct dress dress = {print_section, print_option};
    fputs("Options of the configuration file (--config FILE) and of --set SECTION.KEY=VALUE,\n"
          "each with its default. 'imgcrawl help config --ini' prints a file to begin with.\n\n",
          out);
    each_option(out, &dress);
}

static void ini_section(FILE *out, const char *name, const char *help, bool is_first)
{
    (void)is_first;
    fputc('\n', out);
    print_wrapped(out, "# ", 96, help);
    fprintf(out, "[%s]\n", name);
}

static void ini_option(FILE *out, const struct config_option *option, const char *allowed)
{
    fputc('\n', out);
    print_wrapped(out, "# ", 96, option->help);
    fprintf(out, "# Allowed: %s.\n", allowed);
    fprintf(out, ";%s =%s%s\n", option->key, *option->fallback != '\0' ? " " : "",
            option->fallback);
}

void config_help_ini(FILE *out)
{
    static const struct dress dress = {ini_section, ini_option};
    fputs("# imgcrawl: configuration. Each option stands here with its default, commented out.\n"
          "# What the command line says wins over this file. A list may go on in indented lines.\n"
          "# Comments begin with # or ; at the start of a line, or with ; after a space.\n",
          out);
    each_option(out, &dress);
}

/* '-' and '\\' mean something else to roff; so does '.' or '\'' at the start of a line. */
static void man_text(FILE *out, const char *text)
{
    if (*text == '.' || *text == '\'')
        fputs("\\&", out);
    for (; *text != '\0'; text++) {
        if (*text == '-' || *text == '\\')
            fputc('\\', out);
        fputc(*text, out);
    }
    fputc('\n', out);
}

static void man_section(FILE *out, const char *name, const char *help, bool is_first)
{
    (void)is_first;
    fprintf(out, ".SH [%s]\n", name);
    man_text(out, help);
}

static void man_option(FILE *out, const struct config_option *option, const char *allowed)
{
    fprintf(out, ".TP\n.BR %s \" = ", option->key);
    fprintf(out, "%s\"\n", option->fallback);
    man_text(out, option->help);
    fputs("Allowed: ", out);
    man_text(out, allowed);
}

void config_help_man(FILE *out)
{
    static const struct dress dress = {man_section, man_option};
    fputs(
        ".TH IMGCRAWL.INI 5 \"\" \"imgcrawl " IMGCRAWL_VERSION "\"\n"
        ".SH NAME\nimgcrawl.ini \\- configuration of imgcrawl\n"
        ".SH DESCRIPTION\n"
        "Read by\n.B imgcrawl serve\nand\n.B imgcrawl crawl\nwhere\n.BI \\-\\-config \" FILE\"\n"
        "names it. Sections in brackets, then lines of the form key = value. Comments begin with\n"
        "# or ; at the start of a line, or with ; after a space. A list may go on in indented\n"
        "lines. An unknown section, key or value is an error. Defaults stand behind each key;\n"
        "the command line\n.RB ( \\-\\-set \" section.key=value)\nwins over the file.\n",
        out);
    each_option(out, &dress);
    fputs(".SH SEE ALSO\n.BR imgcrawl (1)\n", out);
}
