// room: dialects/musicdb
// SPDX-License-Identifier: Apache-2.0
//
// A packet that is read never breaks the check of its arguments; a cleaned icon stays as it is when it is
// cleaned again, and holds nothing that could act.
#include "dialects/musicdb/arguments.hpp"
#include "dialects/musicdb/disk.hpp"
#include "dialects/musicdb/icon.hpp"
#include "dialects/musicdb/packet.hpp"
#include "dialects/musicdb/pages.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace longwave::musicdb;

namespace {
void require(bool holds) {
  if (!holds) std::abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body{reinterpret_cast<const char*>(data), size};
  if (auto packet = read_packet(body)) {
    const Parameter parameters[] = {
        {"songid", Kind::integer}, {"position", Kind::text_or_number}, {"cd", Kind::integer, true}};
    if (const auto arguments = Arguments::check(packet->arguments, parameters))
      (void)arguments->integer("songid");
    require(!write_packet(response, packet->function, packet->signature, packet->arguments, packet->pass)
                 ->empty());
  }
  const auto icon = safe_html_icon(body);
  require(safe_html_icon(icon) == icon || icon.size() > 2000);
  require(icon.find("<script") == std::string::npos && icon.find("<svg") == std::string::npos);
  if (const auto name = artwork_name(body)) require(name->hash.find('/') == std::string::npos);
  (void)song_name(body);
  (void)release_name(body);
  return 0;
}
