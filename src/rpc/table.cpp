// SPDX-License-Identifier: Apache-2.0
#include "rpc/table.hpp"

#include "base/assert.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

namespace longwave::rpc {
namespace {

void check_field(const Table& table, const Field& field, const std::string& where) {
  if (field.type == Field::Type::ref)
    LW_ASSERT(table.shapes().contains(field.target), where + " → " + field.target);
  for (const Field& inside : field.inside) check_field(table, inside, where);
}

/// What is behind a ref isn't checked, so that a parameter may not be one.
void check_spelled_out(const Field& field, const std::string& where) {
  LW_ASSERT(field.type != Field::Type::ref, where + ": a parameter is spelled out");
  for (const Field& inside : field.inside) check_spelled_out(inside, where);
}

void check_fallback(const Field& field, const std::string& where) {
  if (field.fallback.empty()) return;
  boost::system::error_code ec;
  boost::json::value value = boost::json::parse(field.fallback, ec);
  LW_ASSERT(!ec, where + ": the default is no JSON");
  LW_ASSERT(mismatches(field, value, field.name).empty(), where + ": the default doesn't fit");
}

}  // namespace

Table::Table() : title_("Longwave"), version_("0") {
  add({.name = "rpc.discover",
       .summary = "Everything that can be called here, as an OpenRPC document.",
       .result = any(),
       .handler = [this](const Call&, const Responder& answer) { answer.finish_text(to_openrpc(*this)); }});
}

void Table::add(Method method) {
  LW_ASSERT(!method.name.starts_with("rpc.") || method.name == "rpc.discover", method.name);
  LW_ASSERT(method.handler != nullptr, method.name);
  bool optional = false;
  for (const Field& field : method.params) {
    LW_ASSERT(!field.name.empty(), method.name);
    LW_ASSERT(!(field.required && optional), method.name + ": a required parameter after an optional one");
    optional = optional || !field.required;
    check_spelled_out(field, method.name + "." + field.name);
    check_fallback(field, method.name + "." + field.name);
  }
  std::string name = method.name;
  LW_ASSERT(methods_.emplace(name, std::move(method)).second, name);
}

void Table::shape(Shape shape) {
  std::string name = shape.name;
  LW_ASSERT(shapes_.emplace(name, std::move(shape)).second, name);
}

void Table::event(Event event) {
  std::string name = event.name;
  LW_ASSERT(events_.emplace(name, std::move(event)).second, name);
}

void Table::describe(std::string title, std::string version, std::string summary) {
  title_ = std::move(title);
  version_ = std::move(version);
  summary_ = std::move(summary);
}

void Table::check() const {
  for (const auto& [name, method] : methods_) {
    for (const Field& field : method.params) check_field(*this, field, name);
    check_field(*this, method.result, name);
    check_field(*this, method.item, name);
  }
  for (const auto& [name, shape] : shapes_) check_field(*this, shape.field, name);
  for (const auto& [name, event] : events_) check_field(*this, event.data, name);
}

const Method* Table::find(std::string_view name) const {
  const auto it = methods_.find(name);
  return it == methods_.end() ? nullptr : &it->second;
}

}  // namespace longwave::rpc
