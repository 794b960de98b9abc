// TeX formulas as MathML: reads [[tex, display], ...] as JSON, writes the same number of strings.
const mathjax = require(require.resolve("mathjax", { paths: [process.cwd()] }));

const chunks = [];
process.stdin.on("data", (chunk) => chunks.push(chunk));
process.stdin.on("end", async () => {
  const formulas = JSON.parse(Buffer.concat(chunks).toString("utf8"));
  // bussproofs needs an output; without the other two, what is not TeX is an error and no text in red.
  const packages = { "[-]": ["bussproofs", "noerrors", "noundefined"] };
  const MathJax = await mathjax.init({ loader: { load: ["input/tex-full"] }, tex: { packages } });
  const found = [];
  for (const [tex, display] of formulas) {
    found.push(await MathJax.tex2mmlPromise(tex, { display }));
  }
  process.stdout.write(JSON.stringify(found));
});
