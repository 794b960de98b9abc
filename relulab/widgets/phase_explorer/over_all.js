// Edges over all patterns that Python measured and stored: curves that the reader switches on.

const OVER_ALL = { gated: "gated network", exact: "ReLU network" };

// Those for the problem that is shown, whichever program it is shown for.
function overAll(model, { network, ensemble, direction, sigma }) {
  if (network !== "skip" || sigma > 0) return [];
  return model.get("edges").filter((one) => one.ensemble === ensemble && one.direction === direction);
}

// A curve as those of theory are: between stored dimensions a straight line, beyond them nothing.
function edgeCurve({ form, d, n, words }) {
  const at = (dimension) => {
    const after = d.findIndex((size) => size >= dimension);
    if (after < 0 || dimension < d[0]) return NaN;
    if (d[after] === dimension) return n[after];
    const share = (dimension - d[after - 1]) / (d[after] - d[after - 1]);
    return n[after - 1] + share * (n[after] - n[after - 1]);
  };
  return { kind: `over-${form}`, words, at, success: null };
}

const switchedOn = (view) => view.edges.filter(({ form }) => view.on.has(form)).map(edgeCurve);

// Measured edges take the place of theory's thin lines: with all of them nobody could tell one from another.
function allCurves(view) {
  const measured = view.plain ? [] : switchedOn(view);
  return [...curvesOn(view).filter(({ kind }) => !/edge|far/.test(kind) || measured.length === 0), ...measured];
}

// What the switched curves say at one dimension, in words for the readout.
function describeEdges(view, d) {
  const known = view.edges.filter(({ form }) => view.on.has(form)).map((edge) => [edge, edgeCurve(edge).at(d)]);
  const parts = known.filter(([, n]) => Number.isFinite(n)).map(([{ form }, n]) => `${n.toFixed(1)} (${OVER_ALL[form]})`);
  return parts.length > 0 ? `. Half recovered over all patterns from n = ${parts.join(", ")}` : "";
}

function makeSwitches({ id, view, onSwitch }) {
  const choices = node("span", { class: "pe-switches" });
  const element = node("fieldset", { class: "pe-over", "data-role": "over-all", hidden: true },
    node("legend", {}, "Measured edges over all patterns"), choices);

  function reset() {
    element.hidden = view.edges.length === 0;
    choices.replaceChildren(...view.edges.map(({ form }) => {
      const input = node("input", { id: `${id}-over-${form}`, type: "checkbox", "data-control": `over-${form}`,
        checked: view.on.has(form), onchange: () => {
          if (input.checked) view.on.add(form);
          else view.on.delete(form);
          onSwitch();
        } });
      return node("label", { for: input.id }, input, OVER_ALL[form]);
    }));
  }

  return { element, reset };
}
