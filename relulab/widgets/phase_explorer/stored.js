// A diagram that Python stored with the widget: one digit a trial says its verdict.

// For these settings, or for any; null where there is none.
function storedFor(model, shown) {
  const stored = model.get("stored");
  const fits = stored && (!shown || Object.entries(stored.settings).every(([key, value]) => shown[key] === value));
  if (!fits) return null;
  const { n, d, codes, meanings, words, settings } = stored, cells = new Map();
  n.forEach((size, i) => d.forEach((dimension, j) => {
    const trials = [...codes[i][j]].map((code) => ({ status: meanings[code], evidence: null }));
    cells.set(`${size},${dimension}`, { n: size, d: dimension, trials, source: "stored" });
  }));
  return { n, d, cells, words, settings, trials: codes[0][0].length };
}
