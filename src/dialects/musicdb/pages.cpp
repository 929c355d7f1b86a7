// SPDX-License-Identifier: Apache-2.0
#include "dialects/musicdb/pages.hpp"

#include "api/art.hpp"
#include "api/endpoint.hpp"
#include "api/file_answer.hpp"
#include "base/text.hpp"
#include "dialects/musicdb/sockets.hpp"
#include "io/loop.hpp"
#include "library/roots.hpp"
#include "library/videos.hpp"
#include "store/store.hpp"
#include "web/media_type.hpp"
#include "web/router.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>

namespace longwave::musicdb {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view prefix = "musicdb/";
constexpr std::array<int, 6> sizes = {96, 150, 200, 256, 500, 1000};

constexpr const char* status_page =
    "<!doctype html><meta charset=\"utf-8\"><title>MusicDB</title>"
    "<h1>MusicDB</h1><p>The WebSocket server runs. If you were asked to accept its certificate, this is done "
    "now: go back to your page and connect again.</p>";

/// The original page has inline handlers and styles, and connects to where its configuration says.
constexpr const char* page_policy =
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; media-src *; connect-src *; font-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; frame-ancestors 'self'";

web::Response status() {
  return web::Response::bytes("text/html; charset=utf-8", io::SharedBytes{{}, status_page});
}

}  // namespace

std::string configuration_text(std::string_view host, bool tls, std::string_view key) {
  namespace json = boost::json;
  const auto url = fmt::format("{}://{}", tls ? "wss" : "ws", host);
  return fmt::format(
      "\"use strict\";\nvar WATCHDOG_RUN = true;\nvar WATCHDOG_INTERVAL = 5000;\nvar WEBSOCKET_URL = {};\n"
      "var WEBSOCKET_APIKEY = {};\n",
      json::serialize(json::string(url)), json::serialize(json::string(key)));
}

bool may_know_key(const web::Request& request) {
  const auto& caller = api::caller_of(request);
  if (!caller.loopback && caller.role < Role::dj) return false;
  const auto same = [&](const std::string& origin) {
    const auto at = origin.find("://");
    const auto rest = at == std::string::npos ? std::string_view{} : std::string_view(origin).substr(at + 3);
    return rest.substr(0, rest.find('/')) == request.host();
  };
  if (const auto* site = request.headers.find("Sec-Fetch-Site")) {
    if (*site != "same-origin" && *site != "none") return false;
  } else if (const auto* referer = request.headers.find("Referer")) {
    if (!same(*referer)) return false;
  }
  const auto* origin = request.headers.find("Origin");
  return !origin || same(*origin);
}

std::optional<ArtworkName> artwork_name(std::string_view path) {
  constexpr std::string_view ending = ".jpg";
  if (!path.ends_with(ending)) return std::nullopt;
  path.remove_suffix(ending.size());
  ArtworkName name;
  if (const auto slash = path.find('/'); slash != std::string_view::npos) {
    const auto size = path.substr(0, slash);
    const auto found = std::find_if(sizes.begin(), sizes.end(),
                                    [&](int each) { return size == fmt::format("{0}x{0}", each); });
    if (found == sizes.end()) return std::nullopt;
    name.size = *found;
    path.remove_prefix(slash + 1);
  }
  name.hash = std::string(path);
  if (name.hash == "default") return name;
  const bool hash = name.size != 0 && !name.hash.empty() &&
                    name.hash.find_first_not_of("0123456789abcdef") == std::string::npos;
  return hash ? std::optional(name) : std::nullopt;
}

std::optional<fs::path> below(const fs::path& folder, std::string_view path) {
  fs::path out = folder;
  for (const auto part : text::split(path, '/')) {
    if (part.empty() || part.front() == '.' || part.find('\0') != std::string_view::npos ||
        part.find('\\') != std::string_view::npos)
      return std::nullopt;
    out /= part;
  }
  std::error_code problem;
  const auto real = fs::weakly_canonical(out, problem).native();
  const auto root = fs::weakly_canonical(folder, problem).native() + "/";
  if (problem || !real.starts_with(root)) return std::nullopt;
  return out;
}

Result<void> Pages::add_routes(web::Router& router) {
  for (const char* pattern : {"/", "/*path"}) {
    auto added =
        router.add({.methods = {"GET"},
                    .pattern = pattern,
                    .description = "MusicDB: its WebSocket, its page and the files that it loads",
                    .handler = [this](web::RequestContext&& context) { serve(std::move(context)); }});
    if (!added) return added;
  }
  return {};
}

