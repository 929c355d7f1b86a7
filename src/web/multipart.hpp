// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace longwave::web {

/// What stands before a part's bytes (RFC 7578 section 4).
struct MultipartPart {
  std::string name;
  std::optional<std::string> filename;  ///< as sent: hostile, and not yet a name of anything
  std::string content_type;             ///< empty: not said
};

struct MultipartLimits {
  std::size_t header_bytes = 8 * 1024;  ///< of one part
  std::size_t parts = 1000;
};

/// The boundary of a `multipart/form-data` body from its Content-Type; invalid if it has none.
Result<std::string> multipart_boundary(std::string_view content_type);

/// Takes a multipart/form-data body apart as it comes (RFC 7578, RFC 2046 section 5.1.1): bytes in, events
/// out. Pure. Keeps at most a boundary and a part's header, however large the parts are.
///
///   parser.feed(bytes);
///   for (auto event = parser.next(); event.kind != Event::Kind::more; event = parser.next()) …
class MultipartParser {
 public:
  struct Event {
    enum class Kind {
      more,    ///< feed() again
      part,    ///< part() has begun
      data,    ///< some of its bytes
      ended,   ///< the part is complete
      closed,  ///< the body is complete; what follows is ignored
      failed,  ///< problem() says why; nothing comes any more
    } kind;
    std::string_view data = {};  ///< valid until the next call
  };

  explicit MultipartParser(std::string_view boundary, MultipartLimits limits = {});

  /// The bytes must stay until next() has said `more`; call again only then.
  void feed(std::string_view bytes) { input_ = bytes; }
  Event next();

  const MultipartPart& part() const { return part_; }
  const std::string& problem() const { return problem_; }

 private:
  enum class At { preamble, line_end, header, data, epilogue, failed };

  Event fail(std::string problem);
  std::optional<Event> take_data();
  std::optional<Event> delimiter_found();
  std::optional<Event> take_line_end();
  std::optional<Event> take_header();
  bool read_header(std::string_view block);

  const std::string delimiter_;  // CR LF -- boundary
  const MultipartLimits limits_;
  std::string_view input_;
  std::string held_;   // what may be the beginning of a delimiter, a line end or a header, from earlier feeds
  std::string given_;  // held bytes that were data after all
  MultipartPart part_;
  std::size_t parts_ = 0;
  std::string problem_;
  At at_ = At::preamble;
};

}  // namespace longwave::web
