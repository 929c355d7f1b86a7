// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/task.hpp"
#include "web/context.hpp"
#include "web/response.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace longwave::api {
class Art;
}
namespace longwave::store {
class Store;
}
namespace longwave::web {
class Router;
}

namespace longwave::musicdb {

class Sockets;

struct PagesOptions {
  std::string key;               ///< goes into webdata/config.js
  std::filesystem::path client;  ///< folder of the original page; empty: a page that says that this is us
};

/// What is fetched over HTTP from this dialect's listener: webdata/config.js, pictures, music, the original
/// page itself. Every address may stand below /musicdb/ as well. An upgrade, at whatever address, is a
/// conversation of Sockets. Called on every net loop.
class Pages {
 public:
  struct Rooms {
    store::Store& store;
    api::Art& art;
    Sockets& sockets;
    std::function<void(Task)> blocking;  ///< to the blocking pool
  };
  Pages(Rooms rooms, PagesOptions options) : rooms_(rooms), options_(std::move(options)) {}

  Result<void> add_routes(web::Router& router);

 private:
  void serve(web::RequestContext&& context);
  void configuration(web::RequestContext&& context) const;
  void artwork(web::RequestContext&& context, std::string_view path);
  void music(web::RequestContext&& context, std::string path);
  void file_of_page(web::RequestContext&& context, std::string_view path);

  Rooms rooms_;
  PagesOptions options_;
};

/// The text of webdata/config.js.
std::string configuration_text(std::string_view host, bool tls, std::string_view key);

/// Who may read it: pages of this very origin (a foreign page can load a script from anywhere, and would
/// have the key), on behalf of somebody who may steer.
bool may_know_key(const web::Request& request);

/// "200x200/abc.jpg" → 200 and the hash "abc"; nothing for anything else. The hash "default" has no size.
struct ArtworkName {
  int size = 0;
  std::string hash;
};
std::optional<ArtworkName> artwork_name(std::string_view path);

/// A file below `folder`; nothing when the path leaves it, or a part begins with a dot.
std::optional<std::filesystem::path> below(const std::filesystem::path& folder, std::string_view path);

/// The picture of what has none: a grey square, JPEG.
std::string_view default_picture();

}  // namespace longwave::musicdb
