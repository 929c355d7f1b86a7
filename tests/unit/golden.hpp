// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace longwave {

/// tests/golden: the folder of the sources is above the one of the build.
inline std::filesystem::path golden_folder() {
  for (auto folder = std::filesystem::canonical("/proc/self/exe"); folder.has_relative_path();
       folder = folder.parent_path())
    if (std::filesystem::exists(folder / "tests/golden/rpc")) return folder / "tests/golden";
  return {};
}

inline std::string golden_text(const std::string& name) {
  std::stringstream text;
  text << std::ifstream(golden_folder() / name, std::ios::binary).rdbuf();
  return text.str();
}

inline boost::json::value golden_json(const std::string& name) {
  return boost::json::parse(golden_text(name));
}

}  // namespace longwave
