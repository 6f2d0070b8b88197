// What needs a script: sorting by a column, and filters. Without it the page has the
// same contents, what failed first.
"use strict";

(() => {
  // Fewer items than these are found without a filter.
  const kWorthAFilter = 5;

  const collator = new Intl.Collator("en", {numeric: true});

  // A cell's numbers, the most important first, or its text.
  const keyOf = (cell, numeric) => {
    const text = cell.dataset.key ?? cell.textContent;
    return numeric ? text.trim().split(/\s+/).map(Number) : text.trim();
  };

  const compare = (a, b) => {
    if (typeof a === "string") return collator.compare(a, b);
    for (let i = 0; i < Math.min(a.length, b.length); ++i) {
      if (a[i] !== b[i]) return a[i] - b[i];
    }
    return a.length - b.length;
  };

  const makeSortable = (table) => {
    const body = table.tBodies[0];
    const headings = [...table.tHead.rows[0].cells];
    const rows = [...body.rows];
    const checked = rows.filter((row) => row.cells.length === headings.length);
    const unchecked = rows.filter((row) => !checked.includes(row));

    const sortBy = (column) => {
      const heading = headings[column];
      const numeric = heading.dataset.sort === "number";
      const orders = ["ascending", "descending"];
      if (numeric) orders.reverse();
      const order = heading.getAttribute("aria-sort") === orders[0] ? orders[1] : orders[0];
      headings.forEach((other) => other.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", order);
      const sign = order === "ascending" ? 1 : -1;
      const keys = new Map(checked.map((row) => [row, keyOf(row.cells[column], numeric)]));
      const sorted = [...checked].sort((a, b) => sign * compare(keys.get(a), keys.get(b)));
      body.append(...sorted, ...unchecked);
    };

    headings.forEach((heading, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      button.addEventListener("click", () => sortBy(column));
      heading.append(button);
    });
  };

  // Puts a field before the list that hides the items whose names do not hold its text.
  const addFilter = (list) => {
    const items = [...list.querySelectorAll("[data-name]")];
    if (items.length < kWorthAFilter) return;
    const label = document.createElement("label");
    const field = document.createElement("input");
    const shown = document.createElement("output");
    const line = document.createElement("p");
    field.type = "search";
    field.autocomplete = "off";
    field.spellcheck = false;
    label.append(list.dataset.filter, field);
    line.className = "filter";
    line.append(label, shown);
    list.before(line);
    field.addEventListener("input", () => {
      const wanted = field.value.trim().toLowerCase();
      let count = 0;
      for (const item of items) {
        item.hidden = !item.dataset.name.toLowerCase().includes(wanted);
        count += item.hidden ? 0 : 1;
      }
      shown.textContent = wanted === "" ? "" : `${count} of ${items.length}`;
    });
  };

  // The failures of a target, from its number of them.
  const showFailures = (event) => {
    const link = event.target.closest("a[data-target]");
    const field = document.querySelector("#failures .filter input");
    if (link === null || field === null) return;
    field.value = link.dataset.target;
    field.dispatchEvent(new Event("input"));
  };

  document.querySelectorAll("table").forEach(makeSortable);
  document.querySelectorAll("[data-filter]").forEach(addFilter);
  document.addEventListener("click", showFailures);
})();
