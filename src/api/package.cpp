// SPDX-License-Identifier: Apache-2.0
#include "api/package.hpp"

#include "api/context.hpp"
#include "api/file_answer.hpp"
#include "api/json.hpp"
#include "io/loop.hpp"
#include "library/packages.hpp"
#include "web/router.hpp"

#include <boost/json.hpp>

#include <memory>
#include <utility>

namespace longwave::api {
namespace {

namespace json = boost::json;
using namespace rpc;

json::object to_json(const library::PackageItem& item) {
  return {{"done", item.done},
          {"total", item.total},
          {"id", item.track.value},
          {"title", clean(item.title)},
          {"problem", item.problem.empty() ? json::value(nullptr) : json::value(clean(item.problem))}};
}

json::object to_json(const library::Package& package) {
  return {{"url", package.url()},
          {"name", clean(package.file_name)},
          {"tracks", package.tracks},
          {"bytes", package.bytes},
          {"expires_ms", package.expires_ms}};
}

void make(Context& context, const Call& call, const Responder& answer) {
  library::PackageRequest request;
  request.name = call.string("name");
  request.format = call.string("format") == "tar" ? library::PackageFormat::tar : library::PackageFormat::zip;
  for (const auto id : call.integers("tracks")) request.tracks.emplace_back(TrackId{id});
  library::PackageObserver observer;
  observer.item = [answer](const library::PackageItem& item) { answer.item(to_json(item)); };
  observer.paused = [answer] { return answer.paused(); };
  observer.when_ready = [answer](Task task) { answer.when_ready(std::move(task)); };
  const auto job = context.packages->make(std::move(request), std::move(observer),
                                          [answer](const Result<library::Package>& package) {
                                            if (!package) return answer.fail(package.error());
                                            answer.finish(to_json(*package));
                                          });
  answer.on_cancel(
      [&context, job] { context.station_loop([&context, job] { context.packages->cancel(job); }); });
}

}  // namespace

void add_package_methods(Table& table, Context& context) {
  table.add(
      {.name = "package.make",
       .summary = "Puts tracks into one file to take home, with a list of them. Answers with one item per "
                  "track, then with the address of the file. Cancelling the call, or losing the connection, "
                  "ends it and leaves nothing.",
       .params = {array("tracks", integer()).min(1).max(10'000).about("ids, in order"),
                  string("name").min(1).max(200).otherwise("\"Longwave\"").about("of the list"),
                  string("format").one_of({"zip", "tar"}).otherwise("\"zip\"")},
       .result = object({string("url"), string("name"), integer("tracks").about("in it"),
                         integer("bytes").in("bytes"), integer("expires_ms").in("ms").about("wall clock")}),
       .errors = {not_found, full, unavailable},
       .role = Role::dj,
       .item = object({integer("done"), integer("total"), integer("id").about("of the track"),
                       string("title"), string("problem").or_null().about("why it isn't in the file")}),
       .many = true,
       .handler = on_station_loop(
           context, [&context](const Call& call, const Responder& answer) { make(context, call, answer); })});
}

Result<void> add_package_route(web::Router& router, Context& context) {
  return router.add(
      {.methods = {"GET"},
       .pattern = "/package/:token",
       .description = "a package of music (package.make), whole or a range of it, until it expires",
       .handler = [&context](web::RequestContext&& request) {
         const std::string token(request.request().parameter("token"));
         auto held = std::make_shared<web::RequestContext>(std::move(request));
         context.station_loop([&context, held, token, post = held->loop().poster()] {
           auto found = context.packages->find(token);
           post([&context, held, found = std::move(found)] {
             if (!found) return held->respond(web::Response::text(404, found.error().message + "\n"));
             const auto& [package, path] = *found;
             const bool zip = package.format == library::PackageFormat::zip;
             answer_file(std::move(*held),
                         {.path = path,
                          .type = zip ? "application/zip" : "application/x-tar",
                          .file_name = package.file_name,
                          .etag = '"' + package.token.substr(16) + '"'},
                         context.blocking);
           });
         });
       }});
}

}  // namespace longwave::api
