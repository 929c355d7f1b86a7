// room: audio
// SPDX-License-Identifier: Apache-2.0
#include "audio/picture.hpp"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  const auto picture = longwave::audio::scale_picture(bytes, 64, {1 << 20, 512 * 512});
  if (picture && (picture->width > 64 || picture->height > 64 || picture->jpeg.empty())) std::abort();
  return 0;
}
