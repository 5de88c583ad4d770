/* See isobmff.h. Boxes are walked, never nested calls for nested boxes: the path to each that
 * counts is known. What a box says about lengths is believed only inside of the box around it. */
#include "crawler/extract/isobmff.h"

#include "crawler/extract/image_bytes.h"

enum { NEXT_BOX_BYTES = 16, PROPERTY_LOOKUPS_MAX = 64 };

/* A part of the file. */
struct span {
    uint64_t at, end;
};

struct box {
    char type[4];
    struct span content;
};

static bool is_type(const struct box *box, const char *type)
{
    return memcmp(box->type, type, sizeof box->type) == 0;
}

/* The box at within->at, and moves past it; false where its head does not fit. Its end may lie
 * beyond the bytes that are there, but not beyond the span. */
static bool next_box(const struct image_bytes *file, struct span *within, struct box *ret_box)
{
    uint64_t at = within->at;
    if (at >= within->end || within->end - at < 8 || !image_bytes_have(file, at, 8))
        return false;
    uint64_t bytes = image_u32be(file, at);
    uint64_t head = 8;
    if (bytes == 1) {
        if (!image_bytes_have(file, at, 16))
            return false;
        bytes = (uint64_t)image_u32be(file, at + 8) << 32 | image_u32be(file, at + 12);
        head = 16;
    } else if (bytes == 0) {
        bytes = within->end - at; /* up to the end */
    }
    if (bytes < head || bytes > within->end - at)
        return false;
    memcpy(ret_box->type, file->data + at + 4, sizeof ret_box->type);
    ret_box->content = (struct span){at + head, at + bytes};
    within->at = at + bytes;
    return true;
}

static bool find_box(const struct image_bytes *file, struct span within, const char *type,
                     struct box *ret_box)
{
    while (next_box(file, &within, ret_box))
        if (is_type(ret_box, type))
            return true;
    return false;
}

/* --- numbers of a box, read one after the other --- */

struct fields {
    const struct image_bytes *file;
    struct span left;
    bool is_short; /* more was read than there is */
};

/* 0 to 8 bytes. */
static uint64_t take(struct fields *fields, unsigned bytes)
{
    uint64_t value = 0;
    if (fields->left.end - fields->left.at < bytes ||
        !image_bytes_have(fields->file, fields->left.at, bytes)) {
        fields->is_short = true;
        return 0;
    }
    for (unsigned i = 0; i < bytes; i++)
        value = value << 8 | fields->file->data[fields->left.at + i];
    fields->left.at += bytes;
    return value;
}

/* A FullBox begins with a version and 24 flags. */
static struct fields open_full_box(const struct image_bytes *file, const struct box *box,
                                   unsigned *ret_version, unsigned *ret_flags)
{
    struct fields fields = {.file = file, .left = box->content};
    *ret_version = (unsigned)take(&fields, 1);
    *ret_flags = (unsigned)take(&fields, 3);
    return fields;
}

/* --- brands --- */

struct brand_words {
    const char *word;
    struct isobmff_brand means;
};

static const struct brand_words brands[] = {
    {"avif", {.family = ISOBMFF_AVIF}},
    {"avis", {.family = ISOBMFF_AVIF, .is_sequence = true}},
    {"heic", {.family = ISOBMFF_HEIF, .is_heic = true}},
    {"heix", {.family = ISOBMFF_HEIF, .is_heic = true}},
    {"heim", {.family = ISOBMFF_HEIF, .is_heic = true}},
    {"heis", {.family = ISOBMFF_HEIF, .is_heic = true}},
    {"hevc", {.family = ISOBMFF_HEIF, .is_heic = true, .is_sequence = true}},
    {"hevx", {.family = ISOBMFF_HEIF, .is_heic = true, .is_sequence = true}},
    {"mif1", {.family = ISOBMFF_HEIF}},
    {"msf1", {.family = ISOBMFF_HEIF, .is_sequence = true}},
};

static struct isobmff_brand brand_at(const struct image_bytes *file, uint64_t at)
{
    for (size_t i = 0; i < sizeof brands / sizeof *brands; i++)
        if (image_bytes_are(file, at, brands[i].word))
            return brands[i].means;
    return (struct isobmff_brand){0};
}

