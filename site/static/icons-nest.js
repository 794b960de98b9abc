// Keep the <i> element that the play widget writes its icon's class name to.
window.FontAwesomeConfig = { autoReplaceSvg: "nest" };
