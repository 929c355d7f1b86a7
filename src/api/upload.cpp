// SPDX-License-Identifier: Apache-2.0
#include "api/upload.hpp"

#include "api/context.hpp"
#include "api/json.hpp"
#include "base/text.hpp"

#include <boost/json.hpp>

namespace longwave::api {
namespace {

namespace json = boost::json;
using namespace rpc;

constexpr int chunk_bytes = 46'080;  // as base64, with what is around it, below the limit of a message

library::Uploads::Done answering(Responder answer) {
  return [answer = std::move(answer)](const Result<library::Upload>& upload) {
    if (!upload) return answer.fail(upload.error());
    answer.finish(json::object{{"upload", to_json(*upload)}});
  };
}

/// On the station loop, for an upload of this caller.
Handler with_upload(
    Context& context,
    std::function<void(library::Uploads&, const std::string& id, const Call&, Responder)> act) {
  return on_station_loop(context, [&context, act = std::move(act)](const Call& call, Responder answer) {
    const auto id = call.string("id");
    const auto found = context.uploads->find(id);
    const bool theirs =
        found && (found->request.who == uploader(call.caller()) || call.caller().role == Role::admin);
    if (!theirs) return answer.fail(error(Errc::not_found, "there is no such upload (any more)"));
    act(*context.uploads, id, call, std::move(answer));
  });
}

void add_shape(Table& table) {
  table.shape(
      {"Upload", "A file on its way into the library.",
       object({string("id"), string("name"), integer("size").in("bytes").or_null(),
               integer("received").in("bytes").about("where the next bytes belong"),
               string("state").one_of({"receiving", "checking", "ready", "importing", "imported", "failed"}),
               string("problem").or_null(), string("type").or_null(), integer("track").or_null()})});
}

void add_sending(Table& table, Context& context) {
  table.add({.name = "upload.begin",
             .summary = "Announces a file that will be sent, by upload.append or by PUT /upload/ID.",
             .params = {string("name").min(1).max(255).about("of the file, not a path"),
                        integer("size").min(1).in("bytes"),
                        string("sha1").optional().about("of the whole file, in hex; checked at the end")},
             .result = object({ref("upload", "Upload"),
                               integer("chunk_bytes").in("bytes").about("most bytes of one upload.append")}),
             .errors = {full, unavailable},
             .role = Role::dj,
             .handler = on_station_loop(context, [&context](const Call& call, Responder answer) {
               library::UploadRequest request{.name = call.string("name"), .size = call.integer("size")};
               if (call.has("sha1")) request.sha1 = call.string("sha1");
               request.who = uploader(call.caller());
               context.uploads->begin(std::move(request), [answer](const Result<library::Upload>& upload) {
                 if (!upload) return answer.fail(upload.error());
                 answer.finish(json::object{{"upload", to_json(*upload)}, {"chunk_bytes", chunk_bytes}});
               });
             })});
  table.add(
      {.name = "upload.append",
       .summary = "The next bytes. What is answered is kept; after a break, upload.info says where to go on.",
       .params = {string("id"), integer("offset").min(0).in("bytes"),
                  string("bytes").max(61'440).about("base64")},
       .result = object({ref("upload", "Upload")}),
       .errors = {not_found, conflict, full, unavailable},
       .role = Role::dj,
       .handler = with_upload(context, [](library::Uploads& uploads, const std::string& id, const Call& call,
                                          const Responder& answer) {
         auto bytes = text::unbase64(call.string("bytes"));
         if (!bytes) return answer.fail(error(Errc::invalid, "bytes must be base64"));
         uploads.append(id, call.integer("offset"), std::move(*bytes), answering(answer));
       })});
  table.add(
      {.name = "upload.finish",
       .summary = "Everything was sent: the file is checked, put into the library and answered as a track.",
       .params = {string("id")},
       .result = object({ref("upload", "Upload")}),
       .errors = {not_found, conflict, full, broken, unavailable},
       .role = Role::dj,
       .handler =
           with_upload(context, [](library::Uploads& uploads, const std::string& id, const Call&,
                                   const Responder& answer) { uploads.finish(id, answering(answer)); })});
}

void add_rest(Table& table, Context& context) {
  table.add({.name = "upload.cancel",
             .summary = "Ends an upload; its bytes are removed.",
             .params = {string("id")},
             .result = object({ref("upload", "Upload")}),
             .errors = {not_found, conflict},
             .role = Role::dj,
             .handler = with_upload(context,
                                    [](library::Uploads& uploads, const std::string& id, const Call&,
                                       const Responder& answer) { uploads.cancel(id, answering(answer)); })});
  table.add({.name = "upload.info",
             .summary = "How far an upload is.",
             .params = {string("id")},
             .result = object({ref("upload", "Upload")}),
             .errors = {not_found},
             .role = Role::dj,
             .handler = with_upload(context, [](library::Uploads& uploads, const std::string& id, const Call&,
                                                const Responder& answer) {
               answer.finish(json::object{{"upload", to_json(*uploads.find(id))}});
             })});
  table.add({.name = "upload.list",
             .summary = "The caller's uploads (an administrator's: everybody's), the oldest first.",
             .params = {integer("limit").range(1, 500).otherwise("50").about("most items of the answer"),
                        integer("offset").min(0).otherwise("0").about("items to pass over")},
             .result = object({array("uploads", ref("Upload")), integer("total")}),
             .role = Role::dj,
             .handler = on_station_loop(context, [&context](const Call& call, const Responder& answer) {
               const auto who = uploader(call.caller());
               json::array uploads;
               std::int64_t total = 0;
               for (const auto& upload : context.uploads->list()) {
                 if (upload.request.who != who && call.caller().role != Role::admin) continue;
                 const auto at = total++ - call.integer("offset");
                 if (at >= 0 && at < call.integer("limit")) uploads.push_back(to_json(upload));
               }
               answer.finish(json::object{{"uploads", std::move(uploads)}, {"total", total}});
             })});
}

}  // namespace

json::object to_json(const library::Upload& upload) {
  const auto or_null = [](const std::string& text) {
    return text.empty() ? json::value(nullptr) : json::value(clean(text));
  };
  return {{"id", upload.id},
          {"name", clean(upload.request.name)},
          {"size", upload.request.size > 0 ? json::value(upload.request.size) : json::value(nullptr)},
          {"received", upload.received},
          {"state", library::to_string(upload.state)},
          {"problem", or_null(upload.problem)},
          {"type", or_null(upload.type)},
          {"track", upload.track.value > 0 ? json::value(upload.track.value) : json::value(nullptr)}};
}

std::string uploader(const Caller& caller) {
  if (caller.server) return "server";
  return caller.user.empty() ? "address " + caller.address : "user " + caller.user;
}

void add_upload_methods(Table& table, Context& context) {
  add_shape(table);
  add_sending(table, context);
  add_rest(table, context);
}

}  // namespace longwave::api
