// @ts-check
// The page in one file, as small as it can be: Read, Neuron and Learn.

import { LOOKING } from "../app/looking.js";
import { oneFile } from "./one_file.js";
import { fileContent } from "./parts.js";

oneFile(fileContent(), { journeys: LOOKING });
