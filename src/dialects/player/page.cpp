// SPDX-License-Identifier: Apache-2.0
#include "dialects/player/page.hpp"

#include "api/file_answer.hpp"
#include "web/media_type.hpp"
#include "web/router.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <vector>

namespace longwave::player {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

// The original's scripts make functions out of their templates, and set styles.
constexpr const char* client_policy =
    "default-src 'self'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' "
    "data:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors "
    "'self'";

/// The three globals that the scripts find.
std::string globals(const web::Request& request) {
  const std::string host(request.host());
  const std::string base = (request.tls ? "https://" : "http://") + host + "/";
  const std::string socket = (request.tls ? "wss://" : "ws://") + host + "/socket";
  const auto text = [](const std::string& value) { return json::serialize(json::string(value)); };
  return "window.api_url = " + text(base + "api") + ";\nwindow.base_url = " + text(base) +
         ";\nwindow.socket_url = " + text(socket) + ";\n";
}

/// Where the loader is, or else the first script itself.
std::string scripts_of(const fs::path& client) {
  for (const char* loader : {"scripts/libs/require.js", "scripts/require.js"})
    if (fs::is_regular_file(client / loader))
      return std::string("<script data-main=\"/static/scripts/config\" src=\"/static/") + loader +
             "\"></script>\n";
  return "<script defer src=\"/static/scripts/config.js\"></script>\n";
}

std::string styles_of(const fs::path& client) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& file : fs::directory_iterator(client / "css", ignored)) {
    const auto name = file.path().filename().string();
    const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
             c == '-' || c == '_';
    });
    if (plain && file.path().extension() == ".css") names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  std::string out;
  for (const auto& name : names) out += "<link href=\"/static/css/" + name + "\" rel=\"stylesheet\">\n";
  return out;
}

/// Everything that the original's scripts look for; its two lists have the same id, as there.
std::string client_page(const fs::path& client) {
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta "
         "charset=\"utf-8\">\n<title>Player</title>\n<link rel=\"icon\" href=\"data:,\">\n"
         "<script src=\"/player/globals.js\"></script>\n" +
         styles_of(client) + scripts_of(client) +
         R"(</head>
<body>
<div class="navbar"><div class="navbar-inner">
<a class="brand" href="/player">Longwave</a>
<div class="nav-controls player-container"></div>
<span class="connected-count">Connected: <span class="connected"></span></span>
</div></div>
<div class="container-fluid"><div class="row-fluid">
<div class="span3 left-menu">
<input id="files" type="file" multiple="multiple">
<input type="button" value="upload" id="fileupload">
<div id="playlists"><h4>Playlists</h4><input id="newPlayList" type="text"><ul id="list"></ul></div>
<div id="collections"><h4>Collections</h4><ul id="list"></ul></div>
</div>
<div class="span9"><div class="row-fluid">
<div class="span6 playlist-container"></div>
<div class="span6 medialib-container"></div>
</div></div>
</div></div>
</body>
</html>
)";
}

web::Response page_response(std::string_view type, std::string body) {
  auto response = web::Response::bytes(std::string(type), io::SharedBytes::own(std::move(body)));
  response.headers.set("Cache-Control", "no-cache");
  return response;
}

web::Route get(std::string pattern, std::string about, web::Handler handler) {
  return {.methods = {"GET"},
          .pattern = std::move(pattern),
          .description = std::move(about),
          .handler = std::move(handler)};
}

Result<void> add_own(web::Router& router) {
  const struct {
    const char* pattern;
    const char* type;
    std::string_view text;
  } files[] = {{"/player", "text/html; charset=utf-8", own_page()},
               {"/player/page.js", "text/javascript; charset=utf-8", own_script()},
               {"/player/page.css", "text/css; charset=utf-8", own_style()}};
  for (const auto& [pattern, type, text] : files) {
    auto added = router.add(get(pattern, "the page of the player protocol",
                                [type = type, text = text](web::RequestContext&& context) {
                                  context.respond(page_response(type, std::string(text)));
                                }));
    if (!added) return added;
  }
  return {};
}

Result<void> add_client(web::Router& router, const PageOptions& options) {
  std::error_code failed;
  const auto folder = fs::canonical(options.client, failed);
  if (failed || !fs::is_regular_file(folder / "scripts" / "config.js"))
    return error(Errc::invalid, "player-client: there is no scripts/config.js in " + options.client.string());
  auto added = router.add(get("/player", "the page for the original's client (--player-client)",
                              [page = client_page(folder)](web::RequestContext&& context) {
                                auto response = page_response("text/html; charset=utf-8", page);
                                response.headers.set("Content-Security-Policy", client_policy);
                                context.respond(std::move(response));
                              }));
  if (!added) return added;
  return router.add(get(
      "/static/*path", "files of the original's client", [folder, options](web::RequestContext&& context) {
        const fs::path wanted(std::string(context.request().parameter("path")));
        const bool plain = wanted.is_relative() &&
                           std::none_of(wanted.begin(), wanted.end(),
                                        [](const fs::path& part) { return part.native().starts_with("."); });
        if (!plain) return context.respond(web::Response::text(404, "there is no such file\n"));
        api::answer_file(std::move(context),
                         {.path = folder / wanted,
                          .type = std::string(web::media_type(wanted.native())),
                          .cache_control = "max-age=3600"},
                         options.blocking);
      }));
}

}  // namespace

Result<void> add_page_routes(web::Router& router, PageOptions options) {
  auto added = router.add(get(
      "/player/globals.js", "where the player protocol is, for its page", [](web::RequestContext&& context) {
        context.respond(page_response("text/javascript; charset=utf-8", globals(context.request())));
      }));
  if (!added) return added;
  return options.client.empty() ? add_own(router) : add_client(router, options);
}

}  // namespace longwave::player
