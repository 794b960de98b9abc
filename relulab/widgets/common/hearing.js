// Hear of changed values; gives a function that stops it.
function hear(model, names, act) {
  const all = (verb) => names.forEach((name) => model[verb](`change:${name}`, act));
  all("on");
  return () => all("off");
}
