// SPDX-License-Identifier: Apache-2.0
#include "web/gzip.hpp"

#include "base/assert.hpp"
#include "base/text.hpp"

#include <zlib.h>

#include <optional>

namespace longwave::web {

std::string gzip(std::string_view bytes) {
  z_stream stream{};
  constexpr int level = 5;
  constexpr int gzip_window = 15 + 16;
  constexpr int memory = 8;
  LW_ASSERT(deflateInit2(&stream, level, Z_DEFLATED, gzip_window, memory, Z_DEFAULT_STRATEGY) == Z_OK,
            "zlib");
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  LW_ASSERT(result == Z_STREAM_END, "the bound was enough");
  return out;
}

bool compressible(std::string_view content_type) {
  const auto type = text::ascii_lower(text::trim(content_type.substr(0, content_type.find(';'))));
  return type.starts_with("text/") || type.ends_with("json") || type.ends_with("javascript") ||
         type.ends_with("xml") || type == "application/manifest+json";
}

bool accepts_gzip(std::string_view accept_encoding) {
  std::optional<bool> named;
  bool any = false;
  for (const auto item : text::split(accept_encoding, ',')) {
    const auto parts = text::split(item, ';');
    const auto coding = text::trim(parts[0]);
    bool wanted = true;
    for (std::size_t i = 1; i < parts.size(); ++i) {
      const auto weight = text::trim(parts[i]);
      if (text::ascii_iequals(weight.substr(0, 2), "q="))
        wanted = weight.find_first_of("123456789") != weight.npos;
    }
    if (text::ascii_iequals(coding, "gzip") || text::ascii_iequals(coding, "x-gzip")) named = wanted;
    if (coding == "*") any = wanted;
  }
  return named.value_or(any);
}

}  // namespace longwave::web
