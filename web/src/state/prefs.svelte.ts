/** How this reader likes it, kept in this browser. `boot.js` reads the same key before paint. */
import { i18n, LANGUAGES, type Language } from "../i18n/index.svelte";

const KEY = "weft.prefs";

export interface Prefs {
  look: "auto" | "light" | "dark";
  size: "small" | "medium" | "large" | "huge";
  motion: "auto" | "less";
  language: Language;
  /** WCAG 2.1.4: single-key shortcuts can be switched off. */
  keys: boolean;
  counts: boolean;
}

function languageOfDevice(): Language {
  const found = navigator.languages.find((tag) => tag.slice(0, 2) in LANGUAGES);
  return found ? (found.slice(0, 2) as Language) : "en";
}

function kept(): Partial<Prefs> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Prefs>;
  } catch {
    return {};
  }
}

export const prefs = $state<Prefs>({
  look: "auto",
  size: "medium",
  motion: "auto",
  language: languageOfDevice(),
  keys: true,
  counts: true,
  ...kept(),
});

/** Puts the choices on the page's root and keeps them. */
export async function applyPrefs(): Promise<void> {
  const { dataset } = document.documentElement;
  if (prefs.look === "auto") delete dataset["look"];
  else dataset["look"] = prefs.look;
  dataset["size"] = prefs.size;
  dataset["motion"] = prefs.motion;
  localStorage.setItem(KEY, JSON.stringify(prefs));
  if (i18n.language !== prefs.language) await i18n.choose(prefs.language);
}
