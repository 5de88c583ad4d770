/* `imgcrawl inspect image`: what an image file is. Read in this process, on what the user gave.
 * Main thread. */
#ifndef IMGCRAWL_SERVER_INSPECT_IMAGE_H
#define IMGCRAWL_SERVER_INSPECT_IMAGE_H

#include <jansson.h>

/* {"data_b64": a file or its beginning, "whole": true where it is the whole file} → {"type",
 * "mime_type", "width", "height", "animated", "bytes", "needed_bytes"}, of a whole file with
 * "sha256" and "perceptual_hash" in hexadecimal; or {"error": …}. What is not known is null. A new
 * reference.
 */
json_t *inspect_image(const json_t *request);
/* An answer for a person. */
void inspect_image_print(const json_t *answer);

#endif
