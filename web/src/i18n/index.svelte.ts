/** Words in the reader's language. English is always there; others are loaded when chosen. */
import { en } from "./en";
import type { rooms } from "./rooms";

type EnglishKey = keyof typeof en | keyof typeof rooms;
type Endings = "zero" | "one" | "two" | "few" | "many" | "other";
/** A key, or the stem of a plural key. */
export type Key =
  | Exclude<EnglishKey, `${string}_${Endings}`>
  | (EnglishKey extends infer K ? (K extends `${infer Stem}_other` ? Stem : never) : never);
export type Words = Record<string, string>;

export const LANGUAGES = { en: "English", ar: "العربية" } as const;
export type Language = keyof typeof LANGUAGES;

const loaders: Record<Exclude<Language, "en">, () => Promise<{ words: Words }>> = {
  ar: () => import("./ar"),
};

/** Hebrew, Arabic, Syriac, Thaana, N'Ko and their presentation forms. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/u;

const FIRST_STRONG_ISOLATE = String.fromCharCode(0x2068);
const POP_ISOLATE = String.fromCharCode(0x2069);

class I18n {
  language = $state<Language>("en");
  #english = $state.raw<Words>(en);
  #words = $state.raw<Words>({});
  #plural = $derived(new Intl.PluralRules(this.language));
  #number = $derived(new Intl.NumberFormat(this.language, { notation: "compact" }));

  async choose(language: Language): Promise<void> {
    const words = language === "en" ? {} : (await loaders[language]()).words;
    this.#words = words;
    this.language = language;
    document.documentElement.lang = language;
    document.documentElement.dir = language === "ar" ? "rtl" : "ltr";
  }

  /** English that comes with a page of its own; other languages are loaded whole. */
  learn(words: Words): void {
    this.#english = { ...this.#english, ...words };
  }

  t(key: Key, params: Record<string, string | number> = {}): string {
    const n = params["n"];
    const plural = typeof n === "number" ? `${key}_${this.#plural.select(n)}` : key;
    const said = (words: Words) => words[plural] ?? words[`${key}_other`] ?? words[key];
    const phrase = said(this.#words) ?? said(this.#english) ?? key;
    return phrase.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = params[name] ?? "";
      return typeof value === "number" ? this.exact(value) : this.#isolate(value);
    });
  }

  /** A name that is written the other way must not turn the words around it. */
  #isolate(value: string): string {
    const same = RIGHT_TO_LEFT.test(value) === (this.language === "ar");
    return same ? value : FIRST_STRONG_ISOLATE + value + POP_ISOLATE;
  }

  /** Short, for counts: 1.2K. */
  number(value: number): string {
    return this.#number.format(value);
  }

  /** In full, where each one matters. */
  exact(value: number): string {
    return new Intl.NumberFormat(this.language).format(value);
  }
}

export const i18n = new I18n();
export const t = (key: Key, params?: Record<string, string | number>): string =>
  i18n.t(key, params);

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "3 min", "5 h", "2 d", then a date: short, because every post carries one. */
export function shortTime(iso: string, now: number): string {
  const then = Date.parse(iso);
  const age = Math.max(0, now - then);
  const unit = (value: number, name: "minute" | "hour" | "day") =>
    new Intl.NumberFormat(i18n.language, {
      style: "unit",
      unit: name,
      unitDisplay: i18n.language === "en" ? "narrow" : "short",
    }).format(Math.floor(value));
  if (age < HOUR) return unit(Math.max(1, age / MINUTE), "minute");
  if (age < DAY) return unit(age / HOUR, "hour");
  if (age < 7 * DAY) return unit(age / DAY, "day");
  const sameYear = new Date(then).getFullYear() === new Date(now).getFullYear();
  return new Intl.DateTimeFormat(i18n.language, {
    day: "numeric",
    month: "short",
    ...(sameYear ? {} : { year: "numeric" }),
  }).format(then);
}

export function longTime(iso: string): string {
  return new Intl.DateTimeFormat(i18n.language, { dateStyle: "long", timeStyle: "short" }).format(
    Date.parse(iso),
  );
}

export function monthOf(iso: string): string {
  return new Intl.DateTimeFormat(i18n.language, { month: "long", year: "numeric" }).format(
    Date.parse(iso),
  );
}
