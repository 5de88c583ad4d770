/* The parse process: what our own binary does when the process pool executes it again. */
#ifndef IMGCRAWL_PARSE_PROCESS_H
#define IMGCRAWL_PARSE_PROCESS_H

/* argv: "imgcrawl", "parse-process", "--memory", BYTES, "--cpu-seconds", N. Returns the exit
 * status. */
int parse_process_main(int argc, char **argv);

#endif
