// @ts-check
// The texts of the page's first reading. A bundle holds this part of en.json alone.

import english from "./en.json" with { type: "json" };
import { phrases } from "./language.js";

export const phrase = phrases("first", english.first);
