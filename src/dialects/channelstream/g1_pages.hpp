// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access/throttle.hpp"
#include "dialects/channelstream/rest.hpp"

#include <string>
#include <string_view>

namespace longwave::channelstream {
class Core;
}

namespace longwave::channelstream::g1 {

class Streams;

/// The admin page of the first generation: HTTP Basic, any user name, the password is `admin_secret`. On the
/// hub's thread.
class AdminPage {
 public:
  explicit AdminPage(Core& core);
  void answer(Call&& call);

 private:
  Core& core_;
  access::Throttle throttle_;  // of addresses that guess
};

/// A sample web application at /demo, where anybody gets a name and a signature, may join the channels
/// `pub_…` and talk there. Whom Settings::demo leaves out is answered 404.
void add_demo(Rest& rest, Core& core, Streams& streams);

/// Its files; `page` with the address that web applications call.
std::string demo_page(std::string_view address, std::string_view resource);
std::string_view demo_script();
std::string_view demo_style();

}  // namespace longwave::channelstream::g1
