// room: web
// SPDX-License-Identifier: Apache-2.0
//
// However a form is cut, the same parts with the same bytes come out of it, or the same refusal.
#include "web/multipart.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace longwave::web;
using Kind = MultipartParser::Event::Kind;

namespace {

struct Seen {
  std::string text;
  bool failed = false;
};

Seen parse(std::string_view boundary, std::string_view body, std::size_t piece) {
  MultipartParser parser(boundary, {.header_bytes = 200, .parts = 20});
  Seen seen;
  std::size_t given = 0;
  for (std::size_t at = 0; at < body.size(); at += piece) {
    const std::string bytes(body.substr(at, piece));
    parser.feed(bytes);
    for (auto event = parser.next(); event.kind != Kind::more; event = parser.next()) {
      if (event.kind == Kind::failed) {
        seen.failed = true;
        return seen;
      }
      if (event.kind == Kind::part)
        seen.text += "\n[" + parser.part().name + '|' + parser.part().filename.value_or("-") + '|' +
                     parser.part().content_type + "]";
      if (event.kind == Kind::ended) seen.text += "[ended]";
      if (event.kind == Kind::closed) seen.text += "[closed]";
      seen.text += event.data;
      given += event.data.size();
      if (given > body.size()) std::abort();
    }
  }
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto line = text.substr(0, text.find('\n'));
  const auto found = multipart_boundary(line);
  const std::string boundary = found ? *found : "X";
  const auto body = text.substr(line.size() == size ? 0 : line.size() + 1);
  const auto whole = parse(boundary, body, body.size() + 1);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{7}, boundary.size() + 3}) {
    const auto cut = parse(boundary, body, piece);
    if (cut.failed != whole.failed || (!whole.failed && cut.text != whole.text)) std::abort();
  }
  return 0;
}
