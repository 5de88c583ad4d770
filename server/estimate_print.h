/* An estimate as text for people. Any thread. */
#ifndef IMGCRAWL_ESTIMATE_PRINT_H
#define IMGCRAWL_ESTIMATE_PRINT_H

#include <stdio.h>

struct estimate;

void estimate_print(const struct estimate *estimate, FILE *out);

#endif
