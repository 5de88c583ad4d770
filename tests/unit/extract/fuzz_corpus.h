/* Replays the files that a fuzzer has found, through the fuzzer's own function. The path is that
 * from the root of the sources, where tests are run. */
#ifndef IMGCRAWL_TESTS_FUZZ_CORPUS_H
#define IMGCRAWL_TESTS_FUZZ_CORPUS_H

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { FUZZ_INPUT_MAX_BYTES = 1 << 20 };

typedef int (*fuzz_fn)(const uint8_t *data, size_t bytes);

static inline void fuzz_replay_file(const char *path, fuzz_fn fuzz)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    uint8_t *buffer = malloc(FUZZ_INPUT_MAX_BYTES);
    size_t bytes = fread(buffer, 1, FUZZ_INPUT_MAX_BYTES, file);
    fclose(file);
    uint8_t *input = realloc(buffer, bytes ? bytes : 1); /* so that reading past it is seen */
    assert_int_equal(fuzz(input, bytes), 0);
    free(input);
}

static inline void fuzz_replay(const char *folder_path, fuzz_fn fuzz)
{
    size_t count = 0;
    DIR *folder = opendir(folder_path);
    assert_non_null(folder);
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char path[512];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder_path, entry->d_name);
        fuzz_replay_file(path, fuzz);
        count++;
    }
    closedir(folder);
    assert_true(count > 0);
}

#endif
