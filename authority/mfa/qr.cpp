#include "mfa/qr.hpp"

#include <qrencode.h>

#include <memory>

namespace ostia::authority {

std::string qr_svg(const std::string& text) {
  const std::unique_ptr<QRcode, void (*)(QRcode*)> code(QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_M),
                                                        QRcode_free);
  if (!code) return {};
  const std::string size = std::to_string(code->width);
  std::string path;
  for (int y = 0; y < code->width; ++y)
    for (int x = 0; x < code->width; ++x)
      if ((code->data[y * code->width + x] & 1U) != 0)
        path += "M" + std::to_string(x) + " " + std::to_string(y) + "h1v1h-1z";
  return "<svg viewBox=\"0 0 " + size + " " + size +
         "\" shape-rendering=\"crispEdges\" aria-hidden=\"true\"><path d=\"" + path + "\"/></svg>";
}

}  // namespace ostia::authority
