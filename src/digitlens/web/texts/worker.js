// @ts-check
// The texts of the page's worker that trains, and of what it shares with the page. A bundle holds this part of en.json
// alone.

import english from "./en.json" with { type: "json" };
import { phrases } from "./language.js";

export const phrase = phrases("worker", english.worker);
