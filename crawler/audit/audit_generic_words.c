/* See audit_generic_words.h. In the order of their bytes: they are searched by halving. German,
 * French, Spanish, Italian, Portuguese, Dutch, Polish, Russian, Ukrainian, Turkish, Arabic,
 * Chinese, Japanese, Korean, Swedish, Danish, Norwegian, Finnish, Czech, Hungarian, Greek and
 * Hebrew beside English. Greek stands in both cases: the folding leaves it. */
#include "crawler/audit/audit_generic_words.h"

#include <stdlib.h>
#include <string.h>

/* clang-format off */
static const char *const words[] = {
    "a photo", "a picture", "abb", "abbildung", "afbeelding", "afbeeldingen", "afiş", "alt",
    "alt text", "alternate text", "alternatieve tekst", "alternatif metin", "alternativ tekst",
    "alternative text", "alternativní text", "alternativtext", "alternatív szöveg", "an image",
    "anteprima", "arrow", "artikkelikuva", "avatar", "background image", "baner", "banner",
    "bannière", "başliksiz", "beeld", "beispielbild", "beitragsbild", "bez názvu", "bez tytułu",
    "bild", "bilde", "bilder", "bildschirmfoto", "bilete", "billede", "billeder", "bir resim",
    "blank", "borítókép", "bullet", "button", "bélyegkép", "captura de ecrã",
    "captura de pantalla", "captura de tela", "capture d'écran", "click here", "company logo",
    "cover image", "default", "default image", "dessin", "dot", "een afbeelding", "een foto",
    "egy kép", "ein bild", "ein foto", "ekran görüntüsü", "en bild", "et bilde", "et billede",
    "ett foto", "featured image", "fig", "figur", "figura", "figure", "figuur", "firmenlogo",
    "flecha", "flèche", "fotka", "fotky", "foto", "foto de perfil", "foto profilo", "foto's",
    "fotografi", "fotografia", "fotografie", "fotografía", "fotos", "fotoğraf", "fotoğrafi",
    "fotó", "fotók", "freccia", "fremhævet billede", "fénykép", "geen titel", "grafica",
    "grafico", "grafiek", "grafik", "grafika", "grafikk", "graphic", "graphics", "graphique",
    "gráfico", "görsel", "görseli", "görüntü", "header image", "headerbild", "helyőrző",
    "hero image", "icon", "icona", "icone", "icono", "icons", "icoon", "icône", "ikon", "ikona",
    "ikoni", "ikonka", "illustrasjon", "illustrasjonsfoto", "illustratie", "illustration",
    "illustrazione", "illusztráció", "ilustracao", "ilustrace", "ilustracion", "ilustración",
    "ilustracja", "ilustração", "ilustrační foto", "ilustrační obrázek", "image", "image de",
    "image de profil", "image description", "image not found", "image of", "image par défaut",
    "image placeholder", "imagem", "imagem de", "imagem destacada", "imagem do produto", "imagen",
    "imagen de", "imagen de perfil", "imagen destacada", "imagenes", "imagens", "images", "img",
    "immagine", "immagine del profilo", "immagine di", "immagine in evidenza", "immagini",
    "imágenes", "indexkép", "insert image", "kaavio", "kein bild", "kopfbild", "kuva",
    "kuva puuttuu", "kuvakaappaus", "kuvake", "kuvat", "kuvio", "kuvitus", "kuvituskuva", "kép",
    "képek", "képernyőkép", "küçük resim", "line", "link", "loading", "logga", "logo",
    "logo du site", "logomarca", "logosu", "logotipo", "logotyp", "logotype", "logó", "logótipo",
    "marcador de posición", "miniatura", "miniature", "miniaturebillede", "miniaturka",
    "miniatuur", "miniatyr", "miniatyrbild", "miniatyrbilde", "n/a", "na", "namnlös", "nimetön",
    "no alt", "no description", "none", "null", "nuoli", "nyíl", "náhled", "näyttökuva",
    "névtelen", "obr", "obraz", "obrazek", "obrazy", "obrázek", "obrázky", "omslagfoto",
    "omslagsbild", "our logo", "paikkamerkki", "pfeil", "photo", "photo de profil", "photo of",
    "photograph", "photographie", "photos", "pic", "pictogram", "pictogramm", "pictogramme",
    "picture", "picture of", "pictures", "piirros", "pijl", "pikkukuva", "piktogramm", "pil",
    "plaatje", "placeholder", "pladsholder", "plassholder", "platshållare", "platzhalter",
    "platzhalterbild", "product image", "productafbeelding", "produktbild", "produktbilde",
    "produktbillede", "profielfoto", "profiilikuva", "profil fotoğrafi", "profil resmi",
    "profilbild", "profilbilde", "profilbillede", "profile image", "profile photo",
    "profile picture", "profilkép", "profilová fotka", "profilový obrázek", "rajz", "resim",
    "resimler", "rysunek", "sans titre", "schermafbeelding", "schermata", "screen shot",
    "screenshot", "segnaposto", "sem titulo", "sem título", "senza titolo", "seta", "simge",
    "sin titulo", "sin título", "site logo", "skjermbilde", "skärmbild", "skärmdump",
    "skærmbillede", "snímek obrazovky", "spacer", "strzałka", "symbol", "symbolbild",
    "symbolbillede", "teaserbild", "tekst alternatywny", "termékkép", "testo alternativo",
    "texte alternatif", "texto alternativo", "the image", "the logo", "thumb", "thumbnail",
    "tijdelijke aanduiding", "titelbild", "tuotekuva", "uden titel", "uitgelichte afbeelding",
    "uma foto", "uma imagem", "un'immagine", "una foto", "una imagen", "undefined", "une image",
    "une photo", "untitled", "untitled image", "uten tittel", "utvald bild",
    "vaihtoehtoinen teksti", "valokuva", "valokuvat", "view image", "vignette", "visuel",
    "vorschau", "vorschaubild", "website logo", "yer tutucu", "zdjecie", "zdjęcia", "zdjęcie",
    "zdjęcie produktu", "zdjęcie profilowe", "zrzut ekranu", "ábra", "çizim", "ícone", "ícono",
    "úvodní obrázek", "ürün görseli", "ürün resmi", "şekil", "šipka", "ΕΙΚΟΝΑ", "Εικονίδιο",
    "Εικόνα", "Εικόνες", "ΛΟΓΟΤΥΠΟ", "Λογότυπο", "Μικρογραφία", "Σχήμα", "ΦΩΤΟΓΡΑΦΙΑ",
    "Φωτογραφία", "βέλος", "γραφικό", "διάγραμμα", "εικονίδιο", "εικονα", "εικονογράφηση",
    "εικόνα", "εικόνες", "λογότυπο", "μικρογραφία", "στιγμιότυπο οθόνης", "σχήμα", "φωτο",
    "φωτογραφία", "φωτογραφίες", "χωρίς τίτλο", "аватар", "банер", "баннер", "без названия",
    "без назви", "заглушка", "значок", "знімок екрана", "зображення", "изображение",
    "изображения", "иконка", "иллюстрация", "картинка", "картинки", "лого", "логотип", "малюнок",
    "миниатюра", "мініатюра", "обложка", "піктограма", "рис", "рисунок", "світлина", "скриншот",
    "скріншот", "снимок экрана", "стрелка", "стрілка", "фото", "фото товара", "фотографии",
    "фотография", "фотографія", "іконка", "ілюстрація", "איור", "אייקון", "באנר", "גרפיקה", "חץ",
    "טקסט חלופי", "לוגו", "ללא כותרת", "סמל", "סמליל", "ציור", "צילום", "צילום מסך", "תמונה",
    "תמונה ממוזערת", "תמונות", "תמונת מוצר", "תמונת פרופיל", "תצלום", "תרשים", "أيقونة", "الشعار",
    "الصورة", "الصورة الرمزية", "ايقونة", "بدون عنوان", "بنر", "رسم", "رسم توضيحي", "رمز", "شعار",
    "صور", "صورة", "صورة المنتج", "صورة فوتوغرافية", "صورة مصغرة", "صوره", "لقطة شاشة", "لوجو",
    "لوغو", "نص بديل", "アイキャッチ", "アイキャッチ画像", "アイコン", "アバター", "イメージ", "イメージ画像", "イラスト", "サムネ",
    "サムネイル", "スクリーンショット", "バナー", "ピクチャ", "フォト", "プロフィール画像", "ロゴ", "产品图片", "代替テキスト", "写真", "占位图",
    "商品图片", "商品画像", "図", "图", "图像", "图标", "图片", "图示", "圖", "圖像", "圖標", "圖片", "圖示", "头像", "封面",
    "屏幕截图", "徽标", "截图", "截圖", "插图", "插圖", "无标题", "替代文字", "标志", "標誌", "横幅", "無標題", "無題", "照片",
    "画像", "相冊", "相片", "絵", "縮圖", "縮略圖", "缩略图", "螢幕截圖", "頭像", "그림", "대체 텍스트", "도표", "로고", "배너",
    "사진", "삽화", "상품 이미지", "섬네일", "스크린샷", "썸네일", "아바타", "아이콘", "이미지", "일러스트", "제목 없음", "제품 이미지",
    "포토", "프로필 사진", "프로필 이미지", "화살표",
};
/* clang-format on */

struct wanted {
    const char *text;
    size_t bytes;
};

static int compare(const void *key, const void *item)
{
    const struct wanted *wanted = key;
    const char *word = *(const char *const *)item;
    int order = strncmp(wanted->text, word, wanted->bytes);
    return order != 0 ? order : word[wanted->bytes] == '\0' ? 0 : -1;
}

bool audit_is_generic_word(const char *text, size_t bytes)
{
    const struct wanted wanted = {text, bytes};
    return bsearch(&wanted, words, sizeof words / sizeof *words, sizeof *words, compare) != NULL;
}
