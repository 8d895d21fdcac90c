#pragma once

namespace facedeblur {

/// The text of gallery_page.html, which every gallery gets as its index.html.
const char* GalleryPage();

}  // namespace facedeblur
