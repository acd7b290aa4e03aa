// Says how much still fits before anything is lost. A field that silently cuts what is pasted would lose the end of it.

const NEAR = 0.8; // of the length, from where on it is told
const words = document.body.dataset;

function lineOf(field) {
  const next = field.nextElementSibling;
  if (next?.classList.contains("length")) return next;
  const line = document.createElement("p");
  line.className = "hint length";
  line.setAttribute("role", "status");
  field.after(line);
  return line;
}

export function tellLength(field) {
  const most = Number(field.dataset.most), left = most - field.value.length;
  const told = left < 0 ? words.tooLong.replace("{over}", -left) : left < most * (1 - NEAR) ? words.fits.replace("{left}", left) : "";
  field.setCustomValidity(left < 0 ? told : "");
  if (told || field.nextElementSibling?.classList.contains("length")) lineOf(field).textContent = told;
}

const all = () => document.querySelectorAll("[data-most]").forEach(tellLength);
document.addEventListener("input", ({ target }) => { if (target.matches("[data-most]")) tellLength(target); });
document.addEventListener("console:refreshed", all);
all();
