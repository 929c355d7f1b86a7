// SPDX-License-Identifier: Apache-2.0
#include "api/context.hpp"
#include "api/json.hpp"
#include "api/playlist.hpp"
#include "library/collections.hpp"
#include "library/library.hpp"
#include "library/query.hpp"

#include <boost/json.hpp>

namespace longwave::api {
namespace {

namespace json = boost::json;
using namespace rpc;

json::object to_json(const library::Collection& collection) {
  return {{"name", clean(collection.name)},
          {"query", clean(collection.query)},
          {"changed_ms", collection.changed_ms}};
}

Field name_param() {
  return string("name").max(200);
}

std::int64_t now(const Context& context) {
  return unix_ms(context.clock->wall());
}

/// A method that changes a collection; `change` runs as a job of the library.
Handler changing(Context& context,
                 std::function<Result<library::Collection>(store::Session&, const Call&, std::int64_t now_ms,
                                                           library::Changes&)>
                     change) {
  return on_station_loop(
      context, [&context, change = std::move(change)](const Call& call, const Responder& answer) {
        context.library->edit(
            [change, call, now_ms = now(context)](store::Session& session, library::Changes& changes) {
              return change(session, call, now_ms, changes);
            },
            [answer](const Result<library::Collection>& done) {
              if (!done) return answer.fail(done.error());
              answer.finish(to_json(*done));
            });
      });
}

void add_changing(Table& table, Context& context) {
  const auto add = [&](std::string name, std::string summary, std::vector<Field> params, auto change) {
    table.add({.name = std::move(name),
               .summary = std::move(summary),
               .params = std::move(params),
               .result = ref("Collection"),
               .errors = {invalid_params, not_found, conflict, full, unavailable},
               .role = Role::dj,
               .handler = changing(context, change)});
  };
  const auto query = [] { return string("query").range(1, 1000).about("docs/lists.md has the language"); };
  using library::Changes;
  add("collection.create", "Keeps a query under a name.", {name_param(), query()},
      [](store::Session& s, const Call& call, std::int64_t now_ms, Changes& changes) {
        return library::create_collection(s, call.string("name"), call.string("query"), now_ms, changes);
      });
  add("collection.change", "Another query for a collection.", {name_param(), query()},
      [](store::Session& s, const Call& call, std::int64_t now_ms, Changes& changes) {
        return library::change_collection(s, call.string("name"), call.string("query"), now_ms, changes);
      });
  add("collection.rename", "Another name.", {name_param(), string("to").max(200)},
      [](store::Session& s, const Call& call, std::int64_t now_ms, Changes& changes) {
        return library::rename_collection(s, call.string("name"), call.string("to"), now_ms, changes);
      });
  add("collection.delete", "Removes a collection; the answer is what it was.", {name_param()},
      [](store::Session& s, const Call& call, std::int64_t, Changes& changes) -> Result<library::Collection> {
        auto was = library::collection(s, call.string("name"));
        if (!was) return was.error();
        if (const auto gone = library::delete_collection(s, was->name, changes); !gone) return gone.error();
        return was;
      });
}

/// Places of a query count in UTF-16 units where a page needs them.
std::size_t units(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0) != 0x80) count += byte >= 0xf0 ? 2 : 1;
  }
  return count;
}

}  // namespace

json::value problem_json(const std::string& text, const std::optional<library::QueryProblem>& problem) {
  if (!problem) return nullptr;
  const std::string_view whole(text);
  return json::object{{"message", clean(problem->message)},
                      {"at", units(whole.substr(0, problem->at))},
                      {"length", units(whole.substr(std::min(problem->at, whole.size()), problem->length))}};
}

Field problem_field() {
  return object("problem", {string("message"), integer("at").about("in UTF-16 units"), integer("length")})
      .or_null()
      .about("what of the text isn't understood; it was taken as words");
}

void add_collection_methods(Table& table, Context& context) {
  table.shape({"Collection", "a query that is kept under a name",
               object({string("name"), string("query"), integer("changed_ms").in("ms")})});
  table.add({.name = "collection.list",
             .summary = "The collections by name.",
             .result = object({array("collections", ref("Collection"))}),
             .errors = {unavailable},
             .run = Run::store,
             .handler = reading(context, [](store::Session& session, const Call&) -> Result<json::value> {
               json::array found;
               for (const auto& collection : library::collections(session))
                 found.push_back(to_json(collection));
               return json::object{{"collections", std::move(found)}};
             })});
  table.add(
      {.name = "collection.get",
       .summary = "What a collection finds now.",
       .params = {name_param(), integer("limit").range(1, 500).otherwise("50"),
                  integer("offset").min(0).otherwise("0")},
       .result = object({ref("collection", "Collection"), array("tracks", ref("Track")), integer("total")}),
       .errors = {not_found, unavailable},
       .run = Run::store,
       .handler =
           reading(context, [&context](store::Session& session, const Call& call) -> Result<json::value> {
             const auto found = library::collection(session, call.string("name"));
             if (!found) return found.error();
             const auto page = library::collection_tracks(
                 session, found->name, now(context),
                 {.limit = call.integer("limit"), .offset = call.integer("offset")});
             if (!page) return page.error();
             return json::object{{"collection", to_json(*found)},
                                 {"tracks", api::to_json(page->items)},
                                 {"total", page->total}};
           })});
  add_changing(table, context);
  table.add({.name = "query.check",
             .summary = "Whether a query is understood, and what of it isn't.",
             .params = {string("query").max(1000)},
             .result = object({problem_field()}),
             .handler = [&context](const Call& call, const Responder& answer) {
               const auto text = call.string("query");
               answer.finish(json::object{
                   {"problem", problem_json(text, library::parse_query(text, now(context)).problem)}});
             }});
  table.event(
      {.name = "collection.changed",
       .channel = "library",
       .summary = "A collection was made, has another query or name, or went.",
       .data = object({string("name"), string("action").one_of({"create", "update", "rename", "delete"}),
                       string("new_name").optional()})});
}

}  // namespace longwave::api
