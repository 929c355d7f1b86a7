// SPDX-License-Identifier: Apache-2.0
#include "app/page.hpp"

#include "access/password.hpp"
#include "app/assets.hpp"
#include "web/media_type.hpp"

#include <utility>

namespace longwave::app {
namespace {

constexpr std::string_view index_path = "/index.html";
constexpr std::string_view platform_path = "/platform.html";
constexpr std::string_view directory_path = "/directory.html";

}  // namespace

Page::Page() {
  for (const auto& asset : assets()) {
    const auto& etag = texts_.emplace_back("\"" + access::token_digest(asset.bytes).substr(0, 24) + "\"");
    const web::Asset file{.path = asset.path,
                          .content_type = web::media_type(asset.path),
                          .bytes = asset.bytes,
                          .etag = etag,
                          .gzipped = {},
                          // The page names these two with the hash of their content behind a question mark.
                          .immutable = asset.path.ends_with(".js") || asset.path.ends_with(".css")};
    if (asset.path == index_path) {
      index_ = file;
    } else if (asset.path == platform_path) {
      platform_ = file;
    } else if (asset.path == directory_path) {
      directory_ = file;
    } else {
      files_.push_back(file);
    }
  }
}

Result<void> Page::add_routes(web::Router& router) const {
  if (auto added = web::add_static_routes(router, files_); !added) return added;
  if (index_.bytes.empty()) return {};  // built without a page
  const struct {
    const char* pattern;
    const char* about;
    const web::Asset& file;
  } pages[] = {{"/", "the page of the first station", index_},
               {"/s/:slug", "the page of a station", index_},
               {"/stations", "the directory of stations", directory_},
               {"/platform", "the operator's page", platform_}};
  for (const auto& [pattern, about, file] : pages) {
    auto added = router.add({.methods = {"GET"},
                             .pattern = pattern,
                             .description = about,
                             .handler = [file = file](web::RequestContext&& context) {
                               context.respond(web::asset_response(file));
                             }});
    if (!added) return added;
  }
  return {};
}

}  // namespace longwave::app
