// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rpc/method.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::rpc {

/// All methods, shapes and events of an API: filled at start by one thread, then read by all.
///
///   table.shape({"Track", "a piece of music", object({integer("id"), string("title")})});
///   table.add({.name = "queue.add",
///              .summary = "Adds tracks to the queue.",
///              .params = {string("station"), array("tracks", integer()).range(1, 1000),
///              integer("at").optional()}, .result = object({array("entries", integer()),
///              integer("version")}), .errors = {not_found, full}, .role = Role::dj, .handler = [&](Call
///              call, Responder answer) { … answer.finish(…); }});
///
/// A name twice, a name beginning with "rpc." (but rpc.discover), a ref to an unknown shape, or a default
/// that doesn't fit its own field is a bug and asserted by add() and check().
class Table {
 public:
  Table();
  Table(const Table&) = delete;  // its handlers refer to it
  Table& operator=(const Table&) = delete;

  void add(Method method);
  void shape(Shape shape);
  void event(Event event);
  /// Title and version for the documents made from the table.
  void describe(std::string title, std::string version, std::string summary);

  /// Asserts that every ref names a shape. Call it once, when everything is added.
  void check() const;

  const Method* find(std::string_view name) const;
  const std::map<std::string, Method, std::less<>>& methods() const { return methods_; }
  const std::map<std::string, Shape, std::less<>>& shapes() const { return shapes_; }
  const std::map<std::string, Event, std::less<>>& events() const { return events_; }
  const std::string& title() const { return title_; }
  const std::string& version() const { return version_; }
  const std::string& summary() const { return summary_; }

 private:
  std::map<std::string, Method, std::less<>> methods_;
  std::map<std::string, Shape, std::less<>> shapes_;
  std::map<std::string, Event, std::less<>> events_;
  std::string title_, version_, summary_;
};

/// The table as an OpenRPC 1.3 document: what rpc.discover answers. JSON text; the same table gives the same
/// bytes.
std::string to_openrpc(const Table& table);
/// docs/api.md.
std::string to_markdown(const Table& table);
/// ui/src/api.gen.ts: an interface for every shape, the methods with their parameters and results, the
/// events.
std::string to_typescript(const Table& table);

}  // namespace longwave::rpc
