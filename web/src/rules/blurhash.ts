/** The average colour of a BlurHash: characters 3 to 6, base 83 (https://blurha.sh, algorithm). */
const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~";

export function averageColour(hash: string | null): string | null {
  if (!hash || hash.length < 6) return null;
  let value = 0;
  for (const digit of hash.slice(2, 6)) {
    const at = DIGITS.indexOf(digit);
    if (at < 0) return null;
    value = value * 83 + at;
  }
  return `#${(value & 0xffffff).toString(16).padStart(6, "0")}`;
}
