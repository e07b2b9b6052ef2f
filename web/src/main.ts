import "./styles/tokens.css";
import "./styles/base.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { applyPrefs } from "./state/prefs.svelte";
import { router } from "./state/router.svelte";
import { session } from "./state/session.svelte";

const target = document.getElementById("app");
if (!target) throw new Error("The page has no #app to live in.");

router.start();
session.start();
// Words first: nobody should see a flash of another language.
await applyPrefs();
// What the server wrote here for readers without scripts makes room.
target.replaceChildren();
mount(App, { target });
