import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig, type Plugin } from "vite";

/**
 * The look (theme, text size, direction) must be set before the first paint, and the page's
 * policy forbids inline scripts: so boot.js is a blocking file of its own, named by its hash.
 */
function bootScript(): Plugin {
  const source = readFileSync(new URL("./src/boot.js", import.meta.url), "utf8");
  const name = `assets/boot-${createHash("sha256").update(source).digest("hex").slice(0, 8)}.js`;
  let serving = false;
  return {
    name: "weft-boot",
    configResolved: (config) => {
      serving = config.command === "serve";
    },
    generateBundle() {
      this.emitFile({ type: "asset", fileName: name, source });
    },
    transformIndexHtml: () => [
      serving
        ? { tag: "script", children: source, injectTo: "head-prepend" }
        : { tag: "script", attrs: { src: `/${name}` }, injectTo: "head-prepend" },
    ],
  };
}

// The server a developer runs beside `npm run dev`.
const server = process.env["WEFT_DEV_SERVER"] ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [svelte(), bootScript()],
  build: {
    outDir: "../src/weft/static",
    emptyOutDir: true,
    manifest: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        // What the first screen needs is one file: it compresses better than twenty small ones.
        codeSplitting: { groups: [{ name: "app", test: /\/src\/main\.ts$/ }] },
      },
    },
  },
  server: {
    proxy: {
      "/api": { target: server, ws: true },
      "/oauth": server,
      "/media": server,
    },
  },
});
