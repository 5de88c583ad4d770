/* The table of tags that tree construction treats in some special way. Constant data. */
#include "crawler/extract/html_tags.h"

#include <string.h>

enum {
    BLOCK = TAG_SPECIAL | TAG_CLOSES_P,
    SPECIAL_VOID = TAG_SPECIAL | TAG_VOID,
    FORMAT = TAG_FORMATTING,
    OUT = TAG_BREAKS_OUT,
    SCOPE_MARKER = TAG_SPECIAL | TAG_SCOPE | TAG_MARKER,
    TABLE_PART = TAG_SPECIAL | TAG_ENDS_SELECT,
    HEADING = BLOCK | TAG_HEADING | OUT
};

const struct html_tag_info html_tag_unknown = {.name = ""};

typedef const struct html_tag_info tag_list[];

static const struct html_tag_info *const by_letter[26] = {
    ['a' - 'a'] =
        (tag_list){
            {"a", TAG_FORMATTING | TAG_REPLACES, TAG_ID_A},
            {"address", BLOCK | TAG_PASSED, 0},
            {"annotation-xml", 0, TAG_ID_ANNOTATION_XML},
            {"applet", SCOPE_MARKER, 0},
            {"area", SPECIAL_VOID, 0},
            {"article", BLOCK, 0},
            {"aside", BLOCK, 0},
            {"", 0, 0},
        },
    ['b' - 'a'] =
        (tag_list){
            {"b", FORMAT | OUT, 0},
            {"base", SPECIAL_VOID, 0},
            {"basefont", SPECIAL_VOID, 0},
            {"bgsound", SPECIAL_VOID, 0},
            {"big", FORMAT | OUT, 0},
            {"blockquote", BLOCK | OUT, 0},
            {"body", TAG_TRANSPARENT | TAG_ROOT | OUT, 0},
            {"br", SPECIAL_VOID | OUT, 0},
            {"button", TAG_SPECIAL | TAG_BUTTON, 0},
            {"", 0, 0},
        },
    ['c' - 'a'] =
        (tag_list){
            {"caption", TABLE_PART | TAG_SCOPE | TAG_TABLE_GROUP | TAG_MARKER, 0},
            {"center", BLOCK | OUT, 0},
            {"code", FORMAT | OUT, 0},
            {"col", SPECIAL_VOID, 0},
            {"colgroup", TAG_SPECIAL | TAG_TABLE_GROUP, 0},
            {"", 0, 0},
        },
    ['d' - 'a'] =
        (tag_list){
            {"dd", BLOCK | TAG_IMPLIED_END | TAG_TERM_ITEM | OUT, 0},
            {"desc", TAG_SVG_HTML, 0},
            {"details", BLOCK, 0},
            {"dir", BLOCK, 0},
            {"div", BLOCK | TAG_PASSED | OUT, 0},
            {"dl", BLOCK | OUT, 0},
            {"dt", BLOCK | TAG_IMPLIED_END | TAG_TERM_ITEM | OUT, 0},
            {"", 0, 0},
        },
    ['e' - 'a'] =
        (tag_list){
            {"em", FORMAT | OUT, 0},
            {"embed", SPECIAL_VOID | OUT, 0},
            {"", 0, 0},
        },
    ['f' - 'a'] =
        (tag_list){
            {"fieldset", BLOCK, 0},
            {"figcaption", BLOCK, 0},
            {"figure", BLOCK, 0},
            {"font", FORMAT, TAG_ID_FONT},
            {"footer", BLOCK, 0},
            {"foreignobject", TAG_SVG_HTML, 0},
            {"form", BLOCK | TAG_TRANSPARENT, TAG_ID_FORM},
            {"frame", SPECIAL_VOID, 0},
            {"frameset", SPECIAL_VOID, 0},
            {"", 0, 0},
        },
    ['h' - 'a'] =
        (tag_list){
            {"h1", HEADING, 0},
            {"h2", HEADING, 0},
            {"h3", HEADING, 0},
            {"h4", HEADING, 0},
            {"h5", HEADING, 0},
            {"h6", HEADING, 0},
            {"head", TAG_TRANSPARENT | OUT, 0},
            {"header", BLOCK, 0},
            {"hgroup", BLOCK, 0},
            {"hr", SPECIAL_VOID | TAG_CLOSES_P | OUT, 0},
            {"html", TAG_TRANSPARENT | TAG_ROOT, 0},
            {"", 0, 0},
        },
    ['i' - 'a'] =
        (tag_list){
            {"i", FORMAT | OUT, 0},
            {"iframe", TAG_RAW, 0},
            {"image", SPECIAL_VOID, 0},
            {"img", SPECIAL_VOID | OUT, 0},
            {"isindex", SPECIAL_VOID | TAG_CLOSES_P, 0},
            {"input", SPECIAL_VOID | TAG_ENDS_SELECT, 0},
            {"", 0, 0},
        },
    ['k' - 'a'] = (tag_list){{"keygen", SPECIAL_VOID | TAG_ENDS_SELECT, 0}, {"", 0, 0}},
    ['l' - 'a'] =
        (tag_list){
            {"li", TAG_SPECIAL | TAG_IMPLIED_END | TAG_LIST_ITEM | TAG_CLOSES_P | OUT, 0},
            {"link", SPECIAL_VOID, 0},
            {"listing", BLOCK | OUT, 0},
            {"", 0, 0},
        },
    ['m' - 'a'] =
        (tag_list){
            {"main", BLOCK, 0},
            {"malignmark", 0, TAG_ID_MATH_GLYPH},
            {"marquee", SCOPE_MARKER, 0},
            {"math", TAG_FOREIGN_ROOT, TAG_ID_MATH},
            {"menu", BLOCK | OUT, 0},
            {"menuitem", SPECIAL_VOID, 0},
            {"meta", SPECIAL_VOID | OUT, 0},
            {"mglyph", 0, TAG_ID_MATH_GLYPH},
            {"mi", TAG_MATH_HTML, 0},
            {"mn", TAG_MATH_HTML, 0},
            {"mo", TAG_MATH_HTML, 0},
            {"ms", TAG_MATH_HTML, 0},
            {"mtext", TAG_MATH_HTML, 0},
            {"", 0, 0},
        },
    ['n' - 'a'] =
        (tag_list){
            {"nav", BLOCK, 0},
            {"nobr", FORMAT | OUT | TAG_REPLACES, 0},
            {"noembed", TAG_RAW, 0},
            {"noframes", TAG_RAW, 0},
            {"noscript", TAG_SPECIAL, 0},
            {"", 0, 0},
        },
    ['o' - 'a'] =
        (tag_list){
            {"object", SCOPE_MARKER, 0},
            {"ol", BLOCK | TAG_LIST | OUT, 0},
            {"optgroup", TAG_ENDS_OPTION, 0},
            {"option", TAG_OPTION | TAG_ENDS_OPTION, 0},
            {"", 0, 0},
        },
    ['p' - 'a'] =
        (tag_list){
            {"p", BLOCK | TAG_IMPLIED_END | TAG_PASSED | OUT, TAG_ID_P},
            {"param", SPECIAL_VOID, 0},
            {"plaintext", BLOCK, TAG_ID_PLAINTEXT},
            {"pre", BLOCK | OUT, 0},
            {"", 0, 0},
        },
    ['r' - 'a'] =
        (tag_list){
            {"rb", TAG_RUBY_TEXT, 0},
            {"rp", TAG_RUBY_TEXT, 0},
            {"rt", TAG_RUBY_TEXT, 0},
            {"rtc", TAG_RUBY_TEXT, 0},
            {"ruby", OUT, TAG_ID_RUBY},
            {"", 0, 0},
        },
    ['s' - 'a'] =
        (tag_list){
            {"s", FORMAT | OUT, 0},
            {"script", TAG_RAW, TAG_ID_SCRIPT},
            {"section", BLOCK, 0},
            {"select", TAG_SPECIAL, TAG_ID_SELECT},
            {"small", FORMAT | OUT, 0},
            {"source", SPECIAL_VOID, 0},
            {"span", OUT, 0},
            {"strike", FORMAT | OUT, 0},
            {"strong", FORMAT | OUT, 0},
            {"style", TAG_RAW, 0},
            {"sub", OUT, 0},
            {"summary", BLOCK, 0},
            {"sup", OUT, 0},
            {"svg", TAG_FOREIGN_ROOT, TAG_ID_SVG},
            {"", 0, 0},
        },
    ['t' - 'a'] =
        (tag_list){
            {"table", TABLE_PART | TAG_SCOPE | TAG_CLOSES_P | OUT, TAG_ID_TABLE},
            {"tbody", TABLE_PART | TAG_TABLE_GROUP, 0},
            {"td", TABLE_PART | TAG_SCOPE | TAG_TABLE_CELL | TAG_MARKER, 0},
            {"template", SCOPE_MARKER, TAG_ID_TEMPLATE},
            {"textarea", TAG_RAW | TAG_ENDS_SELECT, 0},
            {"tfoot", TABLE_PART | TAG_TABLE_GROUP, 0},
            {"th", TABLE_PART | TAG_SCOPE | TAG_TABLE_CELL | TAG_MARKER, 0},
            {"thead", TABLE_PART | TAG_TABLE_GROUP, 0},
            {"title", TAG_RAW | TAG_SVG_HTML, 0},
            {"tr", TABLE_PART | TAG_TABLE_ROW, 0},
            {"track", SPECIAL_VOID, 0},
            {"tt", FORMAT | OUT, 0},
            {"", 0, 0},
        },
    ['u' - 'a'] =
        (tag_list){
            {"u", FORMAT | OUT, 0},
            {"ul", BLOCK | TAG_LIST | OUT, 0},
            {"", 0, 0},
        },
    ['v' - 'a'] = (tag_list){{"var", OUT, 0}, {"", 0, 0}},
    ['w' - 'a'] = (tag_list){{"wbr", SPECIAL_VOID, 0}, {"", 0, 0}},
    ['x' - 'a'] = (tag_list){{"xmp", TAG_RAW | TAG_CLOSES_P, 0}, {"", 0, 0}},
};

const struct html_tag_info *html_tag_find(const char *name)
{
    unsigned letter = (unsigned char)name[0] - (unsigned)'a';
    const struct html_tag_info *tag = letter < 26 ? by_letter[letter] : NULL;
    for (; tag && tag->name[0]; tag++)
        if (!memcmp(tag->name, name, HTML_TAG_NAME_BYTES))
            return tag;
    return &html_tag_unknown;
}
