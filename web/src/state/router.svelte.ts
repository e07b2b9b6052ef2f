/**
 * The address bar, and where the reader was on each page. Going back puts the same post at the
 * same height: heights of rows not yet drawn are guesses, so a pixel count would miss.
 */
import { tick } from "svelte";
import { parse, type Route } from "../routes";

interface Place {
  /** The first post in view and how far below the window's top it stood, in pixels. */
  post: string | null;
  offset: number;
  y: number;
}

/** Drawing rows above the place changes their guessed heights: correct for a few frames. */
const CORRECTIONS = 4;

class Router {
  route = $state.raw<Route>(parse(location.pathname, location.search));
  /** Grows with every navigation: pages that must start over are keyed by it. */
  visit = $state(0);
  /** True when the reader came here by going back or forward. */
  returning = false;
  #places = new Map<number, Place>();
  #entry = 0;
  #last = 0;

  start(): void {
    history.scrollRestoration = "manual";
    const state = history.state as { entry?: number } | null;
    this.#entry = this.#last = state?.entry ?? 0;
    history.replaceState({ entry: this.#entry }, "");
    addEventListener("popstate", (event) => {
      this.#remember();
      const entry = (event.state as { entry?: number } | null)?.entry ?? 0;
      this.#entry = entry;
      this.#show(true);
    });
    document.addEventListener("click", (event) => this.#click(event));
  }

  go(path: string, how: "push" | "replace" = "push"): void {
    this.#remember();
    if (how === "push") {
      this.#entry = ++this.#last;
      history.pushState({ entry: this.#entry }, "", path);
    } else history.replaceState({ entry: this.#entry }, "", path);
    this.#show(false);
  }

  get canGoBack(): boolean {
    return this.#entry > 0;
  }

  back(): void {
    if (this.canGoBack) history.back();
    else this.go("/");
  }

  /** Called by the shell when the page of the current route is in the document. */
  async settle(): Promise<void> {
    await tick();
    const place = this.returning ? this.#places.get(this.#entry) : undefined;
    if (!place) {
      scrollTo({ top: 0, behavior: "instant" });
      return;
    }
    scrollTo({ top: place.y, behavior: "instant" });
    if (place.post) this.#hold(place.post, place.offset, CORRECTIONS);
  }

  #hold(post: string, offset: number, times: number): void {
    const row = document.querySelector(`[data-post="${CSS.escape(post)}"]`);
    if (!row || times === 0) return;
    const drift = row.getBoundingClientRect().top - offset;
    if (Math.abs(drift) > 1) scrollBy({ top: drift, behavior: "instant" });
    requestAnimationFrame(() => this.#hold(post, offset, times - 1));
  }

  #remember(): void {
    const rows = [...document.querySelectorAll<HTMLElement>("[data-post]")];
    const first = rows.find((row) => row.getBoundingClientRect().bottom > 80);
    this.#places.set(this.#entry, {
      post: first?.dataset["post"] ?? null,
      offset: first?.getBoundingClientRect().top ?? 0,
      y: scrollY,
    });
  }

  #show(returning: boolean): void {
    this.returning = returning;
    this.route = parse(location.pathname, location.search);
    this.visit += 1;
  }

  /** Links to our own pages change the page without loading it anew. */
  #click(event: MouseEvent): void {
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
    if (!plain || event.altKey || event.defaultPrevented) return;
    const link = (event.target as Element).closest?.("a[href]");
    if (!(link instanceof HTMLAnchorElement) || link.hasAttribute("download")) return;
    const outside = link.target && link.target !== "_self";
    if (outside || link.origin !== location.origin || link.getAttribute("href")?.startsWith("#"))
      return;
    if (parse(link.pathname, link.search).page === "missing") return;
    event.preventDefault();
    const here = link.pathname + link.search === location.pathname + location.search;
    this.go(link.pathname + link.search, here ? "replace" : "push");
  }
}

export const router = new Router();
