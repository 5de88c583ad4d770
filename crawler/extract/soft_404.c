/* See soft_404.h. To add a language: its phrases, and the words that stand around them, all as
 * text_fold() gives them.
 */
#include "crawler/extract/soft_404.h"

#include <ctype.h>
#include <string.h>

#include "crawler/extract/text_fold.h"

enum { HEADING_BYTES = 160, TITLE_BYTES = 1024 };

static const char *const phrases[] = {
    /* English */
    "page not found",
    "not found",
    "404 error",
    "error 404",
    "http 404",
    "page does not exist",
    "page doesn't exist",
    "page no longer exists",
    "page cannot be found",
    "page can't be found",
    "page could not be found",
    "page couldn't be found",
    "page was not found",
    "page is not available",
    "page isn't available",
    "page is no longer available",
    "page not available",
    "page unavailable",
    "page you requested could not be found",
    "page you requested was not found",
    "page you are looking for could not be found",
    "page you are looking for does not exist",
    "page you are looking for doesn't exist",
    "page you were looking for could not be found",
    "page you were looking for doesn't exist",
    "page you're looking for can't be found",
    "page you're looking for doesn't exist",
    "can't find that page",
    "can't find the page you're looking for",
    "couldn't find that page",
    "couldn't find the page you were looking for",
    "nothing found",
    "nothing here",
    "file not found",
    "product not found",
    "article not found",
    "content not found",
    "resource not found",
    /* German */
    "seite nicht gefunden",
    "seite wurde nicht gefunden",
    "seite konnte nicht gefunden werden",
    "seite existiert nicht",
    "seite ist nicht verfügbar",
    "nicht gefunden",
    "gesuchte seite wurde nicht gefunden",
    "angeforderte seite wurde nicht gefunden",
    "artikel nicht gefunden",
    /* French */
    "page introuvable",
    "page non trouvée",
    "page inexistante",
    "page n'existe pas",
    "page demandée n'existe pas",
    "page demandée est introuvable",
    "page que vous cherchez n'existe pas",
    "page est introuvable",
    /* Spanish */
    "página no encontrada",
    "pagina no encontrada",
    "página no existe",
    "no se encontró la página",
    "no se ha encontrado la página",
    "no encontramos la página",
    "página que buscas no existe",
    /* Italian */
    "pagina non trovata",
    "pagina non esiste",
    "pagina inesistente",
    "pagina richiesta non è stata trovata",
    "pagina non disponibile",
    /* Portuguese */
    "página não encontrada",
    "pagina não encontrada",
    "página não existe",
    "página inexistente",
    /* Dutch */
    "pagina niet gevonden",
    "pagina bestaat niet",
    "pagina kan niet worden gevonden",
    "pagina is niet gevonden",
    /* Polish */
    "nie znaleziono strony",
    "strona nie została znaleziona",
    "strona nie istnieje",
    "strony nie znaleziono",
    /* Czech, Slovak */
    "stránka nenalezena",
    "stránka nebyla nalezena",
    "stránka neexistuje",
    "stránka nebola nájdená",
    /* Russian, Ukrainian */
    "страница не найдена",
    "страница не существует",
    "такой страницы не существует",
    "страница не обнаружена",
    "сторінку не знайдено",
    "сторінка не знайдена",
    /* Swedish, Danish, Norwegian, Finnish */
    "sidan hittades inte",
    "sidan kunde inte hittas",
    "sidan finns inte",
    "siden blev ikke fundet",
    "siden findes ikke",
    "siden ble ikke funnet",
    "siden finnes ikke",
    "sivua ei löytynyt",
    "sivua ei löydy",
    /* Turkish */
    "sayfa bulunamadi",
    "aradiğiniz sayfa bulunamadi",
    "sayfa mevcut değil",
    /* Hungarian, Romanian, Greek, Indonesian, Vietnamese */
    "az oldal nem található",
    "pagina nu a fost găsită",
    "pagină negăsită",
    "η σελίδα δεν βρέθηκε",
    "halaman tidak ditemukan",
    "không tìm thấy trang",
    /* Japanese */
    "ページが見つかりません",
    "ページは見つかりませんでした",
    "ページが見つかりませんでした",
    "ページは存在しません",
    "ページが存在しません",
    "お探しのページは見つかりませんでした",
    "お探しのページが見つかりません",
    /* Chinese */
    "页面不存在",
    "页面未找到",
    "找不到页面",
    "未找到页面",
    "找不到该页面",
    "您访问的页面不存在",
    "網頁不存在",
    "找不到網頁",
    "頁面不存在",
    "找不到頁面",
    /* Korean */
    "페이지를 찾을 수 없습니다",
    "페이지를 찾을수 없습니다",
    "존재하지 않는 페이지입니다",
    "페이지가 존재하지 않습니다",
    /* Arabic, Hebrew */
    "الصفحة غير موجودة",
    "הדף לא נמצא",
};

