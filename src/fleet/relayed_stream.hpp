// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::fleet {

/// A radio stream as it comes from another streamer: an HTTP answer without an end, MP3 with titles in
/// between (ICY). A pure machine: bytes in, whole frames and titles out. Takes what our grid can carry on:
/// MPEG-1 layer III at 44.1 kHz of any bitrate; other bytes (an ID3 tag, a damaged frame) are passed over.
class RelayedStream {
 public:
  struct Piece {
    std::string bytes;                 ///< whole frames
    std::vector<std::uint32_t> ends;   ///< of each in bytes
    std::optional<std::string> title;  ///< that counts from its beginning, if it is another one
  };

  /// What to send to have this answer.
  static std::string request(std::string_view host, std::string_view target);

  /// Empty: all is well. Else why this stream is none; nothing more is taken.
  const std::string& problem() const { return problem_; }
  /// Several when titles change inside of what came.
  std::vector<Piece> take(std::string_view bytes);

 private:
  void head();
  void sound(std::string_view bytes, std::vector<Piece>& pieces);
  void cut_frames(std::vector<Piece>& pieces);
  void titled(std::vector<Piece>& pieces);

  std::string head_;  // until it is complete
  bool in_body_ = false;
  std::size_t interval_ = 0;     // of titles; 0: there are none
  std::size_t until_title_ = 0;  // bytes of sound
  std::size_t title_left_ = 0;   // bytes of the block; its length byte comes first
  bool title_next_ = false;
  std::string title_;
  std::string sound_;  // less than a frame, and the header of the next
  std::size_t junk_ = 0;
  std::string problem_;
};

/// The bytes of a frame by its header (ISO 11172-3, 2.4.1.3); 0: none that can be carried on.
std::size_t mp3_frame_bytes(std::string_view header);

}  // namespace longwave::fleet
