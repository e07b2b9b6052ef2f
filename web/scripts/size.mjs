/**
 * The weight of the first screen, from Vite's manifest: the entry, its static imports and the
 * boot script, gzipped. Fails above the budget (DESIGN.md, "Numbers to be ahead of").
 */
import { readFileSync, readdirSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGET_JS = 45_000;
const BUDGET_CSS = 12_000;
const BUDGET_LAZY = 25_000;

const folder = new URL("../../src/weft/static/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", folder), "utf8"));
const weigh = (file) => gzipSync(readFileSync(new URL(file, folder)), { level: 9 }).length;

function closure(key, seen = new Set()) {
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const next of manifest[key].imports ?? []) closure(next, seen);
  return seen;
}

const first = [...closure("index.html")].map((key) => manifest[key]);
const boot = readdirSync(new URL("assets/", folder)).filter((name) => name.startsWith("boot-"));
const scripts = [...first.map((chunk) => chunk.file), ...boot.map((name) => `assets/${name}`)];
const styles = first.flatMap((chunk) => chunk.css ?? []);
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