void Pages::serve(web::RequestContext&& context) {
  if (context.wants_upgrade()) return rooms_.sockets.accept(std::move(context));
  std::string path = context.request().path.substr(1);
  if (path.starts_with(prefix)) path.erase(0, prefix.size());
  const auto rest = [&](std::string_view folder) {
    return path.starts_with(folder) ? std::optional(std::string(path.substr(folder.size()))) : std::nullopt;
  };
  if (path == "webdata/config.js") return configuration(std::move(context));
  if (const auto name = rest("webdata/artwork/")) return artwork(std::move(context), *name);
  if (rest("videoframes/")) return artwork(std::move(context), "default.jpg");
  if (auto name = rest("music/")) return music(std::move(context), std::move(*name));
  file_of_page(std::move(context), path);
}

void Pages::configuration(web::RequestContext&& context) const {
  const auto& request = context.request();
  if (!may_know_key(request)) {
    return context.respond(web::Response::text(
        403, "The key is for this server's own pages, and for people who may steer it: log in first.\n"));
  }
  auto answer = web::Response::bytes(
      "text/javascript; charset=utf-8",
      io::SharedBytes::own(configuration_text(request.host(), request.tls, options_.key)));
  answer.headers.set("Cache-Control", "no-store");
  answer.headers.set("Cross-Origin-Resource-Policy", "same-origin");
  context.respond(std::move(answer));
}

void Pages::artwork(web::RequestContext&& context, std::string_view path) {
  const auto nothing = [] {
    auto answer = web::Response::bytes("image/jpeg", io::SharedBytes{{}, default_picture()});
    answer.headers.set("Cache-Control", "public, max-age=86400");
    return answer;
  };
  const auto name = artwork_name(path);
  if (!name) return context.respond(web::Response::text(404, "There is no such picture.\n"));
  if (name->hash == "default") return context.respond(nothing());
  auto held = std::make_shared<web::RequestContext>(std::move(context));
  rooms_.art.picture(name->hash, name->size,
                     [held, nothing, name = *name](Result<api::Art::Picture> picture) {
                       if (!picture) return held->respond(nothing());
                       auto answer = web::Response::bytes("image/jpeg", picture->jpeg);
                       answer.etag = fmt::format("\"{}-{}\"", name.hash.substr(0, 32), name.size);
                       answer.headers.set("Cache-Control", "public, max-age=31536000, immutable");
                       held->respond(std::move(answer));
                     });
}

/// Only what the library knows is handed out, wherever its files lie.
void Pages::music(web::RequestContext&& context, std::string path) {
  auto held = std::make_shared<web::RequestContext>(std::move(context));
  auto file = std::make_shared<std::optional<std::string>>();
  rooms_.store.read(
      [file, path = std::move(path)](store::Session& session) {
        bool known = library::track_at(session, path).has_value();
        for (const auto& video : known ? std::vector<library::Video>{} : library::videos(session))
          known = known || video.path == path;
        if (known) *file = library::load_roots(session).absolute(path);
      },
      [held, file, blocking = rooms_.blocking](std::exception_ptr problem) {
        if (problem || !*file) return held->respond(web::Response::text(404, "There is no such song.\n"));
        auto& loop = held->loop();
        loop.post([held, blocking, path = std::filesystem::path(**file)] {
          api::answer_file(std::move(*held),
                           {.path = path, .type = std::string(web::media_type(path.native()))}, blocking);
        });
      });
}

void Pages::file_of_page(web::RequestContext&& context, std::string_view path) {
  if (options_.client.empty()) {
    if (path.empty() || path.find('.') == std::string_view::npos) return context.respond(status());
    return context.respond(web::Response::text(404, "There is no such file.\n"));
  }
  auto file = below(options_.client, path.empty() ? "index.html" : path);
  if (!file) return context.respond(web::Response::text(404, "There is no such file.\n"));
  std::error_code problem;
  if (path.empty() && !fs::exists(*file, problem)) return context.respond(status());
  context.request().answer_headers.set("Content-Security-Policy", page_policy);
  auto type = std::string(web::media_type(file->native()));
  api::answer_file(std::move(context),
                   {.path = std::move(*file), .type = std::move(type), .cache_control = "no-cache"},
                   rooms_.blocking);
}

}  // namespace longwave::musicdb
