// Reads a JSON list of formulas from standard input; writes the list of what is wrong with each, null if nothing is.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const require = createRequire(import.meta.url.replace(/[^/]*$/, "") + "x.js");
const katex = require(process.argv[2]);

function wrong(formula) {
  try {
    katex.renderToString(formula, { displayMode: true, throwOnError: true, strict: "error" });
    return null;
  } catch (error) {
    return error.message;
  }
}

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(wrong)));
