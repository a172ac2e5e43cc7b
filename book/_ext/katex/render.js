// Reads one JSON request a line, {tex, display}, and answers with one line, {html} or {error}.
// It ends by itself when its input does, so a build that dies leaves no process behind.
const katex = require("./katex.min.js");
const answer = ({ tex, display }) => {
  try {
    return {
      html: katex.renderToString(tex, {
        displayMode: display,
        strict: (code) => (code === "unknownSymbol" ? "error" : "ignore"),
      }),
    };
  } catch (error) {
    return { error: error.message };
  }
};
require("node:readline")
  .createInterface({ input: process.stdin })
  .on("line", (line) => process.stdout.write(JSON.stringify(answer(JSON.parse(line))) + "\n"));
