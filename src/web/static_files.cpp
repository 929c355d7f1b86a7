// SPDX-License-Identifier: Apache-2.0
#include "web/static_files.hpp"

#include <utility>

namespace longwave::web {

Response asset_response(const Asset& asset) {
  auto response = Response::bytes(std::string{asset.content_type}, {nullptr, asset.bytes});
  response.etag = asset.etag;
  response.gzipped = {nullptr, asset.gzipped};
  response.ranges = true;
  response.headers.add("Cache-Control", asset.immutable ? "public, max-age=31536000, immutable" : "no-cache");
  return response;
}

Result<void> add_static_routes(Router& router, std::span<const Asset> assets) {
  for (const auto& asset : assets) {
    auto added = router.add(
        {.methods = {"GET"},
         .pattern = std::string{asset.path},
         .description = "a file of the page, from the binary",
         .handler = [&asset](RequestContext&& context) { context.respond(asset_response(asset)); }});
    if (!added) return added;
  }
  return {};
}

}  // namespace longwave::web
