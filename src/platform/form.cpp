// SPDX-License-Identifier: Apache-2.0
#include "platform/form.hpp"

#include "base/text.hpp"
#include "net/http.hpp"

namespace steward::platform {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

/// Value of `name=` in a header value, with or without quotes; empty when it is not there.
std::string_view Attribute(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    std::string_view part = header.substr(0, header.find(';'));
    header.remove_prefix(std::min(part.size() + 1, header.size()));
    while (part.starts_with(' ')) part.remove_prefix(1);
    if (part.size() <= name.size() || part[name.size()] != '=' || !SameNoCase(part.substr(0, name.size()), name))
      continue;
    part.remove_prefix(name.size() + 1);
    if (part.size() >= 2 && part.front() == '"' && part.back() == '"') part = part.substr(1, part.size() - 2);
    return part;
  }
  return {};
}

std::string_view NameOfPart(std::string_view head) {
  static constexpr std::string_view kDisposition = "content-disposition:";
  while (!head.empty()) {
    const std::string_view line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(std::min(line.size() + 2, head.size()));
    if (line.size() > kDisposition.size() && SameNoCase(line.substr(0, kDisposition.size()), kDisposition))
      return Attribute(line.substr(kDisposition.size()), "name");
  }
  return {};
}

Fields ParseMultipart(std::string_view boundary, std::string_view body) {
  Fields fields;
  const std::string mark = "--" + std::string(boundary);
  std::size_t at = body.find(mark);
  while (at != std::string_view::npos) {
    body.remove_prefix(at + mark.size());
    const std::size_t head_end = body.find("\r\n\r\n");
    at = body.find("\r\n" + mark);
    if (head_end == std::string_view::npos || at == std::string_view::npos || head_end + 4 > at) continue;
    const std::string_view name = NameOfPart(body.substr(0, head_end));
    if (!name.empty()) fields.emplace_back(name, body.substr(head_end + 4, at - head_end - 4));
  }
  return fields;
}

}  // namespace

Fields ParseForm(std::string_view content_type, std::string_view body) {
  static constexpr std::string_view kMultipart = "multipart/form-data";
  if (!SameNoCase(content_type.substr(0, kMultipart.size()), kMultipart)) return net::ParseQuery(body, true);
  const std::string_view boundary = Attribute(content_type, "boundary");
  return boundary.empty() ? Fields{} : ParseMultipart(boundary, body);
}

}  // namespace steward::platform
