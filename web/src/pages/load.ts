/** Home comes with the shell, as the first screen of most visits; the rest when first visited. */
import type { Component } from "svelte";
import type { Route } from "../routes";
import Home from "./Home.svelte";

export type PageComponent = Component<{ route: never }>;

const loaders: Record<Route["page"], () => Promise<{ default: unknown }>> = {
  home: () => Promise.resolve({ default: Home }),
  explore: () => import("./Explore.svelte"),
  rooms: () => import("./Rooms.svelte"),
  room: () => import("./Room.svelte"),
  tag: () => import("./Tag.svelte"),
  thread: () => import("./Thread.svelte"),
  profile: () => import("./Profile.svelte"),
  notifications: () => import("./Notifications.svelte"),
  search: () => import("./Search.svelte"),
  settings: () => import("./Settings.svelte"),
  compose: () => import("./Compose.svelte"),
  login: () => import("./SignIn.svelte"),
  callback: () => import("./Callback.svelte"),
  signup: () => import("./SignUp.svelte"),
  missing: () => import("./Missing.svelte"),
};

export async function loadPage(route: Route, signedIn: boolean): Promise<PageComponent> {
  const load =
    route.page === "home" && !signedIn ? () => import("./Welcome.svelte") : loaders[route.page];
  return (await load()).default as PageComponent;
}
