// SPDX-License-Identifier: Apache-2.0
#include "api/art.hpp"
#include "dialects/mpd/call.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace longwave::mpd {
namespace {

constexpr int size_px = 512;

/// A piece of the picture as large as the client takes. Pictures are decoded and encoded anew before they
/// leave, as everywhere.
void tell(const CallPtr& call, const std::string& hash, std::size_t offset) {
  call->rooms().art.picture(hash, size_px,
                            [call, offset, post = call->rooms().post](Result<api::Art::Picture> picture) {
                              post([call, offset, picture = std::move(picture)] {
                                if (!picture) return call->fail(Ack::no_exist, "No file exists");
                                const std::string_view bytes = picture->jpeg.bytes;
                                if (offset > bytes.size()) return call->fail(Ack::arg, "Offset too large");
                                const auto piece = bytes.substr(offset, call->client->binary_limit);
                                call->out += fmt::format("size: {}\n", bytes.size());
                                if (call->command == "readpicture") call->out += "type: image/jpeg\n";
                                call->out += fmt::format("binary: {}\n", piece.size());
                                call->out += piece;
                                call->out += '\n';
                                call->ok();
                              });
                            });
}

/// albumart: the picture beside the song; readpicture: the one inside it.
void picture(const CallPtr& call) {
  const auto offset = need(call, parse_integer(call->args[1], 0, INT32_MAX));
  if (!offset) return;
  const bool inside = call->command == "readpicture";
  call->read<std::string>(
      [uri = call->args[0], inside](Database& database) -> Answer<std::string> {
        const auto found = database.pictures(uri);
        if (!found) return refuse(Ack::no_exist, inside ? "No such song" : "No file exists");
        if (!inside && found->folder.empty()) return refuse(Ack::no_exist, "No file exists");
        return inside ? found->embedded : found->folder;
      },
      [call, offset = static_cast<std::size_t>(*offset)](const std::string& hash) {
        if (hash.empty()) return call->ok();
        tell(call, hash, offset);
      });
}

}  // namespace

std::vector<Command> picture_commands() {
  return {
      {"albumart", may_read, 2, 2, picture},
      {"readpicture", may_read, 2, 2, picture},
  };
}

}  // namespace longwave::mpd
