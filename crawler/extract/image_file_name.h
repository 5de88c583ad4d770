/* What the file name in a reference says: whether it is an image's, and whether it is that of a
 * stand-in. Pure functions over references as written. */
#ifndef IMGCRAWL_EXTRACT_IMAGE_FILE_NAME_H
#define IMGCRAWL_EXTRACT_IMAGE_FILE_NAME_H

#include <stdbool.h>
#include <stddef.h>

/* Ends, query and fragment aside, in the extension of an image format. A wiki's page about a file
 * ("/wiki/File:A.png") is none. */
bool image_file_name(const char *reference, size_t bytes);

/* Is called like pictures that show nothing: blank, spacer, placeholder, 1x1 and the like. */
bool image_file_name_is_placeholder(const char *reference, size_t bytes);

#endif
