// room: dialects/mpd
// SPDX-License-Identifier: Apache-2.0
#include "dialects/mpd/filter.hpp"
#include "dialects/mpd/lines.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

/// Bytes of a client, in two pieces cut at any place: lines, words, command lists, filters. The pieces must
/// give what the whole gives.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace longwave::mpd;
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t cut = bytes.empty() ? 0 : data[0] % (bytes.size() + 1);
  const LineLimits limits{.line = 512, .list = 2048};
  LineReader whole(limits);
  LineReader pieces(limits);
  whole.feed(bytes);
  pieces.feed(bytes.substr(0, cut));
  pieces.feed(bytes.substr(cut));
  while (true) {
    const auto one = whole.next();
    const auto other = pieces.next();
    if (one.has_value() != other.has_value()) std::abort();
    if (!one) break;
    if (one->index() != other->index()) std::abort();
    const auto* request = std::get_if<Request>(&*one);
    if (!request) continue;
    if (request->lines != std::get<Request>(*other).lines) std::abort();
    for (const auto& line : request->lines) {
      const auto words = words_of(line);
      const auto* good = std::get_if<Words>(&words);
      if (!good) continue;
      std::string again = good->command;
      for (const auto& argument : good->arguments) again += " " + longwave::mpd::quoted(argument);
      const auto back = words_of(again);
      if (std::get<Words>(back).arguments != good->arguments) std::abort();
      const auto selection = parse_selection(good->arguments, good->command == "search");
      if (selection) (void)selection->filter.matches({.uri = "a/b.mp3", .tags = {{Tag::title, "x"}}});
    }
  }
  return 0;
}
