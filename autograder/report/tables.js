// Tables that can be sorted by their columns and filtered, and names that can be hidden.
// Without this script a page shows the same rows in the order of the students' ids.
"use strict";

const order = new Intl.Collator(undefined, { numeric: true });

// What a cell is sorted by: a number, a text, or null for nothing, which comes last.
function value(cell) {
  const text = (cell.dataset.sort ?? cell.textContent).trim();
  if (text === "" || text === "–") return null;
  return isNaN(text) ? text : Number(text);
}

function compare(a, b) {
  const numbers = typeof a === "number" && typeof b === "number";
  return numbers ? a - b : order.compare(String(a), String(b));
}

function sort(header) {
  const table = header.closest("table");
  const down = header.getAttribute("aria-sort") === "ascending";
  for (const other of header.parentElement.cells) other.removeAttribute("aria-sort");
  header.setAttribute("aria-sort", down ? "descending" : "ascending");
  const rows = [...table.tBodies[0].rows].map((row) => [value(row.cells[header.cellIndex]), row]);
  rows.sort(([a], [b]) => {
    if (a === null || b === null) return (a === null) - (b === null);
    return down ? compare(b, a) : compare(a, b);
  });
  table.tBodies[0].append(...rows.map(([, row]) => row));
  const tools = document.querySelector(`.tools[data-table="${table.id}"]`);
  if (tools) show(tools);
}

// The rows whose name has the text, and that are of the kind that was chosen.
function filter(tools) {
  const text = tools.querySelector("input").value.toLowerCase();
  const kind = tools.querySelector("select")?.value ?? "";
  for (const row of rowsOf(tools)) {
    const names = [...row.querySelectorAll(".name")].map((cell) => cell.textContent);
    const found = names.join(" ").toLowerCase().includes(text);
    row.hidden = !(found && (!kind || row.dataset.kinds.split("|").includes(kind)));
  }
  show(tools);
}

// The first rows only, unless all are wanted: a browser needs seconds to lay out thousands.
function show(tools) {
  const rows = rowsOf(tools);
  const most = "all" in tools.dataset ? Infinity : Number(tools.dataset.most);
  let found = 0;
  for (const row of rows) {
    if (!row.hidden) row.classList.toggle("more", ++found > most);
  }
  const shown = Math.min(found, most);
  const rest = shown < found ? `, ${found} found` : "";
  tools.querySelector("output").textContent = `${shown} of ${rows.length} shown${rest}`;
  tools.querySelector(".all").hidden = shown === found;
}

function rowsOf(tools) {
  return [...document.getElementById(tools.dataset.table).tBodies[0].rows];
}

// The names and ids that are hidden, and where their links lead: none of it stays on the page.
const hidden = new Map();

function hideName(who) {
  hidden.set(who, [who.textContent, who.getAttribute("href")]);
  who.textContent = who.dataset.other;
  who.removeAttribute("href");
}

function showName(who) {
  const [name, link] = hidden.get(who);
  who.textContent = name;
  if (link !== null) who.setAttribute("href", link);
}

// Names and ids give way to the students' numbers, and come back.
function hideNames(button) {
  const hide = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", hide);
  for (const who of document.querySelectorAll("[data-other]")) {
    if (hide) hideName(who);
    else showName(who);
  }
}

for (const button of document.querySelectorAll("th button")) {
  button.addEventListener("click", () => sort(button.parentElement));
}
for (const tools of document.querySelectorAll(".tools")) {
  tools.hidden = false;
  tools.addEventListener("input", () => filter(tools));
  tools.addEventListener("change", () => filter(tools));
  tools.querySelector(".names")?.addEventListener("click", (event) => hideNames(event.target));
  tools.querySelector(".all").addEventListener("click", () => {
    tools.dataset.all = "";
    show(tools);
  });
  show(tools);
}
addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll("details")) folded.open = true;
});
