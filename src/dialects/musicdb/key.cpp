// SPDX-License-Identifier: Apache-2.0
#include "dialects/musicdb/key.hpp"

#include "access/password.hpp"
#include "access/password_file.hpp"
#include "base/text.hpp"

#include <cerrno>
#include <fstream>
#include <system_error>

namespace longwave::musicdb {

std::string load_key(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file))
    access::write_secret(file, text::base64(*text::unbase64url(access::random_token(32))) + "\n");
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  std::string key(text::trim(line));
  if (key.empty())
    throw std::system_error(in.bad() ? errno : EINVAL, std::generic_category(),
                            file.string() + " has no key in its first line");
  return key;
}

}  // namespace longwave::musicdb