/* The more telling of two: AVIF is also HEIF, and a coded image more than the container alone. */
static struct isobmff_brand join(struct isobmff_brand a, struct isobmff_brand b)
{
    if (a.family == ISOBMFF_OTHER)
        return b;
    if (b.family == ISOBMFF_AVIF && a.family != ISOBMFF_AVIF && !a.is_heic)
        return (struct isobmff_brand){.family = ISOBMFF_AVIF, .is_sequence = a.is_sequence};
    a.is_heic = a.is_heic || (a.family == ISOBMFF_HEIF && b.is_heic);
    return a;
}

struct isobmff_brand isobmff_brand(const struct image_bytes *file)
{
    struct isobmff_brand brand = {0};
    if (!image_bytes_are(file, 4, "ftyp") || !image_bytes_have(file, 0, 12))
        return brand;
    uint64_t end = image_u32be(file, 0);
    brand = brand_at(file, 8);
    for (uint64_t at = 16; at + 4 <= end && image_bytes_have(file, at, 4); at += 4)
        brand = join(brand, brand_at(file, at));
    return brand;
}

/* --- items --- */

/* What is asked of the meta box. */
struct description {
    const struct image_bytes *file;
    struct span meta;
    uint64_t primary;
};

static bool read_primary(struct description *description)
{
    struct box box;
    unsigned version, flags;
    if (!find_box(description->file, description->meta, "pitm", &box))
        return false;
    struct fields fields = open_full_box(description->file, &box, &version, &flags);
    description->primary = take(&fields, version == 0 ? 2 : 4);
    return !fields.is_short;
}

/* iloc's extents of one item. */
struct location {
    unsigned construction; /* 0: in the file, 1: in the idat box */
    uint64_t offset, bytes;
    uint64_t extents;
};

struct location_sizes {
    unsigned version, offset, length, base, index;
};

static struct location take_location(struct fields *fields, const struct location_sizes *sizes)
{
    struct location location = {0};
    if (sizes->version > 0)
        location.construction = (unsigned)take(fields, 2) & 0xf;
    (void)take(fields, 2); /* data reference: this file */
    uint64_t base = take(fields, sizes->base);
    location.extents = take(fields, 2);
    for (uint64_t i = 0; i < location.extents && !fields->is_short; i++) {
        if (sizes->version > 0)
            (void)take(fields, sizes->index);
        location.offset = base + take(fields, sizes->offset);
        location.bytes = take(fields, sizes->length);
    }
    return location;
}

static bool find_location(const struct description *description, struct location *ret_location)
{
    struct box box;
    unsigned flags;
    struct location_sizes sizes;
    if (!find_box(description->file, description->meta, "iloc", &box))
        return false;
    struct fields fields = open_full_box(description->file, &box, &sizes.version, &flags);
    unsigned packed = (unsigned)take(&fields, 2);
    sizes.offset = packed >> 12 & 0xf;
    sizes.length = packed >> 8 & 0xf;
    sizes.base = packed >> 4 & 0xf;
    sizes.index = packed & 0xf;
    if (sizes.offset > 8 || sizes.length > 8 || sizes.base > 8 || sizes.index > 8)
        return false;
    uint64_t count = take(&fields, sizes.version < 2 ? 2 : 4);
    for (; count > 0 && !fields.is_short; count--) {
        uint64_t item = take(&fields, sizes.version < 2 ? 2 : 4);
        *ret_location = take_location(&fields, &sizes);
        if (item == description->primary && !fields.is_short)
            return true;
    }
    return false;
}

static void read_data(const struct description *description, struct isobmff_image *image)
{
    struct location location;
    struct box idat;
    uint64_t limit = description->file->bytes;
    if (!find_location(description, &location) || location.extents != 1)
        return;
    if (location.construction == 1) {
        if (!find_box(description->file, description->meta, "idat", &idat))
            return;
        location.offset += idat.content.at;
        limit = idat.content.end;
    } else if (location.construction != 0) {
        return;
    }
    if (location.offset > limit || location.bytes > limit - location.offset ||
        !image_bytes_have(description->file, location.offset, location.bytes))
        return;
    image->data = description->file->data + location.offset;
    image->data_bytes = (size_t)location.bytes;
}

