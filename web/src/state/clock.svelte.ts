/** One ticking "now" for every relative time on the page. */
class Clock {
  now = $state(Date.now());

  constructor() {
    setInterval(() => {
      if (!document.hidden) this.now = Date.now();
    }, 30_000);
  }
}

export const clock = new Clock();
