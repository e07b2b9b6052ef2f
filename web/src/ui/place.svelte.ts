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
    const top = untrack(() => box()?.getBoundingClientRect().top);
    if (before === null || top === undefined) return;
    const drift = top - before;
    if (Math.abs(drift) > 1) scrollBy({ top: drift, behavior: "instant" });
  });
}
