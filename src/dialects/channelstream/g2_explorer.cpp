// SPDX-License-Identifier: Apache-2.0
#include "dialects/channelstream/g2_admin.hpp"

namespace longwave::channelstream::g2 {

std::string_view explorer_page() {
  return R"html(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>API explorer</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/admin/style.css">
<script src="/api-explorer/page.js" defer></script>
</head>
<body>
<main>
<h1>API explorer</h1>
<p>Every call is signed here with the server's secret and sent from this page: it changes what it says it does.</p>
<div id="operations"></div>
<noscript><p>This page needs JavaScript; <a href="/openapi.json">the description</a> does not.</p></noscript>
</main>
</body>
</html>
)html";
}

std::string_view explorer_script() {
  return R"js("use strict";

const description = describe();

async function describe() {
  const answer = await fetch("/openapi.json");
  return answer.json();
}

/** A body to begin with: what is required, and the defaults. */
function example(schema, all) {
  if (schema.$ref) return example(all[schema.$ref.split("/").pop()], all);
  if (schema.type === "array") return [example(schema.items, all)];
  if (schema.type === "object" && schema.properties) {
    const made = {};
    for (const [name, field] of Object.entries(schema.properties)) {
      if ((schema.required || []).includes(name)) made[name] = field.format === "uuid" ? crypto.randomUUID() : example(field, all);
    }
    return made;
  }
  if (schema.type === "object") return {};
  return schema.default ?? "example";
}

function element(name, text, parent) {
  const made = document.createElement(name);
  made.textContent = text;
  parent.append(made);
  return made;
}

async function send(method, path, query, body) {
  const signed = await fetch("/admin/sign", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ method, path, body }),
  });
  const { token } = await signed.json();
  const headers = { "x-channelstream-secret": token };
  if (body) headers["Content-Type"] = "application/json";
  const answer = await fetch(path + query, { method, headers, body: body || undefined });
  const text = await answer.text();
  let shown = text;
  try {
    shown = JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    // shown as it is
  }
  return `${answer.status} ${answer.statusText}\n\n${shown}`;
}

function show(parent, path, method, operation, all) {
  const box = document.createElement("details");
  parent.append(box);
  element("summary", `${method} ${path}: ${operation.summary}`, box);
  const form = document.createElement("form");
  box.append(form);
  const parameters = (operation.parameters || []).map((parameter) => {
    const input = document.createElement("input");
    input.name = parameter.name;
    input.required = parameter.required;
    element("label", `${parameter.name} `, form).append(input);
    return input;
  });
  let body = null;
  if (operation.requestBody) {
    body = document.createElement("textarea");
    body.rows = 8;
    body.spellcheck = false;
    body.value = JSON.stringify(example(operation.requestBody.content["application/json"].schema, all), null, 2);
    element("label", "Body ", form).append(body);
  }
  element("button", "Send", form);
  const result = element("pre", "", box);
  result.setAttribute("role", "status");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const query = new URLSearchParams(parameters.filter((p) => p.value).map((p) => [p.name, p.value])).toString();
    try {
      result.textContent = await send(method, path, query ? `?${query}` : "", body ? body.value : "");
    } catch (error) {
      result.textContent = `it could not be sent: ${error.message}`;
    }
  });
}

description.then((api) => {
  const parent = document.getElementById("operations");
  for (const [path, methods] of Object.entries(api.paths)) {
    if (path === "/ws") continue;
    for (const [method, operation] of Object.entries(methods))
      show(parent, path, method.toUpperCase(), operation, api.components.schemas);
  }
});
)js";
}

std::string_view admin_style() {
  return R"css(body { font: 16px/1.5 system-ui, sans-serif; margin: 0; color: #1c2330; background: #fff; }
main { max-width: 60rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; }
caption { text-align: left; font-weight: 600; padding: .5rem 0; }
th, td { text-align: left; padding: .4rem .6rem; border-bottom: 1px solid #c9d0dc; overflow-wrap: anywhere; }
label { display: block; margin: .6rem 0; }
input, textarea { font: inherit; width: 100%; box-sizing: border-box; padding: .4rem; border: 1px solid #5b6678; border-radius: 4px; color: inherit; background: inherit; }
textarea, pre { font-family: ui-monospace, monospace; font-size: .875rem; }
button { font: inherit; padding: .5rem 1rem; border: 0; border-radius: 4px; background: #1d4ed8; color: #fff; }
details { border: 1px solid #c9d0dc; border-radius: 4px; margin: .5rem 0; padding: .5rem .8rem; }
summary { cursor: pointer; font-weight: 600; overflow-wrap: anywhere; }
pre { overflow: auto; max-height: 30rem; background: #f1f4f9; padding: .6rem; }
:focus-visible { outline: 3px solid #1d4ed8; outline-offset: 2px; }
@media (prefers-color-scheme: dark) {
  body { color: #e6eaf2; background: #11151c; }
  pre { background: #1b212b; }
  th, td, details { border-color: #39424f; }
  button { background: #6b9bff; color: #0a0f18; }
}
)css";
}

}  // namespace longwave::channelstream::g2
