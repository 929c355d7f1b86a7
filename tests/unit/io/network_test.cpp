// SPDX-License-Identifier: Apache-2.0
#include "io/network.hpp"

#include <gtest/gtest.h>

namespace longwave::io {
namespace {

TEST(Networks, contain_what_their_bits_say) {
  Networks set;
  for (const char* entry : {"10.0.0.0/8", "192.168.1.128/25", "2001:db8::/33", "::1", "203.0.113.7"}) {
    ASSERT_TRUE(set.add(entry)) << entry;
  }
  for (const char* in : {"10.255.0.1", "192.168.1.128", "192.168.1.255", "2001:db8:7fff::1", "::1",
                         "203.0.113.7", "::ffff:10.0.0.1"}) {
    EXPECT_TRUE(set.contains(std::string_view{in})) << in;
  }
  for (const char* out : {"11.0.0.1", "192.168.1.127", "2001:db8:8000::1", "::2", "203.0.113.8", "", "x"}) {
    EXPECT_FALSE(set.contains(std::string_view{out})) << out;
  }
}

TEST(Networks, unix_sockets_have_a_name_of_their_own) {
  Networks set;
  EXPECT_TRUE(set.empty());
  ASSERT_TRUE(set.add("unix"));
  EXPECT_FALSE(set.empty());
  EXPECT_TRUE(set.contains(std::string_view{}));
}

TEST(Networks, everything_is_zero_bits) {
  Networks set;
  ASSERT_TRUE(set.add("0.0.0.0/0"));
  EXPECT_TRUE(set.contains(std::string_view{"8.8.8.8"}));
  EXPECT_FALSE(set.contains(std::string_view{"2001:db8::1"}));
}

TEST(Networks, refuse_what_is_none) {
  Networks set;
  for (const char* entry :
       {"", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0/8", "::/129", "name", "1.2.3.4 "}) {
    EXPECT_FALSE(set.add(entry)) << entry;
  }
}

}  // namespace
}  // namespace longwave::io
