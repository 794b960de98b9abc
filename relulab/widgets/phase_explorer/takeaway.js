// What the reader takes along: a link to the settings, the diagram as a picture, the numbers.

const action = (what, words, onclick) =>
  node("button", { type: "button", class: "rw-button rw-quiet", "data-action": what, onclick }, words);

const problemSettings = ({ n, d, ...others }) => others;

function makeActions({ name, view, diagram, live, say }) {
  const linked = node("input", {
    class: "pe-link", readonly: true, "aria-label": "Link to these settings", "data-role": "link", hidden: true,
  });
  const element = node("div", { class: "pe-actions", role: "group", "aria-label": "Take it with you" },
    ...(live ? [] : [action("share", "Copy link", shareLink)]), // a notebook's address is no link to a widget
    action("png", "Download PNG", savePicture), action("csv", "Download CSV", saveNumbers), linked);

  // A link to settings that have changed since would mislead.
  function forget() {
    linked.hidden = true;
  }

  async function shareLink() {
    const link = linkOf(name, view.shown);
    history.replaceState(history.state, "", link);
    linked.value = link;
    linked.hidden = false;
    linked.select();
    try {
      await navigator.clipboard.writeText(link);
      say("The link to these settings is copied.");
    } catch {
      say("The link to these settings is in the box and in the address bar.");
    }
  }

  const fileName = () => `phase-${view.shown.network}-${view.shown.form}-${view.shown.ensemble}-${view.shown.direction}`;

  async function savePicture() {
    const { network, form, ensemble, direction, k, trials, seed, sigma } = view.shown;
    const said = [CHOICES.network[network], CHOICES.form[form], CHOICES.ensemble[ensemble], CHOICES.direction[direction],
      ...(network === "skip" ? [] : [`k = ${k}`]), ...(sigma > 0 ? [`σ = ${sigma}`] : []), `${trials} trials a cell`, `seed ${seed}`];
    const { scale, signs } = signsOf(view, view.plain);
    const keys = [{ words: scale[0], sign: scaleSign, after: scale[1] }, ...signs.map(([kind, words]) => ({ words, sign: signFor(kind) }))];
    const [canvas, svg] = diagram.element.children;
    saveFile(`${fileName()}.png`, await pictureOf(canvas, svg, {
      title: said.join(", "), keys, note: noteOn(view.shown), without: ".pe-cursors", look: getComputedStyle(element.closest("[data-widget]")),
    }));
    say("The picture is saved.");
  }

  function saveNumbers() {
    const settings = Object.entries(problemSettings(view.shown)).map(([key, value]) => `${key}=${value}`).join(" ");
    const rows = [...view.cells.values()].sort((a, b) => a.d - b.d || a.n - b.n).flatMap(({ n, d, trials, source }) =>
      trials.map(({ status: verdict, evidence, iterations, distance }, trial) =>
        [n, d, trial, verdict, evidence ?? "", iterations ?? "", distance ?? "", source].join(",")));
    const head = [`# phase explorer: ${settings}`, "n,d,trial,status,evidence,iterations,distance,source"];
    saveFile(`${fileName()}.csv`, new Blob([[...head, ...rows, ""].join("\n")], { type: "text/csv" }));
    say(`The numbers of ${view.cells.size} cells are saved.`);
  }

  return { element, forget };
}
