// SPDX-License-Identifier: Apache-2.0
#include "unit/fleet/world.hpp"

namespace longwave::fleet {
namespace {

struct FlacWorld final : World {
  std::string file(std::uint32_t key) const override { return fmt::format("{:09}.flac", key); }
};

bool told(const std::vector<std::string>& said, std::string_view text) {
  return std::any_of(said.begin(), said.end(),
                     [&](const std::string& one) { return one.find(text) != std::string::npos; });
}

TEST(FileNames, an_original_is_told_the_mp3_beside_every_song) {
  FlacWorld w;
  w.say(PlayRadio{"original", "R"});
  const auto original = w.take();
  EXPECT_TRUE(told(original, R"("filename":"000000001.mp3")")) << original.back();
  w.say(RegisterStreamer{"ours", {.prepare = true}});
  w.say(PlayRadio{"ours", "S"});
  const auto ours = w.take();
  EXPECT_TRUE(told(ours, R"("filename":"000000001.flac")")) << ours.back();
  EXPECT_FALSE(told(ours, ".mp3"));
}

}  // namespace
}  // namespace longwave::fleet
