// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace longwave::app {

/// A file of the page (ui/dist), built into the program.
struct Asset {
  std::string_view path;  ///< "/app.js"; the page itself is "/index.html"
  std::string_view bytes;
};

/// Made by cmake/assets.cmake; lives as long as the program.
std::span<const Asset> assets();

}  // namespace longwave::app
