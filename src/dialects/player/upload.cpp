// SPDX-License-Identifier: Apache-2.0
#include "api/endpoint.hpp"
#include "api/upload_http.hpp"
#include "dialects/player/service.hpp"
#include "web/router.hpp"

#include <boost/json.hpp>

#include <utility>

namespace longwave::player {
namespace {

namespace json = boost::json;

constexpr std::size_t largest_form = std::size_t{8} << 30;  // the room has limits for each file

/// The id of a call as it comes in a form: JSON, or else a text.
std::string id_text(const std::string& given) {
  boost::system::error_code broken;
  const auto value = json::parse(given, broken);
  const bool id = !broken && (value.is_number() || value.is_string());
  return id ? given : json::serialize(json::string(given));
}

json::object summary(const std::vector<api::ReceivedFile>& files) {
  json::array list;
  for (const auto& file : files) {
    json::object one{{"name", file.name}};
    if (file.upload)
      one["id"] = file.upload->track.value;
    else
      one["error"] = file.upload.error().message;
    list.push_back(std::move(one));
  }
  return {{"ok", files.size()}, {"files", std::move(list)}};
}

int status_of(const Error& error) {
  return error.code == Errc::full ? 413 : error.code == Errc::unavailable ? 503 : 400;
}

/// Where the progress of a form goes, and its last word.
struct Watched {
  std::string id;
  std::string socket;
};

}  // namespace

Result<void> Service::add_upload_route(web::Router& router) {
  const auto handle = [this](web::RequestContext&& context) {
    const auto& caller = api::caller_of(context.request());
    if (caller.role < Role::dj)
      return context.respond(web::Response::json(R"({"error":"log in to upload"})", 403));
    auto watched = std::make_shared<Watched>();
    api::ReceiveOptions options;
    options.who = caller.user.empty() ? caller.address : caller.user;
    options.progress = [this, watched](const std::string& id, const std::string& socket) {
      *watched = {id_text(id), socket};
      return [this, watched](std::int64_t received, std::int64_t total) {
        sockets_.progress(watched->socket, "upload", watched->id,
                          json::serialize(json::object{{"received", received}, {"total", total}}), false);
      };
    };
    api::receive_upload(
        *around_.uploads, std::move(context), std::move(options),
        [this, watched](web::RequestContext&& answer, Result<std::vector<api::ReceivedFile>> files) {
          if (!files) {
            const auto text = json::serialize(json::object{{"error", files.error().message}});
            return answer.respond(web::Response::json(text, status_of(files.error())));
          }
          const auto text = json::serialize(summary(*files));
          if (!watched->id.empty()) sockets_.progress(watched->socket, "upload", watched->id, text, true);
          answer.respond(web::Response::json(text));
        });
  };
  return router.add({.methods = {"POST"},
                     .pattern = "/upload",
                     .description = "the player protocol: files, as a form",
                     .handler = handle,
                     .body_limit = largest_form,
                     .streamed = true});
}

}  // namespace longwave::player
