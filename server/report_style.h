/* The look of the HTML report: one style sheet inside the page, light and dark, on paper too. */
#ifndef IMGCRAWL_SERVER_REPORT_STYLE_H
#define IMGCRAWL_SERVER_REPORT_STYLE_H

static const char report_style[] =
    ":root{color-scheme:light dark;--text:#1b2530;--back:#fff;--soft:#f2f4f7;--line:#c9d1da;"
    "--dim:#51606f;--link:#0b57a4;--error:#a3161f;--warning:#7a4b00;--notice:#35516e;"
    "--good:#14692f}\n"
    "@media (prefers-color-scheme:dark){:root{--text:#e7ecf1;--back:#12171d;--soft:#1c242d;"
    "--line:#3c4855;--dim:#a9b6c3;--link:#8dc2ff;--error:#ff9c9c;--warning:#f2c572;"
    "--notice:#a8c8ea;--good:#8fdca6}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0 auto;max-width:75rem;padding:1.5rem;font:1rem/1.5 system-ui,sans-serif;"
    "color:var(--text);background:var(--back);overflow-wrap:anywhere}\n"
    "h1{font-size:1.8rem;line-height:1.2;margin:0 0 .5rem}\n"
    "h2{font-size:1.35rem;margin:2.5rem 0 .75rem;border-bottom:1px solid var(--line)}\n"
    "h3{font-size:1.05rem;margin:2rem 0 .25rem}\n"
    "p{margin:.4rem 0;max-width:60rem}a{color:var(--link)}\n"
    "a:focus-visible,.scroll:focus-visible{outline:3px solid var(--link);outline-offset:2px}\n"
    ".dim{color:var(--dim)}.caveat{border-left:.35rem solid var(--warning);"
    "background:var(--soft);padding:.6rem 1rem}\n"
    ".sums{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.75rem;"
    "margin:1.25rem 0;padding:0}\n"
    ".sums div{background:var(--soft);border-radius:.5rem;padding:.6rem .8rem}\n"
    ".sums dt{color:var(--dim);font-size:.9rem}.sums dd{margin:0;font-size:1.5rem}\n"
    ".scroll{overflow-x:auto}\n"
    "table{border-collapse:collapse;width:100%;font-size:.92rem;margin:.5rem 0}\n"
    "th,td{text-align:left;vertical-align:top;padding:.4rem .6rem;"
    "border-bottom:1px solid var(--line)}\n"
    "th{background:var(--soft)}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;"
    "white-space:nowrap}\n"
    "td.w{min-width:9rem}\n"
    ".error,.warning,.notice,.good{font-weight:600;white-space:nowrap}\n"
    ".error{color:var(--error)}.warning{color:var(--warning)}.notice{color:var(--notice)}"
    ".good{color:var(--good)}\n"
    "code{font-family:ui-monospace,monospace;font-size:.9em}\n"
    "@media print{:root{color-scheme:light;--text:#000;--back:#fff;--soft:#fff;--dim:#333;"
    "--line:#999;--link:#000;--error:#8a0000;--warning:#5c3900;--notice:#223a55;--good:#0b4a1f}"
    "body{max-width:none;padding:0;font-size:10pt}nav{display:none}"
    "h2,h3{break-after:avoid}tr{break-inside:avoid}.scroll{overflow:visible}}\n";

#endif
