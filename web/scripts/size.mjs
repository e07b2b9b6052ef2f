/**
 * The weight of the first screen, gzipped: what the built page loads at once, and what that
 * imports, by Vite's manifest. Fails above the budget (DESIGN.md, "Numbers to be ahead of").
 */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGET_JS = 45_000;
const BUDGET_CSS = 12_000;
const BUDGET_LAZY = 25_000;

const folder = new URL("../../src/weft/static/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", folder), "utf8"));
const weigh = (file) => gzipSync(readFileSync(new URL(file, folder)), { level: 9 }).length;

/** A chunk and everything it imports before it can run. */
function closure(chunk, seen = new Set()) {
  if (seen.has(chunk)) return seen;
  seen.add(chunk);
  for (const next of chunk.imports ?? []) closure(manifest[next], seen);
  return seen;
}

// The page itself says what it loads first; the manifest says what that pulls in.
const page = readFileSync(new URL("index.html", folder), "utf8");
const named = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map((match) => match[1]);
const chunks = Object.values(manifest).filter((chunk) => named.includes(chunk.file));
const first = [...new Set(chunks.flatMap((chunk) => [...closure(chunk)]))];
const files = new Set([...named, ...first.flatMap((chunk) => [chunk.file, ...(chunk.css ?? [])])]);
const scripts = [...files].filter((file) => file.endsWith(".js"));
const styles = [...files].filter((file) => file.endsWith(".css"));
const lazy = Object.values(manifest)
  .filter((chunk) => chunk.isDynamicEntry && chunk.file.endsWith(".js"))
  .map((chunk) => [chunk.file, weigh(chunk.file)])
  .sort((a, b) => b[1] - a[1]);

const sum = (files) => files.reduce((total, file) => total + weigh(file), 0);
const js = sum(scripts);
const css = sum(styles);
console.log(`shell + home: ${js} B of JS (budget ${BUDGET_JS}), ${css} B of CSS (budget ${BUDGET_CSS})`);
for (const [file, bytes] of lazy.slice(0, 5)) console.log(`  later: ${file} ${bytes} B`);
if (js > BUDGET_JS || css > BUDGET_CSS || lazy.some(([, bytes]) => bytes > BUDGET_LAZY)) {
  console.error("Over budget.");
  process.exit(1);
}
