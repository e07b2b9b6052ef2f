/** The languages a post can be marked with, named in the reader's own. */
const CODES =
  "ar bg bn ca cs cy da de el en eo es et eu fa fi fr ga gl he hi hr hu hy id is it ja ka kab ko lt lv mk ms nb nl nn pl pt ro ru sk sl sq sr sv sw ta th tr uk ur vi zh".split(
    " ",
  );

export function languages(inLanguage: string, always: string): { code: string; name: string }[] {
  const names = new Intl.DisplayNames(inLanguage, { type: "language" });
  const codes = !always || CODES.includes(always) ? CODES : [...CODES, always];
  return codes
    .map((code) => ({ code, name: names.of(code) ?? code }))
    .sort((a, b) => a.name.localeCompare(b.name, inLanguage));
}
