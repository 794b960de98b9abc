// Planted linear neurons over all patterns: the laboratory's rooms and these, and what a diagram asks of them.

function everywhereTrials(lab) {
  "use strict";

  const MOST = { gated: 4, exact: 6 }; // dimensions in which a page decides within a second

  const decideEverywhere = (X, w, form) => (form === "gated" ? lab.decideGated(X, w) : lab.decideReal(X, w));

  // One trial of one cell, on the same draw for every program.
  function trialOf(settings, program, n, d, number) {
    const place = { ...settings, network: "skip", form: "gated", k: 1, sigma: 0 };
    if (program === "sampled") return lab.trial(place, n, d, number);
    const { X, neurons } = lab.instance(place, n, d, number);
    return decideEverywhere(X, neurons[0], program);
  }

  return { decideEverywhere, trialOf, MOST };
}

const ROOMS = [arrangements, gatedEverywhere, halfTrees, realNetwork, everywhereTrials];
const everywhere = () => ROOMS.reduce((lab, room) => ({ ...lab, ...room(lab) }), relulab());

// Its text, for a worker.
const EVERYWHERE = [LABORATORY, ...ROOMS, `const ROOMS = [${ROOMS.map((room) => room.name)}];`, `const everywhere = ${everywhere};`].join("\n");
