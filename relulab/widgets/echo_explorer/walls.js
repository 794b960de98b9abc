// Layered walls: reflection coefficients to echoes by Levinson's recursion, and back.

const BORDERS = 12, HIGHEST = 0.8;

// A longer filter: k times the reversed one is added.
const longer = (a, k) => [...a, 0].map((value, i) => value + (i ? k * a[a.length - i] : 0));
const heardBefore = (a, r, m) => a.reduce((total, value, i) => total + (i ? value * r[m - i] : 0), 0);

// r_0, r_1, ... at the surface.
function echoesOf(k) {
  let a = [1], energy = 1;
  return k.reduce((r, reflected, place) => {
    r.push(-reflected * energy - heardBefore(a, r, place + 1));
    a = longer(a, reflected);
    energy *= 1 - reflected ** 2;
    return r;
  }, [1]);
}

// How the volume 1'T_m^{-1}1 grows with m: from the echoes alone.
function growthOf(r) {
  let a = [1], energy = r[0];
  return r.slice(1).map((echo, place) => {
    const k = -(echo + heardBefore(a, r, place + 1)) / energy;
    a = longer(a, k);
    energy *= 1 - k ** 2;
    return a.reduce((total, value) => total + value, 0) ** 2 / energy;
  });
}

function impedancesOf(k) {
  let impedance = 1;
  return k.map((reflected) => (impedance *= (1 + reflected) / (1 - reflected)));
}
