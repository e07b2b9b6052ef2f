import "./styles/tokens.css";
import "./styles/base.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { applyPrefs } from "./state/prefs.svelte";
import { router } from "./state/router.svelte";
import { session } from "./state/session.svelte";
import { takeOver } from "./takeover";

async function start(target: HTMLElement): Promise<void> {
  // Pages that only the server has (about, help, privacy) stay as it wrote them.
  if (router.route.page === "missing" && target.childElementCount > 0) return;
  router.start();
  session.start();
  // Words first: nobody should see a flash of another language.
  await applyPrefs();
  mount(App, { target: takeOver(target, router.route.page) });
}

const target = document.getElementById("app");
if (!target) throw new Error("The page has no #app to live in.");
void start(target);
