// SPDX-License-Identifier: Apache-2.0
#include "app/channels.hpp"
#include "app/commands.hpp"
#include "app/program.hpp"
#include "base/log.hpp"
#include "rpc/table.hpp"
#include "web/router.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace longwave::app {
namespace {

/// A folder for the program that the documents are read from; removed with this object.
class Scratch {
 public:
  Scratch() {
    std::string name = (std::filesystem::temp_directory_path() / "longwave-docs-XXXXXX").string();
    if (!mkdtemp(name.data())) throw std::filesystem::filesystem_error("mkdtemp", name, std::error_code());
    path_ = name;
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

std::string table_of(const web::Router& router) {
  std::string out = "\n| method | address | what it is |\n|---|---|---|\n";
  for (const auto& route : router.routes()) {
    out +=
        fmt::format("| {} | `{}` | {} |\n", fmt::join(route.methods, ", "), route.pattern, route.description);
  }
  return out;
}

std::string addresses(const Program& program) {
  std::string out = "# Addresses\n\nMade by `longwave dev docs` from the tables of routes.\n";
  out += table_of(program.router());
  for (const auto& table : program.dialect_tables())
    out += fmt::format("\n## On the listener of {}\n{}", table.name, table_of(table.routes));
  return out;
}

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

int make_docs(const std::string& root, bool check) {
  log::set_level(log::Level::warn);
  const Scratch scratch;
  Config config;
  config.listen = {"127.0.0.1:0"};
  config.data = scratch.path();
  config.channelstream_secret = "any";  // its addresses are listed, too
  const SystemClock clock;
  auto data = DataFolder::open(config.data);
  if (!data) return EXIT_FAILURE;
  const auto program = Program::make(config, std::move(*data), clock);
  if (!program) {
    fmt::print(stderr, "longwave: {}\n", program.error().message);
    return EXIT_FAILURE;
  }
  const std::pair<const char*, std::string> documents[] = {
      {"docs/api.md", rpc::to_markdown((*program)->table())},
      {"docs/config.md", to_markdown() + channel_settings_markdown()},
      {"docs/addresses.md", addresses(**program)},
      {"ui/src/api.gen.ts", rpc::to_typescript((*program)->table())},
  };
  int stale = 0;
  for (const auto& [name, text] : documents) {
    const auto path = std::filesystem::path(root) / name;
    if (content_of(path) == text) continue;
    ++stale;
    if (check) {
      fmt::print(stderr, "{} is stale: run `longwave dev docs`\n", name);
    } else {
      std::filesystem::create_directories(path.parent_path());
      std::ofstream(path, std::ios::binary) << text;
      fmt::print("wrote {}\n", name);
    }
  }
  return check && stale > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

}  // namespace longwave::app
