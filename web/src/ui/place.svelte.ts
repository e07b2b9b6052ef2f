/** Keeps a box where it is on the screen while things are put in above it. */
import { untrack } from "svelte";

export function keepInPlace(box: () => HTMLElement | undefined, above: () => number): void {
  let before: number | null = null;
  $effect.pre(() => {
    above();
    before = untrack(() => box()?.getBoundingClientRect().top ?? null);
  });
  $effect(() => {
    above();
    const shown = untrack(box);
    if (!shown) return;
    // Both came at once: then the box is brought to where it would have been.
    if (before === null) {
      if (above() > 0) shown.scrollIntoView({ block: "start", behavior: "instant" });
      return;
    }
    const { top } = shown.getBoundingClientRect();
    const drift = top - before;
    if (Math.abs(drift) > 1) scrollBy({ top: drift, behavior: "instant" });
  });
}
