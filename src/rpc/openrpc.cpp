// SPDX-License-Identifier: Apache-2.0
#include "rpc/table.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_from.hpp>

#include <cmath>

/// OpenRPC 1.3.2 (spec.open-rpc.org): methods with content descriptors, schemas in JSON Schema draft 7.
namespace longwave::rpc {
namespace {

namespace json = boost::json;
using Type = Field::Type;

json::object schema(const Field& field);

json::value number_of(double value) {
  if (value == std::floor(value) && std::abs(value) < 9e15) return static_cast<std::int64_t>(value);
  return value;
}

void put_limits(json::object& out, const Field& field, const char* least, const char* most) {
  if (std::isfinite(field.least)) out[least] = number_of(field.least);
  if (std::isfinite(field.most)) out[most] = number_of(field.most);
}

json::object object_schema(const Field& field) {
  json::object properties;
  json::array required;
  for (const Field& member : field.inside) {
    properties[member.name] = schema(member);
    if (member.required) required.emplace_back(member.name);
  }
  json::object out{{"type", "object"}, {"properties", std::move(properties)}};
  if (!required.empty()) out["required"] = std::move(required);
  return out;
}

json::object bare_schema(const Field& field) {
  json::object out;
  switch (field.type) {
    case Type::string:
      out["type"] = "string";
      put_limits(out, field, "minLength", "maxLength");
      if (!field.words.empty()) out["enum"] = json::value_from(field.words);
      break;
    case Type::integer:
    case Type::number:
      out["type"] = field.type == Type::integer ? "integer" : "number";
      put_limits(out, field, "minimum", "maximum");
      break;
    case Type::boolean:
      out["type"] = "boolean";
      break;
    case Type::array:
      out["type"] = "array";
      out["items"] = schema(field.inside.front());
      put_limits(out, field, "minItems", "maxItems");
      break;
    case Type::object:
      return object_schema(field);
    case Type::map:
      out["type"] = "object";
      out["additionalProperties"] = schema(field.inside.front());
      put_limits(out, field, "minProperties", "maxProperties");
      break;
    case Type::ref:
      out["$ref"] = "#/components/schemas/" + field.target;
      break;
    case Type::any:
      break;
  }
  return out;
}

json::object schema(const Field& field) {
  json::object out = bare_schema(field);
  if (field.nullable)
    out = json::object{{"anyOf", json::array{std::move(out), json::object{{"type", "null"}}}}};
  if (field.type == Type::ref && !field.nullable) return out;  // nothing may stand beside $ref
  if (!field.summary.empty()) out["description"] = field.summary;
  if (!field.unit.empty()) out["x-unit"] = field.unit;
  if (!field.fallback.empty()) out["default"] = json::parse(field.fallback);
  return out;
}

json::object descriptor(const Field& field) {
  json::object out{{"name", field.name}};
  if (!field.summary.empty()) out["summary"] = field.summary;
  out["required"] = field.required;
  out["schema"] = schema(field);
  return out;
}

const char* run_word(Run run) {
  return run == Run::inline_ ? "inline" : run == Run::store ? "store" : "pool";
}

json::object method_object(const Method& method) {
  json::object out{{"name", method.name}, {"summary", method.summary}, {"paramStructure", "either"}};
  json::array params;
  for (const Field& field : method.params) params.push_back(descriptor(field));
  out["params"] = std::move(params);
  out["result"] = json::object{{"name", "result"}, {"schema", schema(method.result)}};
  json::array errors;
  for (const int code : method.errors)
    errors.push_back(json::object{{"code", code}, {"message", code_name(code)}});
  if (!errors.empty()) out["errors"] = std::move(errors);
  out["x-role"] = json::string(to_string(method.role));
  out["x-run"] = run_word(method.run);
  if (method.many) out["x-item"] = schema(method.item);
  return out;
}

}  // namespace

std::string to_openrpc(const Table& table) {
  json::array methods, events;
  for (const auto& [name, method] : table.methods()) methods.push_back(method_object(method));
  json::object shapes;
  for (const auto& [name, shape] : table.shapes()) {
    json::object out = schema(shape.field);
    if (!shape.summary.empty()) out["description"] = shape.summary;
    shapes[name] = std::move(out);
  }
  for (const auto& [name, event] : table.events())
    events.push_back(json::object{{"name", name},
                                  {"summary", event.summary},
                                  {"channel", event.channel},
                                  {"data", schema(event.data)}});
  json::object info{{"title", table.title()}, {"version", table.version()}};
  if (!table.summary().empty()) info["description"] = table.summary();
  json::object document{{"openrpc", "1.3.2"}, {"info", std::move(info)}, {"methods", std::move(methods)}};
  document["components"] = json::object{{"schemas", std::move(shapes)}};
  document["x-notifications"] = std::move(events);
  return json::serialize(document);
}

}  // namespace longwave::rpc