/* --- properties --- */

static void read_property(const struct image_bytes *file, const struct box *box,
                          struct isobmff_image *image)
{
    struct fields fields = {.file = file, .left = box->content};
    if (is_type(box, "ispe")) {
        (void)take(&fields, 4);
        image->width = (uint32_t)take(&fields, 4);
        image->height = (uint32_t)take(&fields, 4);
    } else if (is_type(box, "irot")) {
        image->turns += (unsigned)take(&fields, 1) & 3;
    } else if (is_type(box, "clap")) {
        uint64_t width = take(&fields, 4), width_by = take(&fields, 4);
        uint64_t height = take(&fields, 4), height_by = take(&fields, 4);
        if (width_by && height_by && width / width_by && height / height_by) {
            image->width = (uint32_t)(width / width_by);
            image->height = (uint32_t)(height / height_by);
        }
    }
}

/* The index-th box of ipco, from 1. */
static void read_indexed(const struct image_bytes *file, struct span properties, uint64_t index,
                         struct isobmff_image *image)
{
    struct box box;
    while (index > 0 && next_box(file, &properties, &box))
        if (--index == 0)
            read_property(file, &box, image);
}

/* The associations of one item in ipma; false where they were another's. */
static bool take_associations(struct fields *fields, const struct description *description,
                              unsigned version, bool is_wide, struct span properties,
                              struct isobmff_image *image)
{
    bool is_primary = take(fields, version < 1 ? 2 : 4) == description->primary;
    uint64_t count = take(fields, 1);
    for (uint64_t i = 0; i < count && !fields->is_short; i++) {
        uint64_t index = take(fields, is_wide ? 2 : 1) & (is_wide ? 0x7fff : 0x7f);
        if (is_primary && i < PROPERTY_LOOKUPS_MAX)
            read_indexed(description->file, properties, index, image);
    }
    return is_primary;
}

static void read_properties(const struct description *description, struct isobmff_image *image)
{
    struct box iprp, ipco, ipma;
    unsigned version, flags;
    const struct image_bytes *file = description->file;
    if (!find_box(file, description->meta, "iprp", &iprp) ||
        !find_box(file, iprp.content, "ipco", &ipco) ||
        !find_box(file, iprp.content, "ipma", &ipma))
        return;
    struct fields fields = open_full_box(file, &ipma, &version, &flags);
    uint64_t count = take(&fields, 4);
    for (; count > 0 && !fields.is_short; count--)
        if (take_associations(&fields, description, version, flags & 1, ipco.content, image))
            return;
}

/* --- the file --- */

/* Where the meta box is; else how much of the file must be seen to know. */
static bool find_meta(const struct image_bytes *file, struct span *ret_meta, uint64_t *ret_needed)
{
    struct span all = {.end = file->is_whole ? file->bytes : UINT64_MAX};
    struct box box;
    while (next_box(file, &all, &box)) {
        if (!is_type(&box, "meta"))
            continue;
        *ret_meta = (struct span){box.content.at + 4, box.content.end};
        *ret_needed = box.content.end;
        return box.content.end <= file->bytes && box.content.end - box.content.at >= 4;
    }
    /* One that goes on to the end of the file hides nothing behind it. */
    *ret_needed = all.at < UINT64_MAX - NEXT_BOX_BYTES ? all.at + NEXT_BOX_BYTES : 0;
    return false;
}

void isobmff_read(const struct image_bytes *file, struct isobmff_image *ret_image)
{
    struct description description = {.file = file};
    struct isobmff_image image = {0};
    if (!find_meta(file, &description.meta, &image.needed_bytes)) {
        *ret_image = image;
        return;
    }
    image.needed_bytes = 0;
    if (read_primary(&description)) {
        read_properties(&description, &image);
        read_data(&description, &image);
    }
    image.turns &= 3;
    *ret_image = image;
}
