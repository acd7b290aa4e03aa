// What is typed and not sent yet outlives its page: in this tab only, until it is sent or saved, or whoever wrote it logs out.

const ALL = "console-draft:";
const mine = `${ALL}${document.body.dataset.staff}:`;
const caseId = document.getElementById("case")?.dataset.case;
const page = caseId ?? location.pathname + location.search;
const keyOf = (field) => `${mine}${page}:${field.id}`;
const fields = () => [...document.querySelectorAll("[data-keep]")];

const read = (key) => JSON.parse(sessionStorage.getItem(key) ?? "null");
const write = (key, kept) => sessionStorage.setItem(key, JSON.stringify(kept));
const forget = (wanted) => {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(ALL) && wanted(key)) sessionStorage.removeItem(key);
};

// The form's id goes with the words: an answer that arrived although it seemed lost is not sent twice. So does what the field held before:
// what was typed into something that a colleague has changed meanwhile would undo their change.
function keep(field) {
  if (field.value.trim() === field.defaultValue.trim()) sessionStorage.removeItem(keyOf(field));
  else write(keyOf(field), { text: field.value, from: field.defaultValue, formId: field.form.elements.form_id?.value });
}

function restore(field) {
  const kept = read(keyOf(field));
  if (!kept || field.value !== field.defaultValue || kept.from !== field.defaultValue) return;
  field.value = kept.text;
  if (kept.formId) field.form.elements.form_id.value = kept.formId;
  const folded = field.closest("details");
  if (folded) folded.open = true;
}

// The case is a colleague's by now, or closed: what was typed can still be read and copied.
function showUnsent() {
  const unsent = document.getElementById("unsent");
  if (!unsent) return;
  const field = document.getElementById("draft");
  field.value ||= read(`${mine}${caseId}:answer`)?.text ?? "";
  unsent.hidden = !field.value;
  document.getElementById("discard").addEventListener("click", () => {
    sessionStorage.removeItem(`${mine}${caseId}:answer`);
    unsent.hidden = true;
  });
}

function markCases() {
  for (const mark of document.querySelectorAll(".draft[data-case]")) mark.hidden = !read(`${mine}${mark.dataset.case}:answer`);
}

forget((key) => !key.startsWith(mine));
if (new URLSearchParams(location.search).has("told")) forget((key) => read(key).submitted); // the next page says that it was saved
fields().forEach(restore);
showUnsent();
markCases();
document.addEventListener("console:refreshed", markCases);
document.addEventListener("input", ({ target }) => { if (target.matches("[data-keep]")) keep(target); });
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  if (event.target.matches(".log-out")) forget(() => true);
  for (const field of fields()) if (field.form === event.target && read(keyOf(field))) write(keyOf(field), { ...read(keyOf(field)), submitted: true });
});
