// SPDX-License-Identifier: Apache-2.0
#include "rpc/table.hpp"

#include <fmt/format.h>

#include <iterator>

namespace longwave::rpc {
namespace {

using Type = Field::Type;

std::string brief(const Field& field);

std::string members_of(const Field& field) {
  std::string out;
  for (const Field& member : field.inside)
    out += fmt::format("{}{}{}: {}", out.empty() ? "" : ", ", member.name, member.required ? "" : "?",
                       brief(member));
  return "{" + out + "}";
}

/// A type in one line: "{entries: Entry[], version: integer}".
std::string brief(const Field& field) {
  std::string out;
  switch (field.type) {
    case Type::string:
      for (const std::string& word : field.words) out += (out.empty() ? "\"" : "|\"") + word + "\"";
      if (out.empty()) out = "string";
      break;
    case Type::integer:
      out = "integer";
      break;
    case Type::number:
      out = "number";
      break;
    case Type::boolean:
      out = "boolean";
      break;
    case Type::array:
      out = brief(field.inside.front());
      if (out.find_first_of("| ") != std::string::npos && !out.starts_with('{')) out = "(" + out + ")";
      out += "[]";
      break;
    case Type::object:
      out = members_of(field);
      break;
    case Type::map:
      out = "{<key>: " + brief(field.inside.front()) + "}";
      break;
    case Type::ref:
      out = field.target;
      break;
    case Type::any:
      out = "any";
      break;
  }
  if (!field.unit.empty()) out += " " + field.unit;
  return field.nullable ? out + "|null" : out;
}

std::string cell(std::string text) {
  for (std::size_t i = 0; (i = text.find('|', i)) != std::string::npos; i += 2) text.insert(i, "\\");
  return text;
}

std::string table_type(const Field& field) {
  if (field.type == Type::object || field.type == Type::map || field.type == Type::ref ||
      field.type == Type::any)
    return brief(field);
  if (field.type == Type::array && field.inside.front().type != Type::string &&
      field.inside.front().type != Type::integer)
    return brief(field);
  return expectation(field);
}

std::string fields_table(const std::vector<Field>& fields, std::string_view first) {
  std::string out =
      fmt::format("| {} | type | required | default | meaning |\n| --- | --- | --- | --- | --- |\n", first);
  for (const Field& field : fields)
    fmt::format_to(std::back_inserter(out), "| `{}` | {} | {} | {} | {} |\n", field.name,
                   cell(table_type(field)), field.required ? "yes" : "no",
                   field.fallback.empty() ? "" : "`" + field.fallback + "`", cell(field.summary));
  return out;
}

std::string method_section(const Method& method) {
  std::string out =
      fmt::format("\n### `{}`\n\n{}\n\nRole: {}.", method.name, method.summary, to_string(method.role));
  if (method.many) out += " May answer many times.";
  out += "\n";
  if (!method.params.empty()) out += "\n" + fields_table(method.params, "parameter");
  if (method.many) out += fmt::format("\nBefore the result: `{}`\n", brief(method.item));
  out += fmt::format("\nResult: `{}`\n", brief(method.result));
  if (!method.errors.empty()) {
    std::string list;
    for (const int code : method.errors)
      list += fmt::format("{}{} `{}`", list.empty() ? "" : ", ", code, code_name(code));
    out += fmt::format("\nErrors: {}\n", list);
  }
  return out;
}

}  // namespace

std::string to_markdown(const Table& table) {
  std::string out = fmt::format("<!-- Made from the method table; do not edit. -->\n# {}\n\n", table.title());
  if (!table.summary().empty()) out += table.summary() + "\n\n";
  out +=
      "JSON-RPC 2.0 on `POST /rpc` and WebSocket `/rpc`; parameters by name or by position. How messages "
      "look, calls\n"
      "with many answers and cancelling: [protocols/jsonrpc.md](protocols/jsonrpc.md). Any method may answer "
      "−32602\n"
      "(wrong parameters), −32003 (a role is missing), −32001 (unavailable), −32002 (too many calls at a "
      "time) and\n"
      "−32603 (internal error).\n\n## Methods\n";
  for (const auto& [name, method] : table.methods()) out += method_section(method);
  out += "\n## Notifications\n";
  for (const auto& [name, event] : table.events()) {
    out +=
        fmt::format("\n### `{}`\n\n{}{}\n", name, event.summary,
                    event.channel.empty() ? " To one connection." : fmt::format(" On `{}`.", event.channel));
    out += fmt::format("\nData: `{}`\n", brief(event.data));
  }
  out += "\n## Shapes\n";
  for (const auto& [name, shape] : table.shapes()) {
    out += fmt::format("\n### {}\n\n", name);
    if (!shape.summary.empty()) out += shape.summary + "\n\n";
    if (shape.field.type == Type::object)
      out += fields_table(shape.field.inside, "member");
    else
      out += fmt::format("`{}`\n", brief(shape.field));
  }
  return out;
}

}  // namespace longwave::rpc
