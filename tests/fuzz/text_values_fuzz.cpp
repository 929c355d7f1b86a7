// room: store
// SPDX-License-Identifier: Apache-2.0
//
// Any bytes become a text that PostgreSQL takes and come back as they were; whatever text it sends is a
// number.
#include "base/text.hpp"
#include "store/text_values.hpp"

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace store = longwave::store;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  auto text = store::encode_text(bytes);
  if (!longwave::text::valid_utf8(text) || text.find('\0') != std::string::npos) std::abort();
  store::decode_text(text);
  if (text != bytes) std::abort();
  auto received = bytes;  // whatever the server says
  store::decode_text(received);
  if (received.size() > bytes.size()) std::abort();
  const std::string blob = store::to_text(store::Value{store::BlobView{bytes}});
  if (store::bytes_from_text(blob) != bytes) std::abort();
  store::bytes_from_text(bytes);
  store::integer_from_text(bytes);
  if (std::isnan(store::real_from_text(bytes))) std::abort();
  return 0;
}
