// SPDX-License-Identifier: Apache-2.0
#include "rpc/service.hpp"

#include "base/assert.hpp"
#include "io/loop.hpp"
#include "rpc/link.hpp"

namespace longwave::rpc {

Link& Service::link() const {
  LW_ASSERT(link_ != nullptr, "a service has its connection from on_open on, not yet in its constructor");
  return *link_;
}

void Service::notify(std::string_view method, const Params& params) {
  link().notify(method, params);
}
Json Service::request(std::string_view method, const Params& params, RequestOptions options) {
  return link().call(method, params, std::move(options));
}
void Service::cancel(const Json& id) {
  link().cancel(id);
}
void Service::close(std::uint16_t code, std::string_view reason) {
  if (is_open()) link().session().close(code, reason);
}
bool Service::is_open() const {
  return link().is_open();
}
std::size_t Service::queued_bytes() const {
  return is_open() ? link().session().queued_bytes() : 0;
}
const web::Request& Service::upgrade_request() const {
  return link().request();
}
io::Loop& Service::loop() const {
  return link().loop();
}
Post Service::poster() const {
  return loop().poster();
}

void Service::on_close(const CloseReason&) {}

}  // namespace longwave::rpc
