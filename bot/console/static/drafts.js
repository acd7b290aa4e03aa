// What is typed and not sent yet outlives its page: in this tab only, until it is sent or saved, or whoever wrote it logs out.

const ALL = "console-draft:";
const mine = `${ALL}${document.body.dataset.staff}:`;
const caseId = document.getElementById("case")?.dataset.case;
const keyOf = (field) => `${mine}${caseId}:${field.id}`;
const fields = () => (caseId ? [...document.querySelectorAll("[data-keep]")] : []);

const read = (key) => JSON.parse(sessionStorage.getItem(key) ?? "null");
const write = (key, kept) => sessionStorage.setItem(key, JSON.stringify(kept));
const forget = (wanted) => {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(ALL) && wanted(key)) sessionStorage.removeItem(key);
};

// The form's id goes with the words: an answer that arrived although it seemed lost is not sent twice.
function keep(field) {
  if (!field.value.trim()) sessionStorage.removeItem(keyOf(field));
  else write(keyOf(field), { text: field.value, formId: field.form.elements.form_id?.value });
}

function restore(field) {
  const kept = read(keyOf(field));
  if (!kept || field.value) return;
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
document.addEventListener("input", ({ target }) => { if (caseId && target.matches("[data-keep]")) keep(target); });
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  if (event.target.matches(".log-out")) forget(() => true);
  for (const field of fields()) if (field.form === event.target && read(keyOf(field))) write(keyOf(field), { ...read(keyOf(field)), submitted: true });
});
