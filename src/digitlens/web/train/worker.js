// @ts-check
// The worker in which a tab trains. Everything is in worker/service.js, so that other kinds of worker can serve, too.

import { serve } from "./worker/service.js";

serve(/** @type {any} */ (globalThis));
