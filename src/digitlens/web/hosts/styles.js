// @ts-check
// The style sheets of a host in a page of its own: files, beside the modules. In a bundle they come along with it
// instead: tools/build_page.mjs puts another module in the place of this one.

import { linkedStyles } from "./browser.js";

export const hostStyles = () => linkedStyles((sheet) => sheet);
