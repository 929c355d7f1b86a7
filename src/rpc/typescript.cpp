// SPDX-License-Identifier: Apache-2.0
#include "rpc/table.hpp"

#include <fmt/format.h>

#include <iterator>

namespace longwave::rpc {
namespace {

using Type = Field::Type;

std::string type_of(const Field& field, int indent);

std::string comment_of(const Field& field) {
  std::string words = field.summary;
  if (!field.unit.empty()) words += (words.empty() ? "" : ", ") + field.unit;
  if (!field.fallback.empty())
    words += fmt::format("{}default {}", words.empty() ? "" : ", ", field.fallback);
  return words.empty() ? "" : "  // " + words;
}

std::string object_type(const std::vector<Field>& members, int indent) {
  if (members.empty()) return "Record<string, never>";
  std::string out = "{\n";
  const std::string pad(static_cast<std::size_t>(indent) + 2, ' ');
  for (const Field& member : members)
    fmt::format_to(std::back_inserter(out), "{}{}{}: {};{}\n", pad, member.name, member.required ? "" : "?",
                   type_of(member, indent + 2), comment_of(member));
  return out + std::string(static_cast<std::size_t>(indent), ' ') + "}";
}

std::string bare_type(const Field& field, int indent) {
  switch (field.type) {
    case Type::string: {
      std::string words;
      for (const std::string& word : field.words)
        words += fmt::format("{}\"{}\"", words.empty() ? "" : " | ", word);
      return words.empty() ? "string" : words;
    }
    case Type::integer:
    case Type::number:
      return "number";
    case Type::boolean:
      return "boolean";
    case Type::array: {
      const std::string item = type_of(field.inside.front(), indent);
      return item.find(' ') == std::string::npos ? item + "[]" : "Array<" + item + ">";
    }
    case Type::object:
      return object_type(field.inside, indent);
    case Type::map:
      return "Record<string, " + type_of(field.inside.front(), indent) + ">";
    case Type::ref:
      return field.target;
    case Type::any:
      break;
  }
  return "unknown";
}

std::string type_of(const Field& field, int indent) {
  return bare_type(field, indent) + (field.nullable ? " | null" : "");
}

}  // namespace

std::string to_typescript(const Table& table) {
  std::string out = "// SPDX-License-Identifier: Apache-2.0\n// Made from the method table; do not edit.\n";
  const auto add = [&](auto format, const auto&... args) {
    fmt::format_to(std::back_inserter(out), fmt::runtime(format), args...);
  };
  for (const auto& [name, shape] : table.shapes()) {
    add("\n");
    if (!shape.summary.empty()) add("/** {} */\n", shape.summary);
    if (shape.field.type == Type::object && !shape.field.nullable && !shape.field.inside.empty())
      add("export interface {} {}\n", name, type_of(shape.field, 0));
    else
      add("export type {} = {};\n", name, type_of(shape.field, 0));
  }
  add("\n/** What can be called: parameters, result, and for calls with many answers what comes before it. "
      "*/\n");
  add("export interface Methods {{\n");
  for (const auto& [name, method] : table.methods()) {
    if (!method.summary.empty()) add("  /** {} Role: {}. */\n", method.summary, to_string(method.role));
    add("  \"{}\": {{\n    params: {};\n    result: {};\n", name, object_type(method.params, 4),
        type_of(method.result, 4));
    if (method.many) add("    more: {};\n", type_of(method.item, 4));
    add("  }};\n");
  }
  add("}}\n\n/** What the server sends by itself: the `data` of a notification. */\nexport interface Events "
      "{{\n");
  for (const auto& [name, event] : table.events()) {
    add("  /** {}{} */\n", event.summary, event.channel.empty() ? "" : " On " + event.channel + ".");
    add("  \"{}\": {};\n", name, type_of(event.data, 2));
  }
  add("}}\n\n/** Codes of errors. */\nexport const ErrorCode = {{\n");
  for (const int code :
       {parse_error, invalid_request, method_not_found, invalid_params, internal_error, cancelled,
        unavailable, too_many_calls, refused, not_found, conflict, full, unsupported, broken})
    add("  {}: {},\n", code_name(code), code);
  add("}} as const;\n");
  return out;
}

}  // namespace longwave::rpc