/* Words that may stand beside a phrase and change nothing. */
static const char *const noise[] = {
    "404",      "error",        "http",     "status",    "code",
    "sorry",    "oops",         "whoops",   "ooops",     "uh",
    "oh",       "ooh",          "no",       "hmm",       "the",
    "this",     "that",         "we",       "your",      "a",
    "but",      "is",           "was",      "page",      "url",
    "yet",      "requested",    "there",    "is",        "there's",
    "fehler",   "die",          "diese",    "leider",    "hoppla",
    "ups",      "huch",         "erreur",   "la",        "cette",
    "désolé",   "oups",         "error",    "lo",        "sentimos",
    "esta",     "vaya",         "errore",   "spiacenti", "siamo",
    "questa",   "erro",         "desculpe", "a",         "ops",
    "fout",     "deze",         "de",       "helaas",    "błąd",
    "ta",       "przepraszamy", "niestety", "chyba",     "tato",
    "bohužel",  "ошибка",       "извините", "к",         "сожалению",
    "эта",      "помилка",      "fel",      "den",       "tyvärr",
    "fejl",     "feil",         "virhe",    "hata",      "üzgünüz",
    "hiba",     "エラー",       "错误",     "錯誤",      "抱歉",
    "很抱歉",   "对不起",       "오류",     "에러",      "죄송합니다",
    "お探しの", "您",           "요청하신",
};

const char *soft_404_phrase(size_t index)
{
    return index < sizeof phrases / sizeof *phrases ? phrases[index] : NULL;
}

const char *soft_404_noise(size_t index)
{
    return index < sizeof noise / sizeof *noise ? noise[index] : NULL;
}

/* --- what is left beside a phrase --- */

/* ASCII punctuation and space; the apostrophe belongs to words. */
static bool is_between_words(char c)
{
    return c == ' ' || (ispunct((unsigned char)c) && c != '\'');
}

/* Punctuation of other scripts that stands alone: … ! 。 、 ， “ ” « ». */
static size_t wide_punctuation(const char *at, size_t bytes)
{
    static const char *const marks[] = {"…", "！", "。", "、", "，", "：", "“",
                                        "”", "„",  "«",  "»",  "¡",  "¿",  "😕"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (strlen(marks[i]) <= bytes && memcmp(at, marks[i], strlen(marks[i])) == 0)
            return strlen(marks[i]);
    return 0;
}

static size_t gap_bytes(const char *at, size_t bytes)
{
    return is_between_words(*at) ? 1 : wide_punctuation(at, bytes);
}

static size_t word_bytes(const char *at, size_t bytes)
{
    size_t length = 0;
    while (length < bytes && !gap_bytes(at + length, bytes - length))
        length++;
    return length;
}

static bool is_noise_word(const char *word, size_t bytes)
{
    for (size_t i = 0; i < sizeof noise / sizeof *noise; i++)
        if (strlen(noise[i]) == bytes && memcmp(word, noise[i], bytes) == 0)
            return true;
    return false;
}

static bool is_noise(const char *at, size_t bytes)
{
    while (bytes) {
        size_t step = gap_bytes(at, bytes);
        if (!step) {
            step = word_bytes(at, bytes);
            if (!is_noise_word(at, step))
                return false;
        }
        at += step;
        bytes -= step;
    }
    return true;
}

/* "404" alone is a phrase only where nothing at all stands beside it but punctuation. */
static bool is_number_alone(const char *text)
{
    const char *at = strstr(text, "404");
    if (!at || strspn(text, " .!#:-") != (size_t)(at - text))
        return false;
    return at[3 + strspn(at + 3, " .!#:-")] == '\0';
}

static bool says_so(const char *folded, size_t bytes)
{
    for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++) {
        const char *at = strstr(folded, phrases[i]);
        if (!at)
            continue;
        const char *end = at + strlen(phrases[i]);
        if (is_noise(folded, (size_t)(at - folded)) &&
            is_noise(end, (size_t)(folded + bytes - end)))
            return true;
    }
    return false;
}

bool soft_404_heading(const char *heading)
{
    char folded[HEADING_BYTES];
    if (strlen(heading) >= sizeof folded)
        return false;
    size_t bytes = text_fold(heading, folded, sizeof folded);
    return says_so(folded, bytes) || is_number_alone(folded);
}

/* --- titles --- */

/* Bytes of the mark between two parts of a title that stands at this place; 0: none does. */
static size_t part_mark(const char *at)
{
    static const char *const marks[] = {" - ", " | ", "|", " · ",  "·",   " » ", "»", " « ",
                                        "«",   " • ", "•", " :: ", " / ", " ~ ", "｜"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (strncmp(at, marks[i], strlen(marks[i])) == 0)
            return strlen(marks[i]);
    return 0;
}

bool soft_404_title(const char *title)
{
    char folded[TITLE_BYTES];
    text_fold(title, folded, sizeof folded);
    if (is_number_alone(folded))
        return true;
    for (char *part = folded, *at = folded;; at++) {
        size_t mark = part_mark(at);
        bool is_end = *at == '\0';
        if (!mark && !is_end)
            continue;
        *at = '\0';
        if (says_so(part, (size_t)(at - part)))
            return true;
        if (is_end)
            return false;
        part = at + mark;
        at = part - 1;
    }
}
