// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace longwave::web {

/// Takes a chunked body apart (RFC 9112 section 7.1). Strict: lines end with CR LF, a size is one to sixteen
/// hex digits, extensions are ignored, trailer fields must be well-formed and are dropped. What costs memory
/// or time and isn't body is bounded. Holds no bytes, so it doesn't matter how they are cut. Pure.
class ChunkedDecoder {
 public:
  enum class State { more, done, malformed, too_large };

  /// Appends what is body to `body`, which must hold nothing but this body and may grow to `limit` bytes.
  /// Returns how much of `bytes` belongs to it: less than all only when the state isn't `more` any longer.
  std::size_t take(std::string_view bytes, std::string& body, std::size_t limit);
  State state() const { return state_; }

  /// Bytes of all extensions of a body, and of all its trailer fields.
  static constexpr std::size_t extension_limit = 16 * 1024;
  static constexpr std::size_t trailer_limit = 8 * 1024;

 private:
  enum class At : std::uint8_t {
    size,           // its digits
    space,          // behind them: only an extension may follow
    extension,      // up to CR
    size_lf,        // of the size's line
    data,           // `left_` bytes
    data_cr,        // behind them
    data_lf,        //
    trailer,        // the first byte of a trailer line or of the empty one
    trailer_name,   //
    trailer_value,  //
    trailer_lf,     //
    last_lf,        // of the empty line
  };
  State step(char c, std::size_t room);
  State size_digit(char c);
  State size_known(std::size_t room);
  State extra(std::uint32_t& count, std::size_t limit);

  std::uint64_t left_ = 0;
  std::uint32_t extensions_ = 0;
  std::uint32_t trailers_ = 0;
  std::uint8_t digits_ = 0;
  At at_ = At::size;
  State state_ = State::more;
};

}  // namespace longwave::web
