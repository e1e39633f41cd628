// The languages people of the sandbox may speak: usual names, and for Slack a locale and a time zone.

const LANGUAGES = {
  en: ["English", ["Ada", "Grace", "Samuel", "Olive"], "en-US", "America/New_York"],
  es: ["Español", ["Lucía", "Mateo", "Carmen", "Diego"], "es-ES", "Europe/Madrid"],
  "pt-br": ["Português (Brasil)", ["Beatriz", "João", "Rafaela", "Caio"], "pt-BR", "America/Sao_Paulo"],
  fr: ["Français", ["Chloé", "Hugo", "Amélie", "Rémi"], "fr-FR", "Europe/Paris"],
  de: ["Deutsch", ["Lena", "Jonas", "Greta", "Jürgen"], "de-DE", "Europe/Berlin"],
  pl: ["Polski", ["Zofia", "Jakub", "Agnieszka", "Łukasz"], "pl-PL", "Europe/Warsaw"],
  uk: ["Українська", ["Оксана", "Тарас", "Соломія", "Юрій"], "uk-UA", "Europe/Kyiv"],
  tr: ["Türkçe", ["Elif", "Emre", "Zeynep", "Çağla"], "tr-TR", "Europe/Istanbul"],
  ar: ["العربية", ["ليلى", "عمر", "نور", "يوسف"], "ar-EG", "Africa/Cairo"],
  hi: ["हिन्दी", ["अनन्या", "राहुल", "मीरा", "अर्जुन"], "hi-IN", "Asia/Kolkata"],
  id: ["Bahasa Indonesia", ["Putri", "Budi", "Dewi", "Adi"], "id-ID", "Asia/Jakarta"],
  ja: ["日本語", ["さくら", "健太", "美咲", "翔"], "ja-JP", "Asia/Tokyo"],
  "zh-hans": ["简体中文", ["小雨", "志强", "静怡", "明辉"], "zh-CN", "Asia/Shanghai"],
};

export const LANGUAGE_CODES = Object.keys(LANGUAGES);
export const usualNames = (code) => LANGUAGES[code][1];

/** {locale, tz} of a Slack member who speaks this language. */
export const slackPlace = (code) => ({ locale: LANGUAGES[code][2], tz: LANGUAGES[code][3] });

/** A language's name for itself; `code` is Telegram's language code or Slack's locale. */
export function endonym(code) {
  const plain = String(code ?? "").toLowerCase();
  const known = Object.entries(LANGUAGES).find(([key, [, , locale]]) => key === plain || locale.toLowerCase() === plain);
  if (known) return known[1][0];
  try {
    return new Intl.DisplayNames([code], { type: "language" }).of(code);
  } catch {
    return code || "No language";
  }
}
