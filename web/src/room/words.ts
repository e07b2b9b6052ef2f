/** The pages of rooms import this first: their English is no part of the first screen. */
import { i18n } from "../i18n/index.svelte";
import { rooms } from "../i18n/rooms";

i18n.learn(rooms);
