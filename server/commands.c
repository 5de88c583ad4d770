/* The table of commands; see commands.h. */
#include "server/commands.h"

#include <stddef.h>
#include <string.h>

#include "server/cli_crawl.h"
#include "server/cli_diff.h"
#include "server/cli_estimate.h"
#include "server/cli_export.h"
#include "server/cli_help.h"
#include "server/cli_inspect.h"
#include "server/cli_report.h"
#include "server/crawl_options.h"
#include "server/nearest.h"
#include "server/service.h"

const struct command commands[] = {
    {.name = "serve",
     .operands = "[OPTIONS]",
     .summary = "runs the service: HTTP API and web interface",
     .text =
         "Takes crawls by POST /v1/jobs, runs them, and answers what they found. Jobs that were\n"
         "under way when it last ended go on. Ends at SIGTERM or Ctrl-C after saving what is in\n"
         "flight; a second signal ends it at once.",
     .options = service_options,
     .main = service_main},
    {.name = "crawl",
     .operands = "URL... [OPTIONS]",
     .summary = "crawls one site in the terminal",
     .text =
         "Visits the pages that the URLs lead to, politely, and says at the end which images "
         "there\n"
         "are, whose alt text is missing, and what failed. The same engine as the service; the\n"
         "data directory can be served afterwards. Ctrl-C stops cleanly, so that the same command\n"
         "goes on later; a second Ctrl-C quits at once.\n\n"
         "With --compare it then says what changed since an older crawl of the site: a job of the\n"
         "data directory by its number, or the file of one.\n\n"
         "Exit status: 0 crawled (or stopped by Ctrl-C), 1 the crawl failed or could not be\n"
         "compared, 2 usage, 3 it has more errors or warnings than the one it is compared with.",
     .options = crawl_options_table,
     .main = cli_crawl},
    {.name = "estimate",
     .operands = "URL... [OPTIONS]",
     .summary = "tells what a crawl would come to, without fetching a page",
     .text =
         "Reads robots.txt and the sitemaps of the sites, and says how many pages they name, how\n"
         "long a crawl would take at the allowed pace, and what stands in its way. Takes a minute\n"
         "at most. The options are those of crawl.",
     .options = crawl_options_table,
     .main = cli_estimate},
    {.name = "export",
     .operands = "JOB|FILE [OPTIONS]",
     .summary = "writes what a job found to a file: CSV, JSON lines, Parquet, SQLite",
     .text =
         "JOB is the number of a job of the data directory, which may be served or crawling at "
         "this\n"
         "moment; FILE is a job's file, DATA/jobs/ID.sqlite or a copy of one. Every occurrence of "
         "an\n"
         "image is a row; --profile dataset keeps each image once, with its alternative text, of\n"
         "pages that do not reserve its use. The file is written whole or not at all.\n\n"
         "Exit status: 0 written, 1 it could not be, 2 usage.",
     .options = cli_export_options,
     .main = cli_export},
    {.name = "diff",
     .operands = "OLD NEW [OPTIONS]",
     .summary = "tells what changed between two crawls of a site",
     .text = "Each crawl is named by the number of its job in the data directory, or by the file\n"
             "of a job. Says which images came, went and changed, whose alternative text was\n"
             "fixed, broken or reworded, and which findings are new or gone. What comes of pages\n"
             "that one of both crawls did not visit is counted apart.\n\n"
             "Exit status: 0 compared, 1 that was not possible, 2 usage; with --check 3 where\n"
             "there are more errors or warnings than before.",
     .options = cli_diff_options,
     .main = cli_diff},
    {.name = "report",
     .operands = "JOB|FILE [OPTIONS]",
     .summary = "makes a report of a crawl: a page for people, JUnit XML or SARIF",
     .text =
         "The job is named by its number in the data directory, or by its file. The page holds\n"
         "all that it needs; JUnit XML and SARIF are for pipelines and list 1,000 findings of\n"
         "each rule one by one, and count them all.\n\n"
         "Exit status: 0 written, 1 that was not possible, 2 usage.",
     .options = cli_report_options,
     .main = cli_report},
    {.name = "inspect",
     .operands = "KIND [ARGUMENTS]",
     .summary = "shows what the program sees in a page, a URL, a robots.txt",
     .text =
         "  inspect html [FILE] [--base URL]           images, links and title of a page, as JSON\n"
         "  inspect url URL [--base URL]               its canonical form\n"
         "  inspect robots FILE URL --agent NAME       whether robots.txt lets NAME fetch URL\n"
         "  inspect charset FILE [--content-type VALUE]\n"
         "  inspect srcset VALUE\n"
         "  inspect sitemap FILE [--url URL] [--content-type VALUE]\n"
         "                                             the URLs and images that it lists\n"
         "  inspect image FILE [--whole]               its type, size and animation, by its first "
         "bytes\n"
         "  inspect address URL [--resolves-to ADDRESS] whether a crawl may connect there\n\n"
         "With nothing behind the kind it reads JSON lines and answers each with one; for html\n"
         "{\"html\" or \"html_b64\", \"base\", \"content_type\"} gives images, links and title.\n"
         "'imgcrawl inspect' alone shows an example of each.",
     .main = cli_inspect},
    {.name = "help",
     .operands = "[COMMAND | config [--ini | --man]]",
     .summary = "tells about a command or the configuration",
     .text = "Without an argument lists the commands. 'config' lists every option of the\n"
             "configuration; --ini prints it as a commented file, --man as a manual page.",
     .main = cli_help},
    {.name = NULL}};

const struct command *command_find(const char *name)
{
    for (const struct command *command = commands; command->name != NULL; command++) {
        if (strcmp(command->name, name) == 0)
            return command;
    }
    return NULL;
}

static const char *next_command(void *arg)
{
    const struct command **at = arg;
    return (*at)++->name;
}

const char *command_nearest(const char *name)
{
    const struct command *at = commands;
    return nearest_word(name, next_command, &at);
}
